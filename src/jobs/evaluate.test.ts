import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { parseJson } from "../base/json.ts";
import type { ConfigInput } from "../config/index.ts";
import { type EvaluationRecord, readEvaluation } from "../runs/index.ts";
import { evaluate } from "./evaluate.ts";
import { train } from "./train.ts";

const folder = temporaryFolders();

/** Trains on drawn digits, for seconds; returns the run and its last held-out −ELBO. */
async function trained(change: Partial<ConfigInput> = {}): Promise<{ run: string; negativeElbo: number }> {
  const run = join(folder(), "run");
  const config: ConfigInput = {
    name: "small",
    seed: 4,
    data: { source: "digits", batchSize: 32, limit: 600 },
    model: { architecture: "mlp", hidden: [32], latentDim: 4 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 2, stepsPerCall: 8 },
    ...change,
  };
  const { value } = await runJob(train, config, { out: run });
  return { run, negativeElbo: value.heldOut!.negativeElbo };
}

describe("a run on drawn digits", () => {
  let result: { run: string; negativeElbo: number };
  let evaluation: EvaluationRecord;
  let file: string;
  let read: EvaluationRecord | undefined;
  let table: string;
  const stages: string[] = [];

  // One run for all: temporaryFolders clears after each test, so the first reads all that the others look at.
  beforeAll(async () => {
    result = await trained();
    const evaluated = await saveJob(
      evaluate,
      result.run,
      { samples: 50 },
      {
        onEvent(event) {
          if (event.type === "stage" && event.done === event.total) stages.push(event.stage);
        },
      },
    );
    evaluation = evaluated.value;
    const [first, second] = ["evaluation.json", "evaluation-images.csv"];
    expect(evaluated.paths).toEqual([`${result.run}/tables/${first}`, `${result.run}/tables/${second}`]);
    table = readFileSync(evaluated.paths[1]!, "utf8");
    file = readFileSync(evaluated.paths[0]!, "utf8");
    read = readEvaluation(result.run);
  });

  test("PSNR and SSIM: intervals of what the table says of each image", () => {
    const [heading, ...rows] = table
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    expect(heading).toEqual(["image", "psnr_db", "ssim"]);
    const { psnr, ssim, images } = evaluation.pictures!;
    expect([rows.length, images]).toEqual([60, 60]);
    for (const [column, measured] of [
      [1, psnr],
      [2, ssim!],
    ] as const) {
      const values = rows.map((row) => Number(row[column]));
      const mean = values.reduce((sum, value) => sum + value, 0) / 60;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 59;
      expect(measured.mean).toBeCloseTo(mean, 9);
      expect(measured.low).toBeCloseTo(mean - 1.96 * Math.sqrt(variance / 60), 9);
      expect(measured.high).toBeCloseTo(mean + 1.96 * Math.sqrt(variance / 60), 9);
    }
    // An image's mean squared error at the posterior mean is below that at a draw, which the fit tells.
    expect(psnr.mean).toBeGreaterThan(-20 * Math.log10(evaluation.fit.reconstructionError) - 0.5);
  });

  test("the file holds what was returned, and is read back by its schema", () => {
    expect(parseJson(file)).toEqual(JSON.parse(JSON.stringify(evaluation)));
    expect(read).toEqual(evaluation);
    expect(evaluation).toMatchObject({
      format: 2,
      run: "run",
      software: { betalab: expect.stringMatching(/^\d+\.\d+\.\d+/) },
      checkpoint: { step: 32, hash: expect.stringMatching(/^[0-9a-f]{16}$/) },
      split: "heldOut",
      latentDim: 4,
      dimensions: 784,
    });
    expect(Date.now() - Date.parse(evaluation.measuredAt)).toBeLessThan(600_000);
    expect(stages.filter((stage) => !stage.includes("data"))).toEqual([
      "encoding images",
      "reconstructing images",
      "swapping latents",
      "encoding images",
      "decomposing the KL",
      "decomposing the KL",
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
  });

  test("the decomposition is by all training images, and says how it moves up to them", () => {
    const { of, images, growth, mutualInformation, bound, rise } = evaluation.decomposition;
    expect([of, images, ...growth.map((part) => part.images)]).toEqual([540, 540, 135, 270]);
    expect(mutualInformation.mean - growth[1]!.mutualInformation.mean).toBeCloseTo(rise, 12);
    // Two epochs on digits: next to nothing is encoded, far below ln N.
    expect(mutualInformation.mean).toBeLessThan(1);
    expect(bound).toBe(rise > 0.05);
    expect(evaluation.decomposition.gaussianTotalCorrelation).toBeGreaterThan(0);
  });

  test("Bernoulli on grey pixels has no bits", () => {
    expect(evaluation.bits).toEqual({ undefinedBecause: expect.stringContaining("not a likelihood there") });
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
  const { value: evaluation } = await saveJob(evaluate, run, { samples: 5 });
  const { importance, bits } = evaluation;
  expect(Math.abs(importance.negativeElbo.mean - negativeElbo)).toBeLessThan(
    Math.abs(0.02 * negativeElbo) + 5,
  );
  expect(bits).toMatchObject({ measure: "density" });
  const inBits = bits as Extract<typeof bits, { measure: string }>;
  expect(inBits.negativeElbo).toBeCloseTo(8 + importance.negativeElbo.mean / (784 * Math.LN2), 6);
  expect(inBits.negativeElbo).toBeCloseTo(inBits.reconstruction + inBits.kl, 6);

  const onTrain = await saveJob(evaluate, run, { samples: 2, split: "train", limit: 50 });
  expect(onTrain.paths.slice(0, 1)).toEqual([`${run}/tables/evaluation-train.json`]);
  expect(onTrain.value).toMatchObject({
    images: 50,
    split: "train",
    subset: { of: 540, count: 50, seed: 0 },
  });
  expect(onTrain.value.train).toBeUndefined();
  expect(readdirSync(join(run, "tables")).sort()).toEqual([
    "evaluation-images.csv",
    "evaluation-train-images.csv",
    "evaluation-train.json",
    "evaluation.json",
  ]);
});

test("black-and-white pixels have bits; too high a β is told of", async () => {
  const { run } = await trained({
    data: { source: "digits", batchSize: 32, limit: 600, binarize: "dynamic" },
    objective: { kind: "beta", beta: 200 },
  } as Partial<ConfigInput>);
  const { value: evaluation } = await runJob(evaluate, run, { samples: 1 });
  expect(evaluation.bits).toMatchObject({ measure: "mass" });
  expect(evaluation.diagnoses.map(({ name }) => name)).toContain("posterior-collapse");
  expect(evaluation.diagnoses[0]!.sentence).toContain("β = 200 is too high for this likelihood");
  expect(evaluation.importance.negativeLogLikelihood.mean).toBeGreaterThan(0);
});

test("a subset is drawn at random, and again the same", async () => {
  const { run } = await trained();
  const some = async (limit?: number) => (await runJob(evaluate, run, { samples: 1, limit })).value;
  const [few, again, all, more] = [await some(20), await some(20), await some(), await some(1000)];
  expect(few.importance).toEqual(again.importance);
  expect(few.subset).toEqual({ of: 60, count: 20, seed: 0 });
  expect(few.importance.kl.count).toBe(20);
  expect(few.importance.kl.mean).not.toBe(all.importance.kl.mean);
  expect(all.subset).toBeUndefined();
  expect(more.subset).toBeUndefined();
});

test("stopped, it comes to nothing; a folder that is no run is an error", async () => {
  const { run } = await trained();
  const controller = new AbortController();
  const stopping = saveJob(
    evaluate,
    run,
    { samples: 500 },
    {
      signal: controller.signal,
      onEvent(event) {
        if (event.type === "stage" && event.stage === "importance sampling") controller.abort();
      },
    },
  );
  await failure("interrupted", () => stopping);
  expect(existsSync(join(run, "tables"))).toBe(false);
  await failure("run", () => runJob(evaluate, folder(), {}));
});

test("a record that can't be used is an error that names the file", async () => {
  const { run } = await trained();
  expect(readEvaluation(run)).toBeUndefined();
  const { paths } = await saveJob(evaluate, run, { samples: 1 });
  const [file] = paths;
  const stored = JSON.parse(readFileSync(file!, "utf8"));
  const reading = async (content: unknown) => {
    writeFileSync(file!, typeof content === "string" ? content : JSON.stringify(content));
    const { message, hint } = await failure("run", () => readEvaluation(run));
    expect(message).toContain(file);
    return { message, hint };
  };
  const newer = await reading({ ...stored, format: 3 });
  expect(newer.message).toContain("has format 3; this betalab reads format 2");
  const older = await reading({ ...stored, format: 1 });
  expect(older).toMatchObject({
    message: expect.stringContaining("is not a record of `evaluate`: format"),
    hint: "delete it and run `evaluate` again",
  });
  expect((await reading({ ...stored, images: "many" })).message).toContain("images");
  expect((await reading("{")).message).toContain("can't read");
  expect((await reading("null")).message).toContain("is not a record");
  writeFileSync(file!, JSON.stringify({ ...stored, later: 1 }));
  expect(readEvaluation(run)).toMatchObject({ later: 1, run: "run" });
});
