/**
 * Training steps on a GPU: ours by our own shaders and by ONNX Runtime's WebGPU, and PyTorch's CUDA as it comes and compiled into CUDA
 * graphs, in single precision as such and as TF32 on the tensor cores; for convolutions the latter in the layout that
 * cuDNN wants. A step's contestants are opened at once, since compiling takes half a minute, and then take turns.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Contestant, measure, type Result } from "./contestant.ts";
import type { Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { type PeerOpened, PeerProcess, peerContestant, peerScript } from "./peer-process.ts";
import { drawPictures, writePictures } from "./pictures.ts";
import { needPython } from "./python.ts";
import { stepRequest } from "./python-peer.ts";
import { describe, table } from "./report.ts";
import { type BenchStep, steps } from "./steps.ts";
import type { Surroundings } from "./training.ts";

interface Row {
  readonly title: string;
  readonly entrants: readonly {
    readonly name: string;
    readonly version: string;
    /** Of the first call, compiling included. */
    readonly firstSeconds: number | undefined;
    /** ms a step. */
    readonly result: Result;
  }[];
}

export interface GpuReport {
  readonly rows: readonly Row[];
}

/** @throws BetalabError "device" where there is no WebGPU, or no PyTorch with CUDA */
export async function measureGpu(
  { only, seconds, rounds }: BenchOptions,
  { folder, progress }: Surroundings,
): Promise<GpuReport> {
  const rows: Row[] = [];
  for (const step of steps.filter(({ name }) => only.length === 0 || only.includes(name))) {
    progress(`${step.name}: opening`);
    const pictures = join(folder, `${step.name}.bin`);
    writePictures(pictures, drawPictures(step.image));
    const entrants = await Promise.all([
      ours(step, "wgsl"),
      ours(step, "native"),
      ...settings(step).map((one) => pytorch(step, pictures, one)),
    ]);
    try {
      progress(`${step.name}: measuring`);
      const results = await measure(
        entrants.map(({ contestant }) => contestant),
        { seconds, rounds },
      );
      rows.push({
        title: step.title,
        entrants: entrants.map(({ contestant, opened: { version, firstSeconds } }) => ({
          name: contestant.name,
          version,
          firstSeconds,
          result: results.get(contestant)!,
        })),
      });
    } finally {
      for (const { contestant } of entrants) await contestant.close();
    }
  }
  return { rows };
}

interface Entrant {
  readonly contestant: Contestant;
  readonly opened: PeerOpened;
}

async function ours({ name }: BenchStep, engine: "wgsl" | "native"): Promise<Entrant> {
  const script = fileURLToPath(new URL("training-child.js", import.meta.url));
  const child = new PeerProcess("betalab", process.execPath, [script]);
  const opened = await child.ask<PeerOpened>({ open: { step: name, device: "webgpu", engine, threads: 1 } });
  return { contestant: peerContestant(`betalab, ${opened.version}`, opened, child), opened };
}

interface Setting {
  readonly compiled: boolean;
  readonly tf32: boolean;
  readonly channelsLast: boolean;
}

function settings(step: BenchStep): Setting[] {
  const channelsLast = step.config.model.architecture !== "mlp";
  return [false, true].flatMap((compiled) =>
    [false, true].map((tf32) => ({ compiled, tf32, channelsLast: channelsLast && tf32 })),
  );
}

async function pytorch(step: BenchStep, pictures: string, setting: Setting): Promise<Entrant> {
  const child = new PeerProcess("pytorch", needPython("torch", "torch numpy"), [
    peerScript("pytorch_cuda.py"),
  ]);
  const request = { ...stepRequest(step, pictures), threads: 1, adam: "fused", ...setting };
  const opened = await child.ask<PeerOpened>({ open: request });
  const { compiled, tf32, channelsLast } = setting;
  const parts = [
    compiled ? "compiled" : "eager",
    tf32 ? "TF32" : "float32",
    ...(channelsLast ? ["channels_last"] : []),
  ];
  return { contestant: peerContestant(`PyTorch, ${parts.join(", ")}`, opened, child), opened };
}

export function formatGpu({
  machine,
  command,
  date,
  rows,
}: GpuReport & { readonly machine: Machine; readonly command: string; readonly date: string }): string {
  const lines = rows.flatMap(({ title, entrants }) => {
    const [mine] = entrants;
    return entrants.map(({ name, firstSeconds, result: { median, best } }, i) => [
      i === 0 ? title : "",
      name,
      `${median.toFixed(2)} ms`,
      `${best.toFixed(2)} ms`,
      firstSeconds === undefined ? "–" : `${firstSeconds.toFixed(1)} s`,
      `${(median / mine!.result.median).toFixed(2)}×`,
    ]);
  });
  const versions = new Set(rows.flatMap(({ entrants }) => entrants.map(({ version }) => version)));
  return [
    `${date}   ${command}`,
    describe(machine),
    [...versions].join("; "),
    "",
    ...table([["step", "", "median", "best", "first call", "its time by ours"], ...lines]),
  ].join("\n");
}
