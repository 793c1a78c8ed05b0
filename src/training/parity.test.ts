/**
 * Our training step against PyTorch's numbers, frozen: terms, gradients and what three optimiser steps change, for
 * every architecture. `npm run parity` makes the same comparison live, tensor by tensor, and freezes anew.
 */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cases } from "../../bench/parity/cases.ts";
import { digestProblems, type Fixtures } from "../../bench/parity/digest.ts";
import { ourResults } from "../../bench/parity/ours.ts";
import { createRuntime } from "../runtime/node.ts";

const fixtures = JSON.parse(
  readFileSync(new URL("./parity.fixtures.json", import.meta.url), "utf8"),
) as Fixtures;

test.each(cases)("as PyTorch computes it: $name", async (one) => {
  const frozen = fixtures.cases[one.name]!;
  const mine = await ourResults(one, await createRuntime({ threads: 2 }));
  const compared = [...mine.keys()].filter((key) => !key.startsWith("after:"));
  expect(Object.keys(frozen).toSorted()).toEqual(compared.toSorted());
  expect(digestProblems(mine, frozen)).toEqual([]);
});

test("a change of one part in a thousand is found", async () => {
  const [one] = cases;
  const mine = await ourResults(one!, await createRuntime({ threads: 2 }));
  const key = "gradient:decoder.fc1.weight";
  mine.set(
    key,
    mine.get(key)!.map((value) => value * 1.001),
  );
  expect(digestProblems(mine, fixtures.cases[one!.name]!)).toContainEqual(expect.stringContaining(key));
});
