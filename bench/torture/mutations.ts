/** Ordeal of the files of a run: bytes are changed, cut off, deleted, put in each other's place, and jobs are asked for. */

import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brokenBy } from "./command.ts";
import { below, type Ordeal, oneOf, type World } from "./ordeal.ts";

type Mutation = (world: World, path: string, others: readonly string[]) => string;

const mutations: readonly Mutation[] = [
  (world, path) => {
    const bytes = readFileSync(path);
    const at = below(world, bytes.length);
    bytes[at]! ^= 1 << below(world, 8);
    writeFileSync(path, bytes);
    return `bit of byte ${at}`;
  },
  (world, path) => {
    const bytes = readFileSync(path);
    const kept = below(world, bytes.length);
    writeFileSync(path, bytes.subarray(0, kept));
    return `cut off after ${kept} bytes`;
  },
  (world, path) => {
    const bytes = readFileSync(path);
    const from = below(world, bytes.length);
    bytes.fill(0, from, Math.min(bytes.length, from + 512));
    writeFileSync(path, bytes);
    return `zeros from byte ${from} on`;
  },
  (_, path) => {
    rmSync(path);
    return "deleted";
  },
  (world, path, others) => {
    const other = oneOf(world, others);
    writeFileSync(path, readFileSync(other));
    return `replaced by ${other.split("/").at(-1)}`;
  },
  (world, path) => {
    const text = readFileSync(path, "latin1");
    const numbers = [...text.matchAll(/\d+(\.\d+)?/g)];
    if (numbers.length === 0) return "left as it is";
    const { index, 0: number } = oneOf(world, numbers);
    const value = oneOf(world, ["-1", "1e999", "null", "0", '"x"', "[]", "9007199254740993", "0.5"]);
    writeFileSync(path, text.slice(0, index) + value + text.slice(index + number.length), "latin1");
    return `${number} became ${value}`;
  },
];

/** Command lines on a run; each takes well under a second. */
const commands: readonly (readonly string[])[] = [
  ["verify"],
  ["curves"],
  ["usage"],
  ["sample", "--count", "4"],
  ["traverse", "--only", "sheet"],
  ["progress", "--of", "traversal"],
  ["evaluate", "--samples", "2", "--limit", "10"],
  ["compare"],
  ["export"],
  ["report"],
  ["resume", "--epochs", "4"],
];

export const mutatedRuns: Ordeal = {
  name: "files of a run changed at random",
  promise: "every job ends well or with a named reason: never an internal error, in bounded time and memory",
  async *trials(world) {
    for (;;) {
      const run = join(world.folder(), "run");
      cpSync(world.whole, run, { recursive: true });
      const files = readdirSync(run, { recursive: true, encoding: "utf8" })
        .map((name) => join(run, name))
        .filter((path) => statSync(path).isFile() && statSync(path).size > 0);
      const path = oneOf(world, files);
      const how = oneOf(world, mutations)(world, path, files);
      const [job, ...options] = oneOf(world, commands) as [string, ...string[]];
      const problem = await brokenBy([job, run, ...options], {});
      yield { what: `${path.slice(run.length + 1)}: ${how}; ${job} ${options.join(" ")}`, problem };
    }
  },
};
