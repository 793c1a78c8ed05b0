/**
 * The executor of a cluster with Slurm: one array for all tasks of a submission, each task an element. What an element came
 * to is a file in the sweep's folder, so that a finished array is collected from disk; `squeue` says what still runs.
 */

import { execFile } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { makeFolder, removeFile, writeFileAtomic } from "../../base/disk.ts";
import { BetalabError } from "../../base/errors.ts";
import { canonicalJson, parseJson } from "../../base/json.ts";
import {
  type Executor,
  executor,
  resources,
  type Task,
  type TaskOutcome,
  type TaskStatus,
} from "../../jobs/index.ts";
import { readLog, taskFile } from "../tasks.ts";
import { cancelledOutcome, failedOutcome, isOpen } from "./outcomes.ts";
import { quoted, scriptOf } from "./slurm-script.ts";

const program = fileURLToPath(new URL("../../../bin/betalab.js", import.meta.url));
/** Seconds before the time limit at which a task is told to write a checkpoint; it is queued again then. */
const WARNING = 60;
/** Slurm may warn a minute early, so that less than this would be no time to train in. */
const LEAST_TIME = 3 * 60;

/** Milliseconds until what left the queue without an outcome counts as lost. */
const LATE = 1000;

const options = resources.extend({ throttle: z.int().min(1).optional() });

/** An array that was submitted: `slurm/array-ID.json`. */
interface Submission {
  readonly array: string;
  /** Tasks, by the element's number. */
  readonly tasks: readonly string[];
}

/** What is to be done about an element that Slurm ended, by its state. */
const advice: Readonly<Record<string, string>> = {
  OUT_OF_MEMORY: "give it more memory (`mem`), or a smaller batch",
  TIMEOUT: "give it more time (`time`)",
};

const run = promisify(execFile);

class SlurmExecutor implements Executor {
  readonly #folder: string;
  readonly #sweep: string;
  readonly #throttle: number | undefined;

  constructor(sweep: string, throttle: number | undefined) {
    this.#sweep = sweep;
    this.#folder = join(sweep, "slurm");
    this.#throttle = throttle;
  }

  async submit(tasks: readonly Task[]): Promise<void> {
    const known = await this.statusAll(tasks);
    const wanted = tasks.filter(({ id }) => !isOpen(known.get(id)));
    if (wanted.length === 0) return;
    await this.forget(wanted);
    makeFolder(join(this.#folder, "outcomes"));
    const kinds = new Set(wanted.map((task) => canonicalJson(resourcesOf(task))));
    for (const kind of kinds)
      await this.#submitArray(wanted.filter((task) => canonicalJson(resourcesOf(task)) === kind));
  }

  /** @param wanted tasks of equal resources */
  async #submitArray(wanted: readonly Task[]): Promise<void> {
    const script = join(this.#folder, `submission-${Date.now()}-${wanted[0]!.id}.sh`);
    writeFileAtomic(script, scriptOf(wanted.map((task) => this.#lineOf(task))));
    chmodSync(script, 0o755);
    const { cpus = 1, ...others } = resourcesOf(wanted[0]!);
    const throttle = this.#throttle;
    const given = [
      "--parsable",
      "--requeue",
      "--open-mode=append",
      `--job-name=betalab-${wanted[0]!.name}`,
      `--array=0-${wanted.length - 1}${throttle === undefined ? "" : `%${throttle}`}`,
      `--cpus-per-task=${cpus}`,
      `--output=${join(this.#folder, "array-%A_%a.txt")}`,
      `--signal=B:USR1@${WARNING}`,
      ...Object.entries(others).map(([name, value]) => `--${name}=${value}`),
    ];
    const array = (await slurm("sbatch", [...given, script])).trim().split(";")[0]!;
    const submission: Submission = { array, tasks: wanted.map(({ id }) => id) };
    writeFileAtomic(join(this.#folder, `array-${array}.json`), `${JSON.stringify(submission)}\n`);
  }

  async statusAll(tasks: readonly Task[]): Promise<ReadonlyMap<string, TaskStatus>> {
    const submissions = this.#submissions();
    const states = await queueStates(submissions.map(({ array }) => array));
    const found = new Map<string, TaskStatus>();
    const lost: Promise<void>[] = [];
    for (const { id } of tasks) {
      const outcome = this.#outcome(id);
      const place = submissions.findLast((one) => one.tasks.includes(id));
      const element = place && `${place.array}_${place.tasks.indexOf(id)}`;
      const state = element && states(element);
      if (outcome !== undefined) found.set(id, outcome);
      else if (state !== undefined) found.set(id, { state: state === "PENDING" ? "queued" : "running" });
      else if (existsSync(this.#cancelled(id))) found.set(id, cancelledOutcome);
      else if (element !== undefined)
        lost.push(this.#lost(id, element).then((how) => void found.set(id, how)));
    }
    await Promise.all(lost);
    return found;
  }

  async cancel(tasks: readonly Task[]): Promise<void> {
    const submissions = this.#submissions();
    const wanted = new Set(tasks.map(({ id }) => id));
    const elements = submissions.flatMap(({ array, tasks }) =>
      tasks.flatMap((id, i) => {
        if (!wanted.has(id)) return [];
        writeFileSync(this.#cancelled(id), "");
        return [`${array}_${i}`];
      }),
    );
    // Its script passes the signal on, and waits for the checkpoint.
    if (elements.length > 0) await slurm("scancel", ["--signal=TERM", "--full", ...elements]).catch(() => {});
    if (elements.length > 0) await slurm("scancel", ["--state=PENDING", ...elements]).catch(() => {});
  }

  async logs(task: Task): Promise<string> {
    const outputs = this.#submissions().flatMap(({ array, tasks }) => {
      const path = join(this.#folder, `array-${array}_${tasks.indexOf(task.id)}.txt`);
      return existsSync(path) ? [readFileSync(path, "utf8")] : [];
    });
    return [readLog(task), ...outputs].join("");
  }

  async forget(tasks: readonly Task[]): Promise<void> {
    for (const { id } of tasks) {
      removeFile(this.#outcomePath(id));
      removeFile(this.#cancelled(id));
    }
  }

  async close(): Promise<void> {}

  #lineOf(task: Task): string {
    const module = task.configModule === undefined ? [] : ["--config-module", task.configModule];
    const words = [
      taskFile(this.#sweep, task.name),
      this.#outcomePath(task.id),
      this.#cancelled(task.id),
      process.execPath,
      program,
      ...module,
    ];
    return words.map(quoted).join(" ");
  }

  #outcomePath(id: string): string {
    return join(this.#folder, "outcomes", `${id}.json`);
  }

  #cancelled(id: string): string {
    return join(this.#folder, `cancelled-${id}`);
  }

  /** Where to look when a worker died. */
  get #where(): string {
    return `the end of array-*.txt in ${this.#folder} says why`;
  }

  #outcome(id: string): TaskOutcome | undefined {
    const path = this.#outcomePath(id);
    if (!existsSync(path)) return undefined;
    const text = readFileSync(path, "utf8");
    try {
      const { tasks, error } = parseJson(text) as {
        readonly tasks?: readonly [TaskOutcome];
        readonly error?: NonNullable<TaskOutcome["error"]>;
      };
      return tasks?.[0] ?? failedOutcome(error?.code === "died" ? { hint: this.#where, ...error } : error);
    } catch {
      // A node without Node, a module that is missing there: nobody lived to say how it ended.
      const message = `its worker could not be started, or broke: it left ${text === "" ? "nothing" : "no outcome"} in ${path}`;
      return failedOutcome({ code: "died", message, hint: this.#where });
    }
  }

  #submissions(): Submission[] {
    if (!existsSync(this.#folder)) return [];
    const names = readdirSync(this.#folder).filter((name) => /^array-\d+\.json$/.test(name));
    const number = (name: string): number => Number(/\d+/.exec(name)![0]);
    return names
      .toSorted((a, b) => number(a) - number(b))
      .map((name) => JSON.parse(readFileSync(join(this.#folder, name), "utf8")) as Submission);
  }

  /** It left the queue without leaving an outcome: a node that broke, a limit that killed it. */
  async #lost(id: string, element: string): Promise<TaskStatus> {
    await wait(LATE); // A shared disk may show it a moment after the queue.
    const outcome = this.#outcome(id);
    if (outcome !== undefined || existsSync(this.#cancelled(id))) return outcome ?? cancelledOutcome;
    const accounts = await slurm("sacct", ["-n", "-X", "-P", "-j", element, "-o", "State,ExitCode"]).catch(
      () => "",
    );
    const how = accounts.trim().split("\n")[0]!;
    const state = how.split(/[ |]/)[0]!;
    if (state === "CANCELLED") return cancelledOutcome;
    const message = `Slurm ended ${element} without a word${how ? ` (${how})` : ""}`;
    return failedOutcome({ code: "died", message, hint: advice[state] ?? `see ${this.#folder}` });
  }
}

/** What each element says of its state; one that is not there has left the queue. */
async function queueStates(arrays: readonly string[]): Promise<(element: string) => string | undefined> {
  if (arrays.length === 0) return () => undefined;
  const lines = await slurm("squeue", ["-h", "-r", "-o", "%F_%K %T", "-j", arrays.join(",")]).catch(
    (error: Error) => {
      if (/Invalid job id/.test(error.message)) return "";
      throw error;
    },
  );
  const states = new Map(lines.split("\n").map((line) => line.split(" ") as [string, string]));
  return (element) => states.get(element);
}

async function slurm(command: string, words: readonly string[]): Promise<string> {
  try {
    return (await run(command, [...words])).stdout;
  } catch (cause) {
    const { code, stderr, message } = cause as Error & { code?: string | number; stderr?: string };
    if (code === "ENOENT") {
      throw new BetalabError(
        "config",
        `Slurm's ${command} is not on this machine`,
        "submit from a login node of the cluster",
        { cause },
      );
    }
    throw new BetalabError("network", `${command}: ${(stderr || message).trim()}`, undefined, { cause });
  }
}

/** A run that computes on a GPU gets one, unless told otherwise. */
function resourcesOf({ resources = {}, config }: Task): NonNullable<Task["resources"]> {
  return config.device === "cuda" ? { gpus: 1, ...resources } : resources;
}

/** Of Slurm's forms `M`, `M:S`, `H:M:S`, `D-H`, `D-H:M`, `D-H:M:S`; nothing of a word such as UNLIMITED. */
function secondsOf(time: string): number | undefined {
  const [, days, first = "", second = "0", third] =
    /^(?:(\d+)-)?(\d+)(?::(\d+))?(?::(\d+))?$/.exec(time) ?? [];
  if (first === "") return undefined;
  const [a, b, c] = [first, second, third ?? "0"].map(Number) as [number, number, number];
  if (days !== undefined) return ((Number(days) * 24 + a) * 60 + b) * 60 + c;
  return third === undefined ? a * 60 + b : (a * 60 + b) * 60 + c;
}

export const slurmExecutor = executor({
  name: "slurm",
  summary: "a cluster with Slurm: one array for each submission",
  options,
  lasting: true,
  async open({ folder }, { time = "", throttle }) {
    if ((secondsOf(time) ?? LEAST_TIME) < LEAST_TIME) {
      const message = `\`time\` is ${time}: a minute of it is kept for a checkpoint, and Slurm counts in minutes`;
      throw new BetalabError("usage", message, "give it three minutes or more, such as 3 or 0:03:00");
    }
    await slurm("sinfo", ["--version"]);
    return new SlurmExecutor(folder, throttle);
  },
});
