/** A sweep as text: pure functions from how its runs stand to the lines of the live table and of the result. */

import { shellWord } from "../../base/escape.ts";
import { formatNumber, plural } from "../../base/format.ts";
import { sum } from "../../base/statistics.ts";
import type { ComparisonValue, SweptRun } from "../../jobs/index.ts";
import { formatDuration } from "../progress-lines.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

/** More lines than this don't fit on a small terminal. */
const MOST_LINES = 16;
const MOST_NAMED = 3;

/** The live table: a line for each run (of many: for each that is running), and a sum. */
export function statusLines(runs: readonly SweptRun[], seconds: number): string[] {
  const running = runs.filter(({ status }) => status === "running");
  const shown = runs.length <= MOST_LINES ? runs : running.slice(0, MOST_LINES);
  const table = columns(shown.map((run) => [run.name, ...cells(run)]));
  return [...(table === "" ? [] : table.split("\n")), countLine(runs, seconds)];
}

function cells({ status, progress, before, error, seconds }: SweptRun): string[] {
  if (status === "failed") return ["failed", error ?? ""];
  if (status === "finished") return ["finished", before ? "before" : formatDuration(seconds ?? Number.NaN)];
  if (status !== "running" || progress === undefined) return [status];
  const { stage, done, total, reconstruction, kl } = progress;
  const share = percent(done, total);
  const terms =
    reconstruction === undefined || kl === undefined
      ? ""
      : `reconstruction ${formatNumber(reconstruction)}  kl ${formatNumber(kl)} nats/image`;
  return [stage, share, terms];
}

const percent = (done: number, total = 0): string =>
  total > 0 ? `${Math.floor((100 * done) / total)} %` : "";

/** One line in the table's stead: `5 of 18 finished, … about 3:40 left  beta-4_seed-0 training 58 %, …`. */
export function statusLine(runs: readonly SweptRun[], seconds: number): string {
  const running = runs.filter(({ status }) => status === "running");
  const named = running
    .slice(0, MOST_NAMED)
    .map(({ name, progress }) =>
      [name, progress?.stage, percent(progress?.done ?? 0, progress?.total)].filter(Boolean).join(" "),
    );
  const more = running.length > MOST_NAMED ? [`${running.length - MOST_NAMED} more`] : [];
  return [countLine(runs, seconds), [...named, ...more].join(", ")].filter(Boolean).join("  ");
}

/** `5 of 18 finished, 1 failed, 2 running, 10 waiting  1:20 so far, about 3:40 left`. */
function countLine(runs: readonly SweptRun[], seconds: number): string {
  const finished = runs.filter(({ status }) => status === "finished").length;
  const others = countsOf(runs.filter(({ status }) => status !== "finished"));
  const counts = [`${finished} of ${runs.length} finished`, ...others].join(", ");
  const left = secondsLeft(runs, seconds);
  const end = left === undefined ? "" : `, about ${formatDuration(left)} left`;
  return `${counts}  ${formatDuration(seconds)} so far${end}`;
}

/** `4 finished`, `1 failed`: of each status that there is. */
const countsOf = (runs: readonly SweptRun[]): string[] =>
  (["finished", "failed", "interrupted", "running", "waiting"] as const)
    .map((wanted) => [runs.filter(({ status }) => status === wanted).length, wanted] as const)
    .filter(([count]) => count > 0)
    .map(([count, status]) => `${count} ${status}`);

/**
 * From the shares of the runs' trainings that were done in so many seconds and that are left; what comes after a training is short
 * beside it. Nothing of a sweep that is being stopped.
 */
function secondsLeft(runs: readonly SweptRun[], seconds: number): number | undefined {
  const own = runs.filter(({ before }) => !before);
  if (own.some(({ status }) => status === "interrupted")) return undefined;
  const shares = own.map(({ status, progress: { stage, done = 0, total = 0 } = {}, begun }) => {
    if (status !== "running") return status === "waiting" ? 0 : 1;
    return stage === "training" && total > 0 ? done / total : Number(begun !== undefined);
  });
  const done = sum(shares);
  const doneHere = done - sum(own.map(({ begun = 0 }) => begun));
  return doneHere > 0 && done < own.length ? (seconds * (own.length - done)) / doneHere : undefined;
}

/** A plain line when a run has ended: `[3/18] beta-4_seed-0  finished in 1:20`. */
export function endedLine({ name, status, error, seconds = 0 }: SweptRun, runs: readonly SweptRun[]): string {
  const over = runs.filter((run) => run.status !== "running" && run.status !== "waiting").length;
  const how = status === "failed" ? `failed: ${error}` : `${status} after ${formatDuration(seconds)}`;
  return `[${over}/${runs.length}] ${name}  ${how}`;
}

export function sweepText({ value }: Told): string {
  type Comparison = Pick<ComparisonValue, "verdict" | "words">;
  type Swept = { path: string; runs: readonly SweptRun[]; comparison?: Comparison };
  const { path, runs, comparison } = value as Swept;
  const by = (wanted: SweptRun["status"]): readonly SweptRun[] =>
    runs.filter(({ status }) => status === wanted);
  const [finished, failed] = [by("finished"), by("failed")];
  const before = finished.filter((run) => run.before).length;
  const left = runs.length - finished.length - failed.length;
  const lines = [
    `${finished.length} of ${plural(runs.length, "run")} finished${before > 0 ? ` (${before} of them before)` : ""}.`,
  ];
  if (failed.length > 0) {
    lines.push(`${failed.length} failed:`);
    for (const { name, error, hint } of failed)
      lines.push(`  ${name}: ${error}`, ...(hint ? [`    ${hint}`] : []));
  }
  if (left > 0) lines.push(`${left} left: the same command continues them.`);
  if (comparison !== undefined)
    lines.push(comparison.verdict, ...comparison.words.flatMap(({ plain, exact }) => [plain, `  ${exact}`]));
  lines.push(`sweep    ${path}`);
  if (finished.length > 1) lines.push(`compare  betalab compare ${shellWord(path)}`);
  return lines.join("\n");
}

export function statusText({ value }: Told): string {
  const { runs } = value as { readonly runs: readonly SweptRun[] };
  const table = columns(runs.map((run) => [run.name, run.status, run.error ?? ""]));
  return [table, countsOf(runs).join(", ")].join("\n");
}

export function logsText({ value }: Told): string {
  const { logs } = value as { readonly logs: readonly { readonly name: string; readonly text: string }[] };
  return logs.map(({ name, text }) => `${name}\n${text.trimEnd() || "nothing yet"}`).join("\n\n");
}

export function namesText({ value }: Told): string {
  const { runs } = value as { readonly runs: readonly string[] };
  return runs.length === 0 ? "none" : runs.join("\n");
}

export function workerText({ value }: Told): string {
  const { tasks } = value as { readonly tasks: readonly { readonly name: string; readonly state: string }[] };
  return columns(tasks.map(({ name, state }) => [name, state]));
}
