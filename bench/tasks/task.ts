/**
 * Work beside the training steps. A group (t-SNE, the learners, decoding) writes the inputs that both sides read and
 * has one or more rows; of each row our side runs in a process of its own (`child.ts`), as the peer's does.
 */

import { fileURLToPath } from "node:url";
import { type Contestant, measure, type Result } from "../contestant.ts";
import type { BenchOptions } from "../options.ts";
import { PeerProcess, peerContestant, peerScript } from "../peer-process.ts";
import { needPython } from "../python.ts";
import type { TaskReport } from "../report.ts";
import type { Surroundings } from "../training.ts";

/** A row's work, its inputs read. */
export interface Work {
  run(): void | Promise<void>;
  /** A number of the last run by which two sides can be compared: an accuracy, an objective. */
  result(): number;
}

export interface TaskRow {
  readonly name: string;
  readonly title: string;
  /** What is counted, and how much of it one run does. */
  readonly unit: string;
  readonly count: number;
  /** A run takes so long that there is one turn, and no other before it. */
  readonly once?: true;
  /** Our side. Rejects when the inputs are not there. */
  open(folder: string): Work;
  /** How far two results agree, for people. */
  agreement(ours: number, theirs: number, folder: string): string;
}

export interface TaskGroup {
  readonly name: string;
  readonly peer: {
    readonly name: string;
    /** Python module that it needs, PyPI's name of it, and the script in `bench/peers`. */
    readonly module: string;
    readonly packages: string;
    readonly script: string;
  };
  readonly rows: readonly TaskRow[];
  /** Writes the inputs into an empty folder. */
  write(folder: string): void | Promise<void>;
}

/** Measures every row of a group; inputs in `folder`. Throws "device" when the peer isn't installed. */
export async function measureGroup(
  group: TaskGroup,
  folder: string,
  options: BenchOptions,
  { runtime: { threads }, progress }: Surroundings,
): Promise<TaskReport[]> {
  progress(`${group.name}: writing the inputs`);
  await group.write(folder);
  const withPeer = options.taskPeers.includes(group.peer.name);
  const reports: TaskReport[] = [];
  for (const row of group.rows) {
    progress(`${row.name}: measuring`);
    const sides = [ourSide(), ...(withPeer ? [theirSide(group, threads)] : [])];
    try {
      reports.push(await measureRow(row, sides, { open: { task: row.name, folder, threads } }, options));
    } finally {
      for (const { process } of sides) process.close();
    }
  }
  return reports;
}

interface Side {
  readonly name: string;
  readonly process: PeerProcess;
}

function ourSide(): Side {
  const script = fileURLToPath(new URL("child.js", import.meta.url));
  return { name: "betalab", process: new PeerProcess("betalab", process.execPath, [script]) };
}

function theirSide({ peer: { name, module, packages, script } }: TaskGroup, threads: number): Side {
  const command = needPython(module, packages);
  const environment = { OMP_NUM_THREADS: String(threads) };
  return { name, process: new PeerProcess(name, command, [peerScript(script)], environment) };
}

async function measureRow(
  row: TaskRow,
  sides: readonly Side[],
  request: { readonly open: { readonly task: string; readonly folder: string; readonly threads: number } },
  { seconds, rounds }: BenchOptions,
): Promise<TaskReport> {
  const contestants: Contestant[] = [];
  for (const { name, process } of sides) {
    const { version } = await process.ask<{ readonly version: string }>(request);
    contestants.push(peerContestant(`${name} ${version}`, {}, process));
  }
  const turns = row.once ? { seconds, rounds: 1, warmUp: false } : { seconds, rounds };
  const results = await measure(contestants, turns);
  const values: number[] = [];
  for (const { process } of sides)
    values.push((await process.ask<{ readonly value: number }>({ result: true })).value);
  const [result, other] = contestants.map((one) => results.get(one)!) as [Result, Result?];
  return {
    name: row.name,
    title: row.title,
    unit: row.unit,
    count: row.count,
    result,
    ...(other !== undefined && {
      beside: {
        name: contestants[1]!.name,
        result: other,
        agreement: row.agreement(values[0]!, values[1]!, request.open.folder),
      },
    }),
  };
}
