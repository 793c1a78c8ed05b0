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

/** Work other than a training step (`tasks/`). */
export interface TaskReport {
  readonly name: string;
  readonly title: string;
  /** What is counted, and how much of it one run does. */
  readonly unit: string;
  readonly count: number;
  /** ms a run. */
  readonly result: Result;
  /** The same work by another, interleaved; `agreement` says how near the two results are. */
  readonly beside?: { readonly name: string; readonly result: Result; readonly agreement: string };
}

export interface Report {
  readonly machine: Machine;
  readonly command: string;
  readonly date: string;
  readonly peak: Peak;
  readonly steps: readonly StepReport[];
  readonly tasks: readonly TaskReport[];
}

export function formatReport(report: Report): string {
  const { machine, command, date, peak, steps, tasks } = report;
  const sections = [
    `${date}   ${command}`,
    describe(machine),
    `sgemm 1024³: ONNX Runtime ${peak.onnxruntime.toFixed(0)} GFLOP/s, ` +
      (peak.openblas === undefined ? "no NumPy to ask" : `OpenBLAS ${peak.openblas.toFixed(0)} GFLOP/s`),
    "",
  ];
  if (steps.length > 0) sections.push(...stepTable(report), "");
  const compared = comparisons(steps);
  if (compared.length > 1) {
    sections.push(
      ...table(compared),
      "",
      "ratio: the peer's time divided by ours, medians of interleaved rounds; above 1 we are faster",
      "by CPU time: with --threads 1 it holds on a busy machine; with more, threads that spin count as working",
      "",
    );
  }
  if (tasks.length > 0) sections.push(...taskTable(tasks));
  return sections.join("\n").trimEnd();
}

export function describe(machine: Machine): string {
  return (
    `${machine.cpu}, ${machine.cores} cores, ${machine.threads} threads, ${machine.memoryGiB} GiB, ${machine.system}, ` +
    `Node ${machine.node}, ${machine.runtime}, load before ${machine.load.toFixed(1)}`
  );
}

function stepTable({ steps, peak }: Report): string[] {
  return table([
    ["step", "images/s", "ms/step", "best", "GFLOP/s", "of ORT sgemm", "of OpenBLAS"],
    ...steps.map(({ title, batchSize, flops, result }) => {
      const gflops = flops / result.median / 1e6;
      return [
        title,
        ((1000 * batchSize) / result.median).toFixed(0),
        milliseconds(result.median),
        milliseconds(result.best),
        gflops.toFixed(0),
        percent(gflops / peak.onnxruntime),
        peak.openblas === undefined ? "–" : percent(gflops / peak.openblas),
      ];
    }),
  ]);
}

function comparisons(steps: readonly StepReport[]): string[][] {
  return [
    ["step", "betalab", "peer", "ratio", "by best round", "by CPU time", "peer's setting"],
    ...steps.flatMap(({ title, result, peers }) =>
      peers.map((peer) => [title, ...versus(result, peer.result), peer.setting]),
    ),
  ];
}

function taskTable(tasks: readonly TaskReport[]): string[] {
  return table([
    [
      "other work",
      "a second",
      "ours",
      "other",
      "ratio",
      "by best round",
      "by CPU time",
      "beside, and how near",
    ],
    ...tasks.map(({ title, unit, count, result, beside }) => [
      title,
      `${((1000 * count) / result.median).toFixed(0)} ${unit}`,
      ...(beside === undefined ? [time(result.median), "–", "–", "–", "–"] : versus(result, beside.result)),
      beside === undefined ? "" : `${beside.name}: ${beside.agreement}`,
    ]),
  ]);
}

/** Our time, the other's, and the three ratios. */
function versus(ours: Result, other: Result): string[] {
  const ratios = [other.median / ours.median, other.best / ours.best, other.cpu / ours.cpu];
  return [time(ours.median), time(other.median), ...ratios.map((ratio) => `${ratio.toFixed(2)}×`)];
}

export function table(rows: readonly (readonly string[])[]): string[] {
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

function time(value: number): string {
  return value < 10_000 ? `${milliseconds(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

function milliseconds(value: number): string {
  return value.toFixed(value < 10 ? 2 : 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
