import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLine } from "../../test/helpers/command-line.ts";
import { encodeSplit } from "../latent/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { OpenRun } from "./open.ts";
import { posteriorsOf } from "./posteriors.ts";

const { copyOfRun } = commandLine();

/** Posteriors of a run's 12 held-out images, or of some, and how many were encoded for it. */
async function encoded(path: string, indices?: readonly number[]) {
  const opened = OpenRun.open(path);
  const data = await opened.data();
  let images = 0;
  try {
    const found = await posteriorsOf(opened, data, "heldOut", {
      ...(indices && { indices: Uint32Array.from(indices) }),
      onProgress: ({ total }) => {
        images = total;
      },
    });
    const direct = await encodeSplit({ ...opened, runtime: await createRuntime() }, data.heldOut);
    return { found, direct, images };
  } finally {
    data.close();
  }
}

test("images are encoded once, whichever job asks first, and give what encoding gives", async () => {
  const run = copyOfRun();
  const some = await encoded(run, [7, 2]);
  expect(some.images).toBe(2);
  expect(some.found.count).toBe(2);
  expect(Array.from(some.found.mean)).toEqual([
    ...some.direct.mean.subarray(14, 16),
    ...some.direct.mean.subarray(4, 6),
  ]);
  const all = await encoded(run);
  expect(all.images).toBe(10);
  expect(Array.from(all.found.mean)).toEqual(Array.from(all.direct.mean));
  expect(Array.from(all.found.logVariance)).toEqual(Array.from(all.direct.logVariance));
  for (const [d, nats] of all.direct.klPerDimension.entries())
    expect(all.found.klPerDimension[d]).toBeCloseTo(nats, 5);
  const again = await encoded(run);
  expect(again.images).toBe(0);
  expect(again.found).toEqual(all.found);
});

test("what is kept of other weights, or damaged, is encoded anew", async () => {
  const run = copyOfRun();
  const file = join(run, "cache", "posteriors-heldOut.safetensors");
  const first = await encoded(run);
  expect(existsSync(file)).toBe(true);
  const bytes = readFileSync(file);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(file, bytes);
  const second = await encoded(run);
  expect(second.images).toBe(12);
  expect(second.found).toEqual(first.found);
});
