/** All metrics on a complete grid of factors, on labels alone, and on input that can't be measured. */

import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { fillNormal, permutation } from "../../base/random.ts";
import type { Factors } from "../../data/index.ts";
import type { Posteriors } from "../../latent/index.ts";
import { computeMetrics, computeUdr, FactorTable, metricNames, protocol } from "./index.ts";

/** Shape × x × y, every combination once; the images in a shuffled order, as a joined split has them. */
const grid = (() => {
  const sizes = [3, 8, 8];
  const order = permutation(192, { seed: 1, stream: "test" });
  const levels = Int32Array.from(
    [...order].flatMap((i) => [Math.floor(i / 64), Math.floor(i / 8) % 8, i % 8]),
  );
  const factors = ["shape", "x", "y"].map((name, k) => ({
    name,
    values: Array.from({ length: sizes[k]! }, (_, v) => v),
  }));
  return { factors, levels, complete: true } satisfies Factors;
})();
const gridPosteriors = (code: (levels: Int32Array) => readonly number[]): Posteriors => {
  const rows = Array.from({ length: 192 }, (_, i) => code(grid.levels.subarray(3 * i, 3 * i + 3)));
  const mean = Float32Array.from(rows.flat());
  return { count: 192, mean, logVariance: new Float32Array(mean.length).fill(-6) };
};

describe("a complete grid", () => {
  const posteriors = gridPosteriors(([shape, x, y]) => [x! / 4, y! / 4 + shape! / 50, 0]);
  const options = { train: 1000, test: 500, replicates: 20, seed: 3 };

  it("gives all that needs factors or codes, and says why the rest is skipped", async () => {
    const { results, skipped } = await computeMetrics(posteriors, { factors: grid }, options);
    const measured = results.map(({ metric }) => metric);
    expect([...measured, ...skipped.map(({ metric }) => metric)]).toEqual(metricNames);
    expect(skipped).toEqual(
      ["label-information", "linear-probe", "k-nn"].map((metric) => ({
        metric,
        reason: "the data has no labels",
      })),
    );
  });

  it("of a code and its copy the total correlation is infinite: not measured", async () => {
    const copies = gridPosteriors(([, x]) => [x!, x!]);
    // What the covariance is of: two thirds of the 192.
    const reason = "2 latents, 128 images: the covariance is singular, the total correlation infinite";
    const { skipped, results } = await computeMetrics(copies, {}, options);
    expect(skipped).toContainEqual({ metric: "gaussian-tc", reason });
    expect(results.map(({ metric }) => metric)).toContain("wasserstein-correlation");
    const asked = () => computeMetrics(copies, {}, { ...options, metrics: ["gaussian-tc"] });
    expect((await failure("data", asked)).message).toBe(reason);
  });

  it("how to measure is checked: a wrong option is named with its value", async () => {
    const { message } = await failure("usage", () =>
      computeMetrics({ count: 4, mean: Float32Array.of(1, 2, 3, 4) }, {}, { replicates: 1 }),
    );
    expect(message).toBe("replicates is 1: expected at least 2");
  });

  it("more latents than images: not measured; twice as many images: neither, where a replicate is singular", async () => {
    for (const [count, wanted] of [
      [20, false],
      [70, false],
      [640, true],
    ] as const) {
      const mean = new Float32Array(64 * count);
      fillNormal(mean, { seed: 3, stream: "test" });
      const posteriors = { count, mean, logVariance: new Float32Array(mean.length) };
      const { results, skipped } = await computeMetrics(
        posteriors,
        {},
        { replicates: 5, train: 2000 * count, test: 1 },
      );
      const found = results.find(({ metric }) => metric === "gaussian-tc");
      expect(found !== undefined).toBe(wanted);
      const reason = skipped.find(({ metric }) => metric === "gaussian-tc")?.reason ?? "";
      expect(reason.startsWith(`64 latents, ${count} images: `)).toBe(!wanted);
      for (const { score, interval } of results) {
        expect([score, interval.low, interval.high].every(Number.isFinite)).toBe(true);
      }
    }
  });

  it("512 latents", async () => {
    const mean = new Float32Array(512 * 192);
    fillNormal(mean, { seed: 4, stream: "test" });
    const wide = { count: 192, mean, logVariance: new Float32Array(mean.length) };
    const few = { train: 192, test: 10, replicates: 2, metrics: ["wasserstein-correlation", "mig", "irs"] };
    const { results } = await computeMetrics(wide, { factors: grid }, few);
    for (const { score } of results) expect(score).toBeGreaterThan(0);
  });

  it("mig-tc leaves the shape out, as its authors do, and gives it beside", async () => {
    const { results } = await computeMetrics(
      posteriors,
      { factors: grid },
      { ...options, metrics: ["mig-tc"] },
    );
    const { score, parts, settings, interval } = results[0]!;
    const perFactor = parts.perFactor as number[];
    expect(settings.excluded).toEqual(["shape"]);
    expect(score).toBeCloseTo((perFactor[1]! + perFactor[2]!) / 2, 12);
    expect(parts.withAllFactors).toBeCloseTo((perFactor[0]! + perFactor[1]! + perFactor[2]!) / 3, 12);
    expect(interval).toMatchObject({ low: score, high: score, replicates: 0 });
  });

  it("mig of a sample that shows a factor at one level: said, and the others keep their places", async () => {
    const levels = Int32Array.from({ length: 2 * 192 }, (_, i) =>
      i % 2 === 0 ? Number(i === 0) : ((i - 1) / 2) % 2,
    );
    const factors = ["rare", "often"].map((name) => ({ name, values: [0, 1] }));
    const codes = Float32Array.from({ length: 192 }, (_, i) => i % 2);
    const { results } = await computeMetrics(
      { count: 192, mean: codes, logVariance: new Float32Array(192) },
      { factors: { factors, levels, complete: false } },
      { train: 20, test: 20, replicates: 2, seed: 0, metrics: ["mig"] },
    );
    expect(results[0]!.remarks).toContain("without rare, of one level among the 20 samples");
    expect(results[0]!.parts.perFactor).toEqual([Number.NaN, expect.closeTo(1, 12)]);
    expect(results[0]!.score).toBeCloseTo(1, 12);
  });

  it("gives the same numbers for the same seed, each metric alone or among others; others for another seed", async () => {
    const all = await computeMetrics(posteriors, { factors: grid }, options);
    const again = await computeMetrics(
      posteriors,
      { factors: grid },
      { ...options, metrics: ["mig", "beta-vae"] },
    );
    for (const result of again.results) {
      expect(all.results.find(({ metric }) => metric === result.metric)).toEqual(result);
    }
    const other = await computeMetrics(
      posteriors,
      { factors: grid },
      { ...options, seed: 4, metrics: ["mig"] },
    );
    expect(other.results[0]!.score).not.toBe(again.results[0]!.score);
    expect(Object.hasOwn(other.results[0]!, "remarks")).toBe(false);
  });

  it("samples of the posteriors score below their means", async () => {
    const wide = { ...posteriors, logVariance: new Float32Array(posteriors.mean.length).fill(-1) };
    const score = async (representation: "mean" | "sample") =>
      (await computeMetrics(wide, { factors: grid }, { ...options, representation, metrics: ["mig"] }))
        .results[0]!.score;
    expect(await score("sample")).toBeLessThan((await score("mean")) - 0.2);
  });
});

describe("input that can't be measured", () => {
  const posteriors = gridPosteriors(([shape, x, y]) => [shape!, x!, y!]);
  const one = (metric: string, truth: Parameters<typeof computeMetrics>[1], extra = {}) =>
    computeMetrics(posteriors, truth, { metrics: [metric], train: 100, test: 100, replicates: 2, ...extra });

  it("no factors", async () => {
    expect((await failure("data", () => one("mig", {}))).message).toBe("the data has no true factors");
  });
  it("an incomplete grid", async () => {
    const some = { ...grid, levels: grid.levels.slice(3), complete: false };
    const images = {
      count: 191,
      mean: posteriors.mean.slice(3),
      logVariance: posteriors.logVariance.slice(3),
    };
    const error = await failure("data", () =>
      computeMetrics(images, { factors: some }, { metrics: ["factor-vae"], train: 100, test: 50 }),
    );
    expect(error.message).toContain("191 images, 192 combinations of shape (3) × x (8) × y (8)");
    expect(error.hint).toContain("`incomplete`");
  });
  it("factors of other images", async () => {
    const some = { ...grid, levels: grid.levels.slice(0, 30) };
    expect((await failure("data", () => one("mig", { factors: some }))).message).toContain(
      "10 images for codes of 192",
    );
  });
  it("a factor with one value is left out, and the result says so", async () => {
    const factors = [...grid.factors, { name: "colour", values: [255] }];
    const levels = Int32Array.from({ length: 192 * 4 }, (_, i) =>
      i % 4 === 3 ? 0 : grid.levels[Math.floor(i / 4) * 3 + (i % 4)]!,
    );
    const { results } = await one("mig", { factors: { factors, levels, complete: true } });
    expect(results[0]!.settings).toMatchObject({ factors: ["shape", "x", "y"], factorsLeftOut: ["colour"] });
    const plain = await one("mig", { factors: grid });
    expect(results[0]!.score).toBe(plain.results[0]!.score);
  });
  it("nothing but factors with one value", async () => {
    const error = await failure(
      "data",
      () =>
        new FactorTable(
          {
            factors: [{ name: "colour", values: [1] }],
            levels: new Int32Array(5),
            complete: true,
          },
          protocol.parse({}),
        ),
    );
    expect(error.message).toBe("no factor varies and has several images for each of its values: colour");
  });
  it.each(["explicitness", "dci", "sap"])("%s of fewer samples than levels", async (metric) => {
    const error = await failure("data", () => one(metric, { factors: grid }, { train: 5 }));
    expect(error.message).toContain("5 samples for");
  });
  it("codes that are not finite", async () => {
    const broken = { ...posteriors, mean: posteriors.mean.slice() };
    broken.mean[3 * 12 + 1] = Number.NaN;
    const error = await failure("data", () => computeMetrics(broken, { factors: grid }));
    expect(error.message).toBe("the codes are not finite: image 12, z₁ has mean NaN");
  });
  it("a name that no metric has", async () => {
    expect((await failure("usage", () => one("migs", { factors: grid }))).hint).toBe('did you mean "mig"?');
  });
  it("stops within a metric that takes long", async () => {
    const controller = new AbortController();
    const onProgress = () => void setTimeout(() => controller.abort(), 20);
    await failure("interrupted", () =>
      one("dci", { factors: grid }, { signal: controller.signal, onProgress, train: 2000, replicates: 50 }),
    );
  });
  it("stops when asked to", async () => {
    await failure("interrupted", () => one("mig", { factors: grid }, { signal: AbortSignal.abort() }));
  });
});

describe("labels without factors", () => {
  const labels = {
    names: ["a", "b", "c"],
    values: Int32Array.from({ length: 192 }, (_, i) => grid.levels[3 * i]!),
  };
  const posteriors = gridPosteriors(([shape, x, y]) => [shape!, x! / 40, y! / 40]);

  it("a code that is the class knows its entropy, near ln 3 nats, and both classifiers are right", async () => {
    const { results } = await computeMetrics(
      posteriors,
      { labels, heldOutFrom: 150 },
      { train: 1000, test: 1000 },
    );
    const found = Object.fromEntries(results.map(({ metric, score }) => [metric, score]));
    const entropyOfSample = results.find(({ metric }) => metric === "label-information")!.parts.labelEntropy;
    expect(found["label-information"]).toBeCloseTo(entropyOfSample as number, 12);
    expect(Math.abs(found["label-information"]! - Math.log(3))).toBeLessThan(0.05);
    expect(found["linear-probe"]).toBe(1);
    expect(found["k-nn"]).toBe(1);
    const probe = results.find(({ metric }) => metric === "linear-probe")!;
    expect(probe.samples).toEqual({ train: 150, test: 42 });
  });
});

describe("UDR", () => {
  const straight = gridPosteriors(([shape, x, y]) => [shape! - 1, x! / 4 - 1, y! / 4 - 1]);
  const swapped = gridPosteriors(([shape, x, y]) => [1 - y! / 4, shape! - 1, x! / 4 - 1]);
  const rotated = gridPosteriors(([, x, y]) => [(x! + y!) / 4 - 2, (x! - y!) / 4]);

  it("models that agree up to order and sign score close to 1 − α, a rotated one less", async () => {
    const [a, b, c] = await computeUdr([straight, swapped, rotated], { replicates: 10 });
    const alone = await computeUdr([straight, swapped], { replicates: 10 });
    expect(alone[0]!.score).toBeCloseTo(0.9, 6);
    expect(alone[0]!.interval.high).toBeGreaterThanOrEqual(alone[0]!.score);
    expect(c!.score).toBeLessThan(0.5);
    expect(a!.parts.perPartner).toHaveLength(2);
    expect(b!.parts.activeCodes).toBe(3);
  });
  it("needs two models", async () => {
    await failure("data", () => computeUdr([straight]));
  });
});
