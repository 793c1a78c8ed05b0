/** The short form of `npm run torture`: a trial or two of each kind. A failure prints the seed that repeats it. */

import { beforeEach, expect, test } from "vitest";
import { campaign, ordeals } from "../bench/torture/campaign.ts";
import { notBuilt } from "./helpers/processes.ts";

beforeEach((context) => {
  if (notBuilt !== undefined) context.skip(notBuilt);
});

/** The same one in every run of the suite: what is drawn anew is `npm run torture`. */
const seed = Number(process.env.BETALAB_TEST_SEED ?? 20261126);

test("no promise is broken in a short campaign", async () => {
  const results = await campaign(ordeals, { minutes: 0.1, seed, log: console.log });
  console.log(results.map(({ name, tried }) => `${name}: ${tried}`).join("; "));
  expect(results.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`))).toEqual(
    [],
  );
  expect(results.every(({ tried }) => tried > 0)).toBe(true);
}, 180_000);
