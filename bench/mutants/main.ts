/**
 * `npm run mutants -- --room config --sample 60 --seed 1`: how much the tests of a room notice. Puts a random sample
 * of small mistakes into the room, one after another and in memory only, and runs the tests that reach each one.
 */

import { readdirSync } from "node:fs";
import { relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { BetalabError } from "../../src/base/errors.ts";
import { randomIndices } from "../../src/data/index.ts";
import { reviewed } from "./equivalent.ts";
import { instrument } from "./instrument.ts";
import { createJudge } from "./judge.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";

/** Where mistakes are made, and the tests that should notice: folders, and files by the beginning of their path. */
const rooms: Readonly<Record<string, { readonly source: string; readonly tests: readonly string[] }>> = {
  config: { source: "src/config", tests: ["src/config/"] },
  // Without parity.test.ts, which takes a minute.
  training: {
    source: "src/training",
    tests: readdirSync("src/training")
      .filter((name) => name.endsWith(".test.ts") && name !== "parity.test.ts")
      .map((name) => `src/training/${name}`),
  },
  metrics: { source: "src/metrics", tests: ["src/metrics/"] },
  "data/batches": { source: "src/data/batches.ts", tests: ["src/data/"] },
  models: { source: "src/models", tests: ["src/models/", "src/objectives/"] },
  objectives: { source: "src/objectives", tests: ["src/models/", "src/objectives/"] },
};

interface Site extends Mutation {
  readonly file: ts.SourceFile;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      room: { type: "string", default: "config" },
      sample: { type: "string", default: "60" },
      seed: { type: "string", default: "1" },
    },
  });
  const room = rooms[values.room];
  if (room === undefined)
    throw new BetalabError("usage", `--room: ${values.room}`, `one of ${Object.keys(rooms).join(", ")}`);
  const all = sitesOf(room.source);
  const chosen = randomIndices(all.length, Number(values.sample), {
    seed: Number(values.seed),
    stream: "mutants",
  });
  const sample = [...chosen].map((index) => all[index]!);
  console.log(`${values.room}: ${sample.length} of ${all.length} mutants, seed ${values.seed}`);
  const judge = await createJudge(instrumentedTexts(sample), room.tests);
  const counts = { killed: 0, timeout: 0, equivalent: 0, survived: 0, "not reached": 0 };
  for (const [number, site] of sample.entries()) {
    const noticed = await judge.judge(number);
    const reason = reviewed(describe(site));
    const verdict =
      noticed !== "killed" && noticed !== "timeout" && reason !== undefined ? "equivalent" : noticed;
    counts[verdict]++;
    console.log(`${verdict.padEnd(11)} ${place(site)} ${describe(site).change}`);
  }
  await judge.close();
  const killed = (counts.killed + counts.timeout) / sample.length;
  const error = Math.sqrt((killed * (1 - killed)) / sample.length);
  console.log(
    `${JSON.stringify(counts)}\nkilled ${percent(killed)} ± ${percent(error)} (one standard error)`,
  );
}

/** Every mutation of a room's files but its tests. */
function sitesOf(source: string): Site[] {
  const files = source.endsWith(".ts")
    ? [source]
    : readdirSync(source, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
        .map((name) => `${source}/${name}`)
        .sort();
  const { config } = ts.readConfigFile("tsconfig.json", ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ".");
  const program = ts.createProgram(files, options);
  return files.flatMap((name) => {
    const file = program.getSourceFile(name)!;
    return mutationsOf(file, program.getTypeChecker()).map((mutation) => ({ ...mutation, file }));
  });
}

/** Absolute path → text, of the files in the sample. A mutation's number is its index. */
function instrumentedTexts(sample: readonly Site[]): Map<string, string> {
  const byFile = new Map<ts.SourceFile, Map<number, Mutation>>();
  for (const [number, site] of sample.entries())
    byFile.set(site.file, (byFile.get(site.file) ?? new Map<number, Mutation>()).set(number, site));
  return new Map(
    [...byFile].map(([file, mutations]) => [resolve(file.fileName), instrument(file, mutations)]),
  );
}

/** What is changed in which line of which file: it stays the same when lines move. */
function describe({ file, node, text }: Site) {
  const short = (code: string) => code.replace(/\s+/g, " ").trim();
  return {
    file: relative("", file.fileName),
    line: file.text.split("\n")[file.getLineAndCharacterOfPosition(node.getStart()).line]!.trim(),
    change: `${short(node.getText())} → ${text === "" ? "(removed)" : short(text)}`,
  };
}

function place({ file, node }: Site): string {
  const { line, character } = file.getLineAndCharacterOfPosition(node.getStart());
  return `${relative("", file.fileName)}:${line + 1}:${character + 1}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

await main();
