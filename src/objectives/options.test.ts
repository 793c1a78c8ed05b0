/** What each objective is when nothing is said, and what it asks of a training, by value. */

import { describe, expect, it } from "vitest";
import { makeObjective } from "../../test/helpers/objectives.ts";
import { objectives } from "./index.ts";

const defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  vae: {},
  beta: { beta: 4 },
  annealed: { beta: { schedule: "linear", start: 0, end: 1, from: 0, unit: "epoch" } },
  capacity: {
    gamma: 1000,
    capacity: { schedule: "linear", start: 0, end: 25, from: 0, to: 100_000, unit: "step" },
  },
  freeBits: { lambda: 0.5 },
  softFreeBits: { lambda: 0.5, tolerance: 0.1, rate: 0.1 },
  klTarget: { target: 20, proportional: 0.01, integral: 0.001, minimum: 0, maximum: 100 },
  tc: { alpha: 1, beta: 6, gamma: 1, estimator: "mss" },
  factor: { gamma: 40, layers: 6, width: 1000, discriminatorRate: 1e-4 },
  dip: { variant: "ii", offDiagonal: 10 },
  mmd: { variant: "info", alpha: 0, lambda: 10, kernel: "imq", scales: [0.1, 0.2, 0.5, 1, 2, 5, 10] },
  iwae: { samples: 5 },
  lagging: {
    beta: { schedule: "linear", start: 0.1, end: 1, from: 0, to: 10, unit: "epoch" },
    innerSteps: 100,
    checkEvery: 10,
    patience: 5,
  },
  conditional: { beta: 1 },
};

it.each(objectives.map((objective) => [objective.name, objective] as const))(
  "%s: every default",
  (name, { options }) => {
    expect(options.parse({})).toEqual(defaults[name]);
  },
);

it.each([
  ["innerSteps", 1],
  ["checkEvery", 1],
  ["checkEvery", 64],
  ["patience", 1],
])("lagging takes %s = %d", (key, value) => {
  expect(() => makeObjective("lagging", { [key]: value })).not.toThrow();
});

it.each([
  ["lagging", { innerSteps: 0 }],
  ["lagging", { checkEvery: 0 }],
  ["lagging", { checkEvery: 65 }],
  ["lagging", { patience: 0 }],
  ["iwae", { samples: 0 }],
  ["iwae", { samples: 1001 }],
  ["mmd", { alpha: 1.01 }],
  ["mmd", { scales: [] }],
  ["factor", { layers: 0 }],
  ["factor", { width: 0 }],
  ["softFreeBits", { rate: 0 }],
  ["softFreeBits", { rate: 1 }],
  ["softFreeBits", { tolerance: 1 }],
  ["softFreeBits", { tolerance: -0.01 }],
  ["klTarget", { minimum: 2, maximum: 2 }],
])("%s refuses %j", (kind, options) => {
  expect(() => makeObjective(kind, options)).toThrow();
});

it.each([
  ["iwae", { samples: 1000 }],
  ["iwae", { samples: 1 }],
  ["mmd", { alpha: 1 }],
  ["mmd", { scales: [1] }],
  ["factor", { layers: 1, width: 1 }],
  ["softFreeBits", { tolerance: 0 }],
])("%s takes %j", (kind, options) => {
  expect(() => makeObjective(kind, options)).not.toThrow();
});

describe("what a training is asked for", () => {
  it.each([
    ["vae", { beta: 1, scalars: {} }],
    ["beta", { beta: 4, scalars: { beta: 4 } }],
    ["conditional", { beta: 1, conditional: true }],
    ["tc", { leastBatch: 2, scalars: { alpha: 1, beta: 6, gamma: 1 } }],
    ["factor", { leastBatch: 2, scalars: { gamma: 40 } }],
    ["dip", { beta: 1, leastBatch: 2, scalars: { offDiagonal: 10, diagonal: 10 } }],
    ["mmd", { leastBatch: 2, scalars: { lambda: 10 } }],
    ["iwae", { beta: 1, samples: 5, scalars: {} }],
  ])("%s: %j", (kind, expected) => {
    expect(makeObjective(kind)).toMatchObject(expected);
  });

  it("dip I weighs the variances ten times as much as dip II", () => {
    expect(makeObjective("dip", { variant: "i" }).scalars).toEqual({ offDiagonal: 10, diagonal: 100 });
  });

  it("factor's discriminator has an Adam of its own: β₁ 0.5, β₂ 0.9, ε 1e-8", () => {
    const groups = makeObjective("factor", { discriminatorRate: 0.003 }).groups!;
    const { name, optimizer } = groups[0]!;
    expect(name).toBe("discriminator");
    const found = optimizer!.scalarsAt({ t: 2, position: { step: 1, stepsPerEpoch: 10, totalSteps: 100 } });
    const root = Math.sqrt((1 - 0.9) / (1 - 0.9 ** 2));
    expect(found.factor! / ((-0.003 * (1 - 0.5)) / ((1 - 0.5 ** 2) * root))).toBeCloseTo(1, 12);
    expect(found.epsilon! / (1e-8 / root)).toBeCloseTo(1, 12);
  });
});

describe("lagging: the encoder ahead of the decoder for as long as the information climbs", () => {
  const { routine } = makeObjective("lagging", { innerSteps: 30, checkEvery: 3, patience: 2 });
  const { initial, plan, afterEpoch } = routine!;
  const epoch = (memory: typeof initial, mutualInformation: number) =>
    afterEpoch(memory, { mutualInformation });

  it("plans an inner loop of the encoder and a step of the model, then plain steps", () => {
    expect(initial).toEqual({ aggressive: 1, best: 0, misses: 0 });
    expect(plan(initial)).toEqual({
      groups: ["model"],
      inner: { groups: ["encoder"], atMost: 30, checkEvery: 3 },
    });
    expect(plan({ ...initial, aggressive: 0 })).toEqual({});
  });

  it("ends at the second epoch in a row without a new highest mutual information, for good", () => {
    const first = epoch(initial, 1.5);
    expect(first).toEqual({ aggressive: 1, best: 1.5, misses: 0 });
    const equal = epoch(first, 1.5);
    expect(equal).toEqual({ aggressive: 1, best: 1.5, misses: 1 });
    expect(epoch(equal, 1.6)).toEqual({ aggressive: 1, best: 1.6, misses: 0 });
    const over = epoch(equal, 1.4);
    expect(over).toEqual({ aggressive: 0, best: 1.5, misses: 2 });
    expect(epoch(over, 3)).toEqual({ aggressive: 0, best: 3, misses: 0 });
  });
});
