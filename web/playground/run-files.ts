/** Run directories in a page: as a zip that Node's `betalab` goes on with once it is unpacked, and back. */

import { type Zippable, zip } from "fflate";
import type { Config } from "../../src/config/index.ts";
import { INFORMATION_NAME, parseInformation, RUN_FORMAT, type RunInformation } from "../../src/runs/web.ts";
import type { Dropped } from "./brought.ts";
import type { Checkpoint, Files } from "./lab/protocol.ts";
import { configs } from "./lab/registries.ts";
import type { Model } from "./model.svelte.ts";

export interface OpenedRun {
  readonly name: string;
  readonly config: Config;
  readonly from: Checkpoint;
}

/** The run directory of a model, as a zip of one folder. */
export async function zippedRun(model: Model, files: Files): Promise<Blob> {
  const { checkpoint, epoch, model: exported } = files;
  const { opened, config, progress, status } = model;
  const now = new Date().toISOString();
  const { step } = checkpoint;
  const information: RunInformation = {
    format: RUN_FORMAT,
    name: config.name,
    createdAt: now,
    updatedAt: now,
    status: status === "finished" ? "finished" : "interrupted",
    config,
    extensions: [],
    versions: { betalab: __VERSION__, node: "none: a page", engine: opened!.engine },
    data: {
      name: opened!.dataName,
      fingerprint: opened!.fingerprint,
      counts: opened!.counts,
      image: opened!.image,
      ...(opened!.classes && { classes: opened!.classes }),
    },
    seed: config.seed,
    device: config.device,
    threads: opened!.threads,
    progress: { step, epoch, epochs: config.training.epochs },
    timings: { seconds: 0, imagesPerSecond: progress?.imagesPerSecond ?? 0, peakResidentBytes: 0 },
  };
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const inside: Zippable = {
    [INFORMATION_NAME]: text(`${JSON.stringify(information, null, 2)}\n`),
    "metrics.jsonl": text(checkpoint.metrics),
    [`checkpoints/step-${String(step).padStart(8, "0")}.safetensors`]: [checkpoint.file, { level: 0 }],
    ...Object.fromEntries(exported.map(({ name, bytes }) => [`model/${name}`, [bytes, { level: 0 }]])),
  };
  const members = Object.fromEntries(
    Object.entries(inside).map(([path, content]) => [`${config.name}/${path}`, content]),
  );
  return new Promise((resolve, reject) =>
    zip(members, (error, bytes) =>
      error ? reject(error) : resolve(new Blob([bytes as BlobPart], { type: "application/zip" })),
    ),
  );
}

/** Throws an Error, or BetalabError, that names the file and says why the run can't be gone on with. */
export async function openRun(files: readonly Dropped[]): Promise<OpenedRun> {
  const place = files.find(({ path }) => /(^|\/)run\.json$/.test(path))!;
  const folder = place.path.slice(0, -INFORMATION_NAME.length);
  const read = async (file: Dropped): Promise<string> => new TextDecoder().decode(await file.bytes());
  let value: unknown;
  try {
    value = JSON.parse(await read(place));
  } catch (error) {
    throw new Error(`${place.path} is cut off or not JSON: ${(error as Error).message}`);
  }
  const information = parseInformation(value, place.path);
  const config = configs.parse(information.config, place.path);
  const steps = files
    .flatMap((file) => {
      const digits = /step-(\d+)\.safetensors$/.exec(file.path)?.[1];
      return digits !== undefined && file.path.startsWith(folder) ? [{ file, step: Number(digits) }] : [];
    })
    .sort((a, b) => b.step - a.step);
  const newest = steps[0];
  if (newest === undefined) throw new Error(`${folder || "the run"} has no checkpoint to go on from`);
  const metrics = files.find(({ path }) => path === `${folder}metrics.jsonl`);
  const lines = metrics === undefined ? "" : await read(metrics);
  return {
    name: information.name,
    config,
    from: {
      step: newest.step,
      file: await newest.file.bytes(),
      metrics: upTo(lines, newest.step),
      data: information.data,
    },
  };
}

/** Lines of steps that the checkpoint has seen. */
function upTo(lines: string, step: number): string {
  const kept = lines.split("\n").filter((line) => {
    try {
      return (JSON.parse(line) as { step: number }).step <= step;
    } catch {
      return false;
    }
  });
  return kept.map((line) => `${line}\n`).join("");
}
