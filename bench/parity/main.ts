/**
 * `npm run parity`: our training step beside PyTorch's, on the same weights, pictures and noise. PyTorch in
 * double precision is the truth; the table shows how far ours is from it and, for measure, how far PyTorch's own
 * single precision is. `--freeze` writes its numbers down for the ordinary tests (`digest.ts`); `--all` shows every tensor, `--only TEXT`
 * the cases whose names hold TEXT. Fails when ours is further off than 1e-4.
 */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createRuntime } from "../../src/runtime/node.ts";
import { cases } from "./cases.ts";
import { differences, groups, TOLERANCE } from "./compare.ts";
import { freeze } from "./digest.ts";
import { ourResults } from "./ours.ts";
import { pytorchResults } from "./pytorch.ts";

const { values } = parseArgs({
  options: {
    freeze: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    only: { type: "string", default: "" },
  },
});

const chosen = cases.filter(({ name }) => name.includes(values.only));
const { references, version } = pytorchResults(chosen);
const runtime = await createRuntime();
console.log(
  `relative to PyTorch ${version} in double precision: ours · PyTorch in single precision, worst tensor\n`,
);
for (const one of chosen) {
  const { single, double } = references.get(one.name)!;
  const mine = await ourResults(one, runtime);
  console.log(one.name);
  for (const group of groups) {
    const ours = differences(group, mine, double);
    const theirs = differences(group, single, double);
    if (ours[0]!.error > TOLERANCE) process.exitCode = 1;
    const shown = values.all ? ours : ours.slice(0, 1);
    for (const { name, error } of shown) {
      const other = theirs.find((difference) => difference.name === name)!;
      console.log(`  ${group.padEnd(9)} ${format(error)} · ${format(other.error)}  ${name}`);
    }
  }
}

if (values.freeze && values.only === "") {
  const path = fileURLToPath(new URL("../../../src/training/parity.fixtures.json", import.meta.url));
  writeFileSync(path, freeze(version, references));
  console.log(`\nwritten: ${path}`);
}

function format(error: number): string {
  return error.toExponential(1).padStart(7);
}
