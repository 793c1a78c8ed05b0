/** The measurement as data and as a table. */

import type { Result } from "./contestant.ts";
import type { Machine } from "./machine.ts";
import type { Peak } from "./peak.ts";

/** A peer in its fastest setting. */
export interface PeerResult {
  readonly setting: string;
  readonly result: Result;
  /** Of its first call: tracing and compiling, where there is any. */
  readonly firstSeconds?: number;
}

interface PeerReport {
  readonly name: string;
  /** Whatever its number of threads. */
  readonly best: PeerResult;
  /** Absent where it can't be told to use one. */
  readonly oneThread: PeerResult | undefined;
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
  /** ms a step, with all threads and with one. */
  readonly result: Result;
  readonly oneThread: Result;
  /** From building the net to the end of the first call, which takes `stepsPerCall` steps. */
  readonly firstSeconds?: number;
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
  readonly peak: { readonly all: Peak; readonly one: Peak };
  readonly steps: readonly StepReport[];
  readonly tasks: readonly TaskReport[];
}

export function formatReport(report: Report): string {
  const { machine, command, date, peak, steps, tasks } = report;
  const sections = [
    `${date}   ${command}`,
    describe(machine),
    ...[peak.all, ...(peak.all.threads > 1 ? [peak.one] : [])].map(describePeak),
    "",
  ];
  if (steps.length > 0) sections.push(...stepTable(report), "");
  if (steps.some(({ peers }) => peers.length > 0)) sections.push(...comparisons(steps), "", ...legend, "");
  if (tasks.length > 0) sections.push(...taskTable(tasks));
  return sections.join("\n").trimEnd();
}

const legend = [
  "ratio: the peer's time divided by ours, medians of interleaved rounds; above 1 we are faster",
  "all: whatever number of threads each is fastest with; one: one thread each",
  "by CPU time: of one thread each; it holds on a busy machine",
  "first: seconds of the first call, compiling included; ours takes as many steps as one call has",
  "memory: largest resident size of the process, with as many threads as it is fastest with",
];

function describePeak({ threads, onnxruntime, openblas }: Peak): string {
  const numpy = openblas === undefined ? "no NumPy to ask" : `OpenBLAS ${openblas.toFixed(0)} GFLOP/s`;
  return `sgemm 1024³, ${threads} thread${threads === 1 ? "" : "s"}: ONNX Runtime ${onnxruntime.toFixed(0)} GFLOP/s, ${numpy}`;
}

export function describe(machine: Machine): string {
  return (
    `${machine.cpu}, ${machine.cores} cores, ${machine.threads} threads, ${machine.memoryGiB} GiB, ${machine.system}, ` +
    `Node ${machine.node}, ${machine.runtime}, load before ${machine.load.toFixed(1)}`
  );
}

function stepTable({ steps, peak }: Report): string[] {
  return table([
    [
      "step",
      "images/s",
      "ms/step",
      "best",
      "GFLOP/s",
      "of sgemm",
      "one thread",
      "GFLOP/s",
      "of one core's sgemm",
    ],
    ...steps.map(({ title, batchSize, flops, result, oneThread }) => {
      // The better product is the machine's.
      const share = (of: Result, { onnxruntime, openblas = 0 }: Peak) => {
        const gflops = flops / of.median / 1e6;
        return [gflops.toFixed(0), percent(gflops / Math.max(onnxruntime, openblas))];
      };
      return [
        title,
        ((1000 * batchSize) / result.median).toFixed(0),
        milliseconds(result.median),
        milliseconds(result.best),
        ...share(result, peak.all),
        milliseconds(oneThread.median),
        ...share(oneThread, peak.one),
      ];
    }),
  ]);
}

function comparisons(steps: readonly StepReport[]): string[] {
  const seconds = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(1));
  const ratio = (theirs: number, ours: number) => `${(theirs / ours).toFixed(2)}×`;
  return table([
    [
      "step",
      "peer",
      "all",
      "ratio",
      "by best round",
      "one",
      "ratio",
      "by best round",
      "by CPU time",
      "first",
      "memory",
      "settings: all; one",
    ],
    ...steps.flatMap(({ title, result, oneThread, firstSeconds, peers }) => [
      [
        title,
        "betalab",
        time(result.median),
        "",
        "",
        time(oneThread.median),
        "",
        "",
        "",
        seconds(firstSeconds),
        memory(result),
        "",
      ],
      ...peers.map(({ name, best, oneThread: one }) => [
        title,
        name,
        time(best.result.median),
        ratio(best.result.median, result.median),
        ratio(best.result.best, result.best),
        ...(one === undefined
          ? ["–", "–", "–", "–"]
          : [
              time(one.result.median),
              ratio(one.result.median, oneThread.median),
              ratio(one.result.best, oneThread.best),
              ratio(one.result.cpu, oneThread.cpu),
            ]),
        seconds(best.firstSeconds),
        memory(best.result),
        [best.setting, ...(one === undefined || one.setting === best.setting ? [] : [one.setting])].join(
          "; ",
        ),
      ]),
    ]),
  ]);
}

const memory = ({ peakBytes }: Result): string =>
  peakBytes === undefined ? "–" : `${(peakBytes / 1e6).toFixed(0)} MB`;

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
