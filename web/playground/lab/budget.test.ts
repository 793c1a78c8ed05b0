/** What looking may cost, with made-up times of steps and looks. */

import { expect, test } from "vitest";
import { Budget } from "./budget.ts";

/** Steps and looks of these many milliseconds, for a while; the share that looks took of training, and how many there were. */
function simulate(budget: Budget, step: () => number, look: () => number, milliseconds: number) {
  let [now, trained, looked, count] = [0, 0, 0, 0];
  while (now < milliseconds) {
    const took = step();
    budget.trained(took);
    now += took;
    trained += took;
    if (!budget.allows(now)) continue;
    const cost = look();
    now += cost;
    looked += cost;
    count++;
    budget.looked(cost, now);
  }
  return { share: looked / trained, perSecond: count / (milliseconds / 1000) };
}

test.each([
  // A quick net, whose looks are cheap: as often as eyes follow.
  { step: 10, look: 6, perSecond: [7.3, 8.4] },
  // 1/8 of the time is 111 ms a second: a look of 60 ms comes 1.85 times a second.
  { step: 20, look: 60, perSecond: [1.7, 2] },
  { step: 300, look: 400, perSecond: [0.25, 0.32] },
])("steps of $step ms, looks of $look ms", ({ step, look, perSecond: [least, most] }) => {
  const made = simulate(
    new Budget(1 / 8, 120),
    () => step,
    () => look,
    120_000,
  );
  expect(made.share).toBeLessThan(0.14);
  expect(made.perSecond).toBeGreaterThan(least!);
  expect(made.perSecond).toBeLessThan(most!);
});

test("looks that other work holds up now and then stay within the share; a net that grows slower is looked at less", () => {
  const budget = new Budget(1 / 8, 120);
  let seed = 1;
  const chance = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const uneven = simulate(
    budget,
    () => 20,
    () => (chance() < 0.1 ? 400 : 30),
    120_000,
  );
  expect(uneven.share).toBeLessThan(0.14);
  expect(uneven.share).toBeGreaterThan(0.11);
  const slower = simulate(
    budget,
    () => 20,
    () => 500,
    120_000,
  );
  expect(slower.share).toBeLessThan(0.14);
});
