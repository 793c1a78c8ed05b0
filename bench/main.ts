/**
 * `npm run bench`: every training step of `steps.ts` through the project's own training loop, and the work beside it
 * (`tasks/`), with the machine's own peak and, with `--peer`, another library in the same run. Timings are never a
 * test's pass or fail: this prints, and people judge.
 */

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BetalabError, exitStatus } from "../src/base/errors.ts";
import { createRuntime } from "../src/runtime/node.ts";
import { formatCommands, measureCommands } from "./commands.ts";
import { formatGpu, measureGpu } from "./gpu.ts";
import { formatGrowth, measureGrowth } from "./grow.ts";
import { describeMachine } from "./machine.ts";
import { formatMemory, measureMemory } from "./memory.ts";
import { type BenchOptions, parseOptions, usage } from "./options.ts";
import { formatPage, formatPageMemory, measurePage, measurePageMemory } from "./page.ts";
import { formatWaits, measureWaits } from "./page-waits.ts";
import { higher, measurePeak } from "./peak.ts";
import { formatReport, type Report, type StepReport, type TaskReport } from "./report.ts";
import { scratchFolder } from "./scratch.ts";
import { steps } from "./steps.ts";
import { measureFeeding } from "./tasks/feeding.ts";
import { groups } from "./tasks/groups.ts";
import { measureGroup } from "./tasks/task.ts";
import { measureStep, type Surroundings } from "./training.ts";
import { formatWorkers, measureWorkers } from "./workers.ts";

async function main(): Promise<void> {
  const options = parseOptions();
  if (options.mode === "help") {
    console.log(usage());
    return;
  }
  const runtime = await createRuntime(options.threads === undefined ? {} : { threads: options.threads });
  const progress = (text: string) => process.stderr.write(`${text}\n`);
  const machine = describeMachine(runtime);
  if (machine.load > 0.5)
    progress(
      `others are at work (load ${machine.load.toFixed(1)}): measure again when it is quiet, threads that wait for each other suffer most`,
    );
  const about = {
    machine,
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    date: new Date().toISOString(),
  };
  const surroundings = { runtime, folder: scratchFolder(), progress };
  const print = <T>(report: T, format: (report: T) => string) =>
    console.log(options.json ? JSON.stringify(report, null, 2) : format(report));
  if (options.mode === "page" && options.pageMemory) {
    print({ ...about, ...(await measurePageMemory(options, progress)) }, formatPageMemory);
  } else if (options.mode === "page") {
    print({ ...about, ...(await measurePage(options, progress)) }, formatPage);
  } else if (options.mode === "waits") {
    print({ ...about, ...(await measureWaits(options, progress)) }, formatWaits);
  } else if (options.mode === "gpu") {
    print({ ...about, ...(await measureGpu(options, surroundings)) }, formatGpu);
  } else if (options.mode === "grow") {
    print({ ...about, ...(await measureGrowth(options, surroundings)) }, formatGrowth);
  } else if (options.mode === "memory") {
    print({ ...about, ...(await measureMemory(options, surroundings)) }, formatMemory);
  } else if (options.mode === "commands") {
    print({ ...about, ...(await measureCommands(options, surroundings)) }, formatCommands);
  } else if (options.mode === "workers") {
    print({ ...about, ...measureWorkers(surroundings) }, formatWorkers);
  } else print({ ...about, ...(await measureTable(options, surroundings)) }, formatReport);
}

/** The steps and other work that were asked for. */
async function measureTable(
  options: BenchOptions,
  surroundings: Surroundings,
): Promise<Pick<Report, "peak" | "steps" | "tasks">> {
  const { runtime, folder, progress } = surroundings;
  const wanted = (name: string) => options.only.length === 0 || options.only.includes(name);
  const below = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  progress("measuring the machine's peak");
  const alone = await createRuntime({ threads: 1 });
  const measurePeaks = async (): Promise<Report["peak"]> => ({
    all: await measurePeak(runtime, 1),
    one: await measurePeak(alone, 1),
  });
  const before = await measurePeaks();
  const stepReports: StepReport[] = [];
  for (const step of steps) {
    if (wanted(step.name)) stepReports.push(await measureStep(step, options, surroundings));
  }
  const taskReports: TaskReport[] = [];
  if (wanted("feeding")) taskReports.push(...(await measureFeeding(below("feeding"), options, surroundings)));
  for (const group of groups) {
    if (wanted(group.name))
      taskReports.push(...(await measureGroup(group, below(group.name), options, surroundings)));
  }
  const after = await measurePeaks();
  return {
    peak: { all: higher(before.all, after.all), one: higher(before.one, after.one) },
    steps: stepReports,
    tasks: taskReports,
  };
}

try {
  await main();
} catch (error) {
  if (!(error instanceof BetalabError)) throw error;
  process.stderr.write(`${error.message}\n${error.hint === undefined ? "" : `${error.hint}\n`}`);
  process.exitCode = exitStatus[error.code];
}
