/** Options that ask for more than a machine holds: refused by name, before anything is drawn. */

import { expect, test } from "vitest";
import { commandLine } from "../../../test/helpers/command-line.ts";

const { finished, failing } = commandLine();

test.each([
  ["sample", "--count", "1000000000"],
  ["sample", "--best-of", "1000000000"],
  ["manifold", "--size", "100000"],
  ["interpolate", "--steps", "1000000000"],
  ["traverse", "--steps", "1000000000"],
  ["traverse", "--count", "1000000000"],
  ["traverse", "--delay", "655360"],
  ["evaluate", "--samples", "1048577"],
  ["metrics", "--train", "1000000000000"],
  ["metrics", "--replicates", "1000000000"],
])("%s %s %s", async (job, flag, value) => {
  const from = performance.now();
  const { status, message } = await failing(job, finished, flag, value);
  expect([status, message]).toEqual([2, expect.stringContaining(flag)]);
  expect(message.replaceAll(",", "")).toContain(value);
  expect(performance.now() - from).toBeLessThan(10_000);
});

test("the message says how many images of what size, and how much they take", async () => {
  const { message, hint } = await failing("manifold", finished, "--size", "100000");
  // 16 bytes a pixel of 28×28×1 and 100 a latent, of which there are 2, for 100 000² images.
  expect(message).toMatch(
    /^--size 100000: 10,000,000,000 images of 28×28×1 take about 127,000 GB to draw, and there is room for [\d.]+ GB$/,
  );
  expect(hint).toBe("ask for fewer");
});
