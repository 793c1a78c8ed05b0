import { expect, test } from "vitest";
import { metricsText } from "./metrics.ts";

const result = (metric: string, low: number, chance?: object) => ({
  metric,
  definition: `what ${metric} is`,
  score: 0.2,
  unit: "share",
  better: "higher",
  interval: { low, high: 0.3, level: 0.95, replicates: 200, resampled: "samples" },
  samples: { train: 100 },
  ...(chance && { chance }),
});

test("beside each score what codes score that know nothing, and whether it is beaten", () => {
  const value = {
    runs: [
      {
        ...{
          run: "a",
          checkpoint: { step: 8 },
          data: "digits",
          images: 100,
          latentDim: 2,
          seed: 0,
          skipped: [],
        },
        results: [
          result("mig", 0.1, { score: 0.012, from: "permuted codes" }),
          result("beta-vae", 0.1, { score: 0.1, from: "definition" }),
          result("gaussian-tc", 0.1),
        ],
        seconds: { encoding: 1, total: 2 },
      },
    ],
    udr: [],
  };
  const lines = metricsText({ value, paths: [], subject: undefined, options: {} }).split("\n");
  expect(lines.slice(1, 6).map((line) => line.trimEnd())).toEqual([
    "metric       score  95 % interval  chance                               samples",
    "mig          0.200  0.100–0.300    ~0.012             higher is better  100",
    "beta-vae     0.200  0.100–0.300    0.100, not beaten  higher is better  100",
    "gaussian-tc  0.200  0.100–0.300                       higher is better  100",
    "chance: what codes score that know nothing; ~ measured, with the codes of other images",
  ]);
});

test("UDR, too, stands beside its chance", () => {
  const interval = { low: 0.1, high: 0.3, level: 0.95, replicates: 50, resampled: "images" };
  const udr = { score: 0.2, interval, definition: "UDR", chance: { score: 0.15, from: "permuted codes" } };
  const text = metricsText({
    value: { runs: [], udr: [{ path: "a", udr }] },
    paths: [],
    subject: "a",
    options: {},
  });
  expect(text).toBe(
    [
      "UDR among the 1 runs: UDR",
      "run  score  95 % interval  chance",
      "a    0.200  0.100–0.300    ~0.150, not beaten",
      "chance: what codes score that know nothing; ~ measured, with the codes of other images",
    ].join("\n"),
  );
});
