/** Pictures of epochs: a long run has no more of them than a short one. */

import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { epochStride } from "./pictures.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("every epoch up to 32, then every 2nd, every 4th, …: never more than 32 and the two ends", () => {
  expect([1, 32, 33, 64, 65, 128, 270, 1000].map(epochStride)).toEqual([1, 1, 2, 2, 4, 4, 16, 32]);
  for (let epochs = 1; epochs < 3000; epochs++) {
    expect(Math.floor(epochs / epochStride(epochs))).toBeLessThanOrEqual(32);
  }
});

test("35 epochs leave the 1st, every 2nd and the last, and say so before", async () => {
  const path = join(folder, "run");
  const told: unknown[] = [];
  const config = smallConfig("training.epochs=35", "data.count=20");
  await runJob(train, config, { out: path }, { onEvent: (event) => told.push(event) });
  const epochs = (kind: string) =>
    readdirSync(join(path, "figures"))
      .filter((name) => name.startsWith(kind))
      .map((name) => Number(/\d+/.exec(name)))
      .sort((a, b) => a - b);
  const expected = [1, ...Array.from({ length: 17 }, (_, i) => 2 * (i + 1)), 35];
  expect(epochs("samples")).toEqual(expected);
  expect(epochs("reconstructions")).toEqual(expected);
  expect(JSON.stringify(told)).toContain("after 35 epochs one in 2, the first and the last are left");
});
