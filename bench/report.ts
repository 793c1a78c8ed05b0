/** The measurement as data and as a table. */

import type { Result } from "./contestant.ts";
import type { Machine } from "./machine.ts";
import type { Peak } from "./peak.ts";

export interface PeerReport {
  readonly name: string;
  /** The setting that was fastest in the interleaved rounds. */
  readonly setting: string;
  readonly result: Result;
  /** All settings of the first heat, ms a step. */
  readonly tried: Readonly<Record<string, number>>;
}

export interface StepReport {
  readonly name: string;
  readonly title: string;
  readonly batchSize: number;
  readonly stepsPerCall: number;
  readonly parameterCount: number;
  /** Model FLOPs of a step, forward and backward (`flops.ts`). */
  readonly flops: number;
  /** ms a step. */
  readonly result: Result;
  readonly peers: readonly PeerReport[];
}

export interface Report {
  readonly machine: Machine;
  readonly command: string;
  readonly date: string;
  readonly peak: Peak;
  readonly steps: readonly StepReport[];
}

export function formatReport({ machine, command, date, peak, steps }: Report): string {
  const rows = [["step", "images/s", "ms/step", "best", "GFLOP/s", "of ORT sgemm", "of OpenBLAS"]];
  for (const { title, batchSize, flops, result } of steps) {
    const gflops = flops / result.median / 1e6;
    rows.push([
      title,
      ((1000 * batchSize) / result.median).toFixed(0),
      milliseconds(result.median),
      milliseconds(result.best),
      gflops.toFixed(0),
      percent(gflops / peak.onnxruntime),
      peak.openblas === undefined ? "–" : percent(gflops / peak.openblas),
    ]);
  }
  const sections = [
    `${date}   ${command}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.threads} threads, ${machine.memoryGiB} GiB, ${machine.system}, ` +
      `Node ${machine.node}, ${machine.runtime}, load before ${machine.load.toFixed(1)}`,
    `sgemm 1024³: ONNX Runtime ${peak.onnxruntime.toFixed(0)} GFLOP/s, ` +
      (peak.openblas === undefined ? "no NumPy to ask" : `OpenBLAS ${peak.openblas.toFixed(0)} GFLOP/s`),
    "",
    ...table(rows),
  ];
  const compared = steps.flatMap((step) => step.peers.map((peer) => ({ step, peer })));
  if (compared.length > 0) {
    sections.push(
      "",
      ...table([
        ["step", "betalab", "peer", "ratio", "by best round", "by CPU time", "peer's setting"],
        ...compared.map(({ step, peer }) => [
          step.title,
          `${milliseconds(step.result.median)} ms`,
          `${milliseconds(peer.result.median)} ms`,
          `${(peer.result.median / step.result.median).toFixed(2)}×`,
          `${(peer.result.best / step.result.best).toFixed(2)}×`,
          `${(peer.result.cpu / step.result.cpu).toFixed(2)}×`,
          peer.setting,
        ]),
      ]),
      "",
      "ratio: the peer's time divided by ours, medians of interleaved rounds; above 1 we are faster",
      "by CPU time: with --threads 1 it holds on a busy machine; with more, threads that spin count as working",
    );
  }
  return sections.join("\n");
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === row.length - 1
          ? cell.padEnd(widths[column]!)
          : cell.padStart(widths[column]!),
      )
      .join("  ")
      .trimEnd(),
  );
}

function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
