import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { parseJson } from "../base/json.ts";
import type { ConfigInput } from "../config/index.ts";
import { resolveConfig } from "../config/node.ts";
import { type EvaluateOptions, evaluate, type RunEvaluation } from "./evaluate.ts";
import { train } from "./train.ts";

const folder = temporaryFolders();

/** Trains on drawn digits, for seconds; returns the run and its last held-out −ELBO. */
async function trained(change: Partial<ConfigInput> = {}): Promise<{ run: string; negativeElbo: number }> {
  const run = join(folder(), "run");
  const { config } = resolveConfig({
    name: "small",
    seed: 4,
    data: { source: "digits", batchSize: 32, limit: 600 },
    model: { architecture: "mlp", hidden: [32], latentDim: 4 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 2, stepsPerCall: 8 },
    ...change,
  } as Record<string, unknown>);
  let negativeElbo = Number.NaN;
  for await (const event of train(config, { out: run })) {
    if (event.type === "epoch") negativeElbo = event.heldOut.negativeElbo;
  }
  return { run, negativeElbo };
}

describe("a run on drawn digits", () => {
  let result: { run: string; negativeElbo: number };
  let evaluation: RunEvaluation;
  let file: string;
  const stages: string[] = [];

  // One run for all: temporaryFolders clears after each test, so the first reads all that the others look at.
  beforeAll(async () => {
    result = await trained();
    const onProgress: EvaluateOptions["onProgress"] = ({ stage, done, total }) => {
      if (done === total) stages.push(stage);
    };
    const evaluated = await evaluate(result.run, { samples: 50, onProgress });
    ({ evaluation } = evaluated);
    file = readFileSync(evaluated.path, "utf8");
    expect(evaluated.path).toBe(`${result.run}/tables/evaluation.json`);
  });

  test("the file holds what was returned", () => {
    expect(parseJson(file)).toEqual(JSON.parse(JSON.stringify(evaluation)));
    expect(evaluation).toMatchObject({
      format: 1,
      run: "run",
      split: "heldOut",
      latentDim: 4,
      dimensions: 784,
    });
    expect(stages).toEqual([
      "encoding images",
      "swapping latents",
      "decomposing the KL",
      "importance sampling",
      "weighing training images",
    ]);
  });

  test("−ELBO is the trainer's, its terms add up, the NLL lies below", () => {
    const { negativeElbo, reconstruction, kl, negativeLogLikelihood, bySamples } = evaluation.importance;
    expect(Math.abs(negativeElbo.mean - result.negativeElbo)).toBeLessThan(1);
    expect(negativeElbo.mean).toBeCloseTo(reconstruction.mean + kl.mean, 6);
    expect(evaluation.klPerDimension.reduce((total, one) => total + one, 0)).toBeCloseTo(kl.mean, 4);
    expect(negativeLogLikelihood.mean).toBeLessThan(negativeElbo.mean - 0.1);
    expect(bySamples.map(({ samples }) => samples)).toEqual([1, 5, 50]);
    expect(negativeElbo.count).toBe(evaluation.images);
  });

  test("every invariant holds", () => {
    expect(evaluation.invariants.filter(({ holds }) => !holds)).toEqual([]);
    expect(evaluation.decomposition.images).toBe(evaluation.images);
    expect(evaluation.decomposition.kl).toBeCloseTo(evaluation.importance.kl.mean, 4);
  });

  test("Bernoulli on grey pixels has no bits", () => {
    expect(evaluation.bits).toEqual({ undefinedBecause: expect.stringContaining("no likelihood there") });
  });

  test("training images are weighed for comparison", () => {
    expect(evaluation.train?.images).toBe(540);
    expect(
      Math.abs(evaluation.train!.negativeElbo.mean - evaluation.importance.negativeElbo.mean),
    ).toBeLessThan(15);
  });
});

test("a learned σ is restored; a density's bits count a level's width; the training split has a file of its own", async () => {
  const { run, negativeElbo } = await trained({
    model: {
      architecture: "mlp",
      hidden: [32],
      latentDim: 4,
      likelihood: { kind: "gaussian", sigma: "learned" },
    },
  } as Partial<ConfigInput>);
  const { evaluation } = await evaluate(run, { samples: 5 });
  const { importance, bits } = evaluation;
  expect(Math.abs(importance.negativeElbo.mean - negativeElbo)).toBeLessThan(
    Math.abs(0.02 * negativeElbo) + 5,
  );
  expect(bits).toMatchObject({ measure: "density" });
  const inBits = bits as Extract<typeof bits, { measure: string }>;
  expect(inBits.negativeElbo).toBeCloseTo(8 + importance.negativeElbo.mean / (784 * Math.LN2), 6);
  expect(inBits.negativeElbo).toBeCloseTo(inBits.reconstruction + inBits.kl, 6);

  const onTrain = await evaluate(run, { samples: 2, split: "train", limit: 50 });
  expect(onTrain.path).toBe(`${run}/tables/evaluation-train.json`);
  expect(onTrain.evaluation).toMatchObject({ images: 50, split: "train" });
  expect(onTrain.evaluation.train).toBeUndefined();
  expect(readdirSync(join(run, "tables")).sort()).toEqual(["evaluation-train.json", "evaluation.json"]);
});

test("black-and-white pixels have bits; too high a β is told of", async () => {
  const { run } = await trained({
    data: { source: "digits", batchSize: 32, limit: 600, binarize: "dynamic" },
    objective: { kind: "beta", beta: 200 },
  } as Partial<ConfigInput>);
  const { evaluation } = await evaluate(run, { samples: 1 });
  expect(evaluation.bits).toMatchObject({ measure: "mass" });
  expect(evaluation.diagnoses.map(({ name }) => name)).toContain("posterior-collapse");
  expect(evaluation.diagnoses[0]!.sentence).toContain("β = 200 is too high for this likelihood");
  expect(evaluation.importance.negativeLogLikelihood.mean).toBeGreaterThan(0);
});

test("stopped, it writes nothing; a folder that is no run is an error", async () => {
  const { run } = await trained();
  const controller = new AbortController();
  const onProgress: EvaluateOptions["onProgress"] = ({ stage }) => {
    if (stage === "importance sampling") controller.abort();
  };
  await failure("interrupted", () => evaluate(run, { samples: 500, signal: controller.signal, onProgress }));
  expect(existsSync(join(run, "tables"))).toBe(false);
  await failure("run", () => evaluate(folder()));
});
