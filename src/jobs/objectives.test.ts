/** Every objective, by its name in a config alone, on the sprites that are drawn here and on MNIST where it is. */

import { describe, expect, it } from "vitest";
import { realFolder } from "../../test/helpers/data.ts";
import { resolveConfig, shipped } from "../config/node.ts";
import { openDataset } from "../data/node.ts";
import { objectives } from "../objectives/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { buildJob } from "../trained/index.ts";
import { train } from "../training/index.ts";

const runtime = await createRuntime({ threads: 1 });
const mnist = realFolder("mnist");

const sets: [name: string, data: Record<string, unknown>][] = [
  ["sprites", { source: "sprites", limit: 240, batchSize: 24 }],
  ...(mnist === undefined
    ? []
    : [
        ["mnist", { source: "mnist", path: mnist, limit: 240, batchSize: 24 }] as [
          string,
          Record<string, unknown>,
        ],
      ]),
];
const context = { dataDirectory: undefined, cacheDirectory: "", signal: undefined, onProgress: undefined };

/** Only what would be slow in a test; everything else is the default. */
const lighter: Record<string, Record<string, unknown>> = {
  factor: { width: 32 },
  lagging: { innerSteps: 4, checkEvery: 2 },
};

describe.each(sets)("on %s", (_, data) => {
  it.each(objectives.map(({ name }) => name))("%s", async (kind) => {
    const { config } = resolveConfig({
      preset: "demo",
      data,
      model: { architecture: "mlp", hidden: [32], latentDim: 6 },
      objective: { kind, ...lighter[kind] },
      training: { epochs: 3, stepsPerCall: 4 },
    });
    const dataset = await openDataset(config.data, context);
    try {
      const found: number[] = [];
      const heldOut = { ...dataset.heldOut, images: firstOf(dataset.heldOut.images, 60) };
      for await (const event of train(buildJob(config, { ...dataset, heldOut }, runtime, shipped))) {
        if (event.type === "epoch") found.push(event.heldOut.reconstruction);
      }
      expect(found.every(Number.isFinite)).toBe(true);
      expect(found[2]!).toBeLessThan(found[0]!);
    } finally {
      dataset.close();
    }
  });
});

function firstOf<T extends { readonly count: number }>(images: T, count: number): T {
  return { ...images, count: Math.min(count, images.count) };
}
