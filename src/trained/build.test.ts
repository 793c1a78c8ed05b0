/** What does not fit is refused before there is a run, with the key to change. */

import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { resolveConfig, shipped } from "../config/node.ts";
import type { Dataset } from "../data/index.ts";
import { openDataset } from "../data/node.ts";
import { sampleSchedules } from "../jobs/plot-schedules.ts";
import { createRuntime } from "../runtime/node.ts";
import { buildJob } from "./build.ts";

const runtime = await createRuntime({ threads: 1 });
const digits = { data: { source: "digits", limit: 200, batchSize: 16 } } as const;
const context = { dataDirectory: undefined, cacheDirectory: "", signal: undefined, onProgress: undefined };

async function refused(set: readonly string[], labelled = true): Promise<string> {
  const error = await failure("config", async () => {
    const { config } = resolveConfig({ preset: "demo", ...digits }, { set });
    const data = await openDataset(config.data, context);
    const seen: Dataset = labelled ? data : { ...data, train: { images: data.train.images } };
    try {
      buildJob(config, seen, runtime, shipped);
    } finally {
      data.close();
    }
  });
  return error.message;
}

describe("is refused, naming the key", () => {
  it.each([
    ["objective={kind: freeBits, lambda: -1}", "objective.lambda"],
    ["objective={kind: softFreeBits, tolerance: 1}", "objective.tolerance"],
    ["objective={kind: klTarget, minimum: 3, maximum: 2}", "objective.maximum"],
    ["objective={kind: iwae, samples: 0}", "objective.samples"],
    ["objective={kind: mmd, kernel: cubic}", "objective.kernel"],
    ["objective={kind: dip, variant: iii}", "objective.variant"],
    ["objective={kind: tc, estimator: mean}", "objective.estimator"],
    ["objective={kind: factor, layers: 0}", "objective.layers"],
    ["objective={kind: capacity, capacity: {schedule: linear, start: 0, end: -5}}", "objective.capacity.end"],
    [
      "objective={kind: annealed, beta: {schedule: linear, start: 0, end: 1, from: 6, to: 2}}",
      "objective.beta.to",
    ],
    ["objective={kind: beta, beta: {schedule: linear, start: 0, end: 1, from: 40}}", "objective.beta"],
    [
      "optimizer.learningRate={schedule: piecewise, values: [1, 2], durations: []}",
      "optimizer.learningRate.durations",
    ],
    ["model.likelihood={kind: gaussian, sigma: 0}", "model.likelihood.sigma"],
    ["model.likelihood={kind: gaussian, sigma: best}", "model.likelihood.sigma"],
    ["data.binarize=sometimes", "data.binarize"],
  ])("%s", async (set, key) => {
    expect(await refused([set])).toContain(key);
  });

  it("a model that no memory holds", async () => {
    expect(await refused(["model.hidden=[100000000]"])).toMatch(
      /^the model has 160,000,000,804 parameters: with gradients and moments 2,560 GB, and onnxruntime-node \S+ has [\d.]+ GB here$/,
    );
  });

  it("a batch whose activations no memory holds, with a batch and with parts that do", async () => {
    const build = async (set: readonly string[], memory = 4e8) => {
      const values = ["model.architecture=residual", "data.batchSize=128", ...set];
      const { config } = resolveConfig({ preset: "demo", ...digits }, { set: values });
      const data = await openDataset(config.data, context);
      return buildJob(config, data, { ...runtime, memory }, shipped);
    };
    const error = await failure("config", () => build([]));
    expect(error.message).toMatch(
      /^data\.batchSize is 128: a step on so many images of 28×28×1 takes about 0\.\d GB, and onnxruntime-node \S+ has 0\.4 GB here/,
    );
    // Where the weights alone leave no room for one image, no batch is named.
    const { bytes } = /moments (?<bytes>[\d.]+)/.exec((await failure("config", () => build([], 1))).message)!
      .groups!;
    const none = await failure("config", () => build([], 1.02e9 * Number(bytes) + 5e7));
    expect(none.hint).toBe("lower data.size or the widths in model");
    const [, batch, parts] =
      /^lower data\.batchSize, to (\d+) for example, .* or set training\.accumulate to (\d+) /.exec(
        error.hint!,
      )!;
    expect((await build([`data.batchSize=${batch}`])).batchSize).toBe(Number(batch));
    expect((await build([`training.accumulate=${parts}`])).accumulate).toBe(Number(parts));
    // In parts that are still too large it is a part that is named, and a batch that can be taken in as many.
    const parted = await failure("config", () =>
      build(["data.batchSize=126", "training.accumulate=2"], 4.4e8),
    );
    expect(parted.message).toMatch(
      /^data\.batchSize is 126 and training\.accumulate 2: a part of 63 images of 28×28×1 takes about 0\.\d GB/,
    );
    const [, smaller] = /^lower data\.batchSize, to (\d+) for example/.exec(parted.hint!)!;
    const fitting = await build([`data.batchSize=${smaller}`, "training.accumulate=2"], 4.4e8);
    expect(fitting.batchSize).toBe(Number(smaller));
  });

  it("parts that are not the batch's, or don't divide it", async () => {
    expect(await refused(["training.accumulate=3"])).toBe(
      "training.accumulate is 3: it does not divide data.batchSize, 16",
    );
    expect(await refused(["training.accumulate=2", "objective={kind: tc}"])).toMatch(
      /^training\.accumulate is 2: gradients of parts are not the batch's, for the objective is not a mean over images/,
    );
  });

  it("an objective that needs N(0, I) with another prior, by both names", async () => {
    expect(await refused(["objective={kind: freeBits}", "model.prior={kind: vamp}"])).toBe(
      "objective.kind freeBits weighs the KL of each latent by itself: it does not go with model.prior.kind vamp",
    );
    for (const kind of ["softFreeBits", "tc", "dip", "mmd"]) {
      const set = [`objective={kind: ${kind}}`, "model.prior={kind: mixture}"];
      expect(await refused(set)).toMatch(
        new RegExp(`^objective\\.kind ${kind} .* model\\.prior\\.kind mixture$`),
      );
    }
  });

  it("a batch of one for an objective that compares images", async () => {
    expect(await refused(["objective={kind: tc}", "data.batchSize=1"])).toMatch(
      /data\.batchSize is 1.*objective\.kind tc/,
    );
  });

  it("labels asked of data that has none", async () => {
    const message = await refused(["objective={kind: conditional}"], false);
    expect(message).toMatch(/objective\.kind conditional.*data\.source digits/);
  });

  it("a density over grey values on pixels that are black or white", async () => {
    const set = ["model.likelihood={kind: continuousBernoulli}", "data.binarize=static"];
    expect(await refused(set)).toContain("model.likelihood.kind continuousBernoulli");
  });
});

describe("schedules of a config, sampled", () => {
  it("Burgess' capacity reaches 25 at step 100 000 and stays", () => {
    const [capacity, ...others] = sampleSchedules(resolveConfig("dsprites-capacity").config);
    expect(others).toEqual([]);
    expect([capacity!.key, capacity!.unit]).toEqual(["objective.capacity", "step"]);
    const at = (step: number) => capacity!.points.find(([x]) => x >= step)![1];
    expect([at(0), at(50_000), at(100_000), at(125_000)]).toEqual([0, 12.5, 25, expect.closeTo(25, 6)]);
  });

  it("the seed's β takes the values 0.1, 0.2, … 1", () => {
    const [beta] = sampleSchedules(resolveConfig("mnist-mlp-50-annealed").config);
    const values = new Set(beta!.points.map(([, value]) => value.toFixed(6)));
    expect([...values]).toEqual(Array.from({ length: 10 }, (_, i) => ((i + 1) / 10).toFixed(6)));
  });

  it("the rate of the face presets falls by 5 % an epoch, beside the capacity", () => {
    const keys = sampleSchedules(resolveConfig("celeba-beta-b").config);
    expect(keys.map(({ key }) => key)).toEqual(["objective.capacity", "optimizer.learningRate"]);
    expect(keys[1]!.points.at(-1)![1]).toBeCloseTo(5e-4 * 0.95 ** 49, 10);
  });
});

it("another objective starts from its own defaults: the preset's β = 1 is not β-TCVAE's", () => {
  const { config } = resolveConfig("demo", { set: ["objective.kind=tc", "objective.alpha=2"] });
  expect(config.objective).toEqual({ kind: "tc", alpha: 2, beta: 6, gamma: 1, estimator: "mss" });
  const annealed = resolveConfig("demo", { set: ["objective.kind=annealed"] }).config.objective;
  expect(annealed).toMatchObject({ beta: { schedule: "linear", start: 0, end: 1 } });
});
