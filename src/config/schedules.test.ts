/** Which keys of a config hold a schedule. */

import { expect, test } from "vitest";
import { schedulesIn } from "./index.ts";
import { resolveConfig } from "./node.ts";

test("every schedule, by its key, in the order of the config", () => {
  const learningRate = { schedule: "cosine", start: 1e-3 } as const;
  const beta = { schedule: "linear", start: 0, end: 4 } as const;
  const { config } = resolveConfig({
    name: "x",
    data: { source: "digits" },
    model: { architecture: "mlp" },
    objective: { kind: "beta", beta },
    optimizer: { learningRate },
  });
  const found = schedulesIn(config);
  expect(found.map(({ key }) => key)).toEqual(["objective.beta", "optimizer.learningRate"]);
  expect(found.map(({ schedule }) => schedule)).toMatchObject([beta, learningRate]);
});

test("none where all are numbers", () => {
  const { config } = resolveConfig({ name: "x", data: { source: "digits" }, model: { architecture: "mlp" } });
  expect(schedulesIn(config)).toEqual([]);
});
