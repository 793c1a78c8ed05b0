/** The tasks of a sweep as files of its folder, beside their logs: what other machines, and later commands, know of it. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { makeFolder, writeFileAtomic } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { canonicalJson, parseJson, stringifyJson } from "../base/json.ts";
import { sha256 } from "../base/sha256.ts";
import { version } from "../base/version.ts";
import { type Step, TASK_FORMAT, type Task } from "../jobs/index.ts";
import type { PlannedRun } from "./plan.ts";
import { parseTask, readTask } from "./work.ts";

export const taskFile = (folder: string, name: string): string => join(folder, "tasks", `${name}.json`);

/** What all tasks of a sweep share. */
export interface TaskSurroundings {
  readonly folder: string;
  /** Where the data of a run lies, for sets that are files. */
  data(run: PlannedRun): string | undefined;
  readonly resources?: Task["resources"];
  readonly configModule?: string | undefined;
  /** Of the data of a run. */
  fingerprint(run: PlannedRun): string | undefined;
}

export function taskOf(run: PlannedRun, steps: readonly Step[], around: TaskSurroundings): Task {
  const path = resolve(run.path);
  const id = sha256(canonicalJson([run.identity, path, steps])).slice(0, 32);
  const given = Object.entries(around.resources ?? {}).filter(([, value]) => value !== undefined);
  const resources: NonNullable<Task["resources"]> = Object.fromEntries(given);
  const [data, fingerprint] = [around.data(run), around.fingerprint(run)];
  return {
    format: TASK_FORMAT,
    software: version(),
    id,
    name: run.name,
    path,
    log: resolve(around.folder, "logs", `${run.name}.log`),
    config: { ...run.config },
    origins: Object.fromEntries(run.origins),
    steps: [...steps],
    ...(data !== undefined && { data: resolve(data) }),
    ...(fingerprint !== undefined && { fingerprint }),
    ...(around.configModule !== undefined && { configModule: around.configModule }),
    ...(Object.keys(resources).length > 0 && { resources }),
  };
}

export function writeTasks(folder: string, tasks: readonly Task[]): void {
  makeFolder(join(folder, "tasks"));
  for (const task of tasks) writeFileAtomic(taskFile(folder, task.name), `${stringifyJson(task, 2)}\n`);
}

/** All tasks of the sweep in `folder`, of whatever version: they are looked at, not done. Throws "config" naming the file that is none. */
export function readTasks(folder: string): Task[] {
  const tasks = join(folder, "tasks");
  if (!existsSync(tasks)) return [];
  const names = readdirSync(tasks).filter((name) => name.endsWith(".json") && !name.startsWith("."));
  return names.map((name) => readWith(parseTask, join(tasks, name)));
}

/** A task to be done here. Throws as `readTask`, and "config" where the file can't be read. */
export const readTaskFile = (path: string): Task => readWith(readTask, path);

function readWith(read: typeof readTask, path: string): Task {
  let value: unknown;
  try {
    value = parseJson(readFileSync(path, "utf8"));
  } catch (cause) {
    const message = `can't read the task ${path}: ${(cause as Error).message}`;
    throw new BetalabError("config", message, undefined, { cause });
  }
  return read(value, path);
}

/**
 * The task with its paths as they are on this machine.
 *
 * @param pairs such as `/lab/data=/mnt/data`: theirs, ours
 */
export function mappedTask(task: Task, pairs: readonly string[]): Task {
  const roots = pairs.map((pair) => pair.split("=").map((root) => root.replace(/(?<=.)\/+$/, "")));
  const map = (path: string): string => {
    const [theirs, ours] = roots.find(([root]) => path === root || path.startsWith(`${root}/`)) ?? [];
    return ours === undefined ? path : ours + path.slice(theirs!.length);
  };
  const { data, configModule } = task;
  return {
    ...task,
    path: map(task.path),
    log: map(task.log),
    ...(data !== undefined && { data: map(data) }),
    ...(configModule !== undefined && { configModule: map(configModule) }),
  };
}

export const readLog = ({ log }: Task): string => (existsSync(log) ? readFileSync(log, "utf8") : "");
