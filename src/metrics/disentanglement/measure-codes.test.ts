/** Codes from anywhere, and metrics of a user's own. */

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failure } from "../../../test/helpers/data.ts";
import { largest } from "../../base/statistics.ts";
import { type CodesInput, computeMetrics, measureCodes, metric, metricNames, metrics } from "./index.ts";

/** All 32 images of shape (2) × x (16); the codes are x and the shape. */
const shape = Array.from({ length: 32 }, (_, i) => (i < 16 ? 10 : 20));
const x = Array.from({ length: 32 }, (_, i) => i % 16);
const codes = x.map((one, i) => [one, shape[i]!]);
const factors = { shape, x };
const few = { train: 3000, test: 300, replicates: 2 };

describe("measureCodes", () => {
  it("MIG of the factors themselves is 1, with a code for both it is the gap", async () => {
    const { results } = await measureCodes({ codes, factors, metrics: ["mig"], ...few });
    expect(results[0]).toMatchObject({ metric: "mig", settings: { bins: 20, representation: "mean" } });
    expect(results[0]!.score).toBeCloseTo(1, 2);
    // Half of x, told by a third code: ln 2 of ln 16 are known twice. Of samples, so to a hundredth.
    const three = codes.map(([a, b]) => [a!, b!, a! < 8 ? 0 : 1]);
    const second = await measureCodes({ codes: three, factors, metrics: ["mig"], ...few });
    expect(second.results[0]!.score).toBeCloseTo((1 + 0.75) / 2, 2);
  });

  it("is the same for a flat array", async () => {
    const flat = Float32Array.from(codes.flat());
    const given = { factors, metrics: ["mig", "irs"], ...few };
    expect(await measureCodes({ codes: flat, latentDim: 2, ...given })).toEqual(
      await measureCodes({ codes, ...given }),
    );
  });

  it("measures all that codes and factors allow, and says why not the rest", async () => {
    const { results, skipped } = await measureCodes({ codes, factors, ...few });
    expect([...results, ...skipped].map((one) => one.metric).sort()).toEqual([...metricNames].sort());
    expect(skipped).toContainEqual({ metric: "mig-tc", reason: "codes alone have no posterior variances" });
    const logVariance = codes.map(() => [-6, -6]);
    const whole = await measureCodes({ codes, logVariance, factors, metrics: ["mig-tc"], ...few });
    expect(whole.results[0]!.score).toBeCloseTo(1, 2);
  });

  it("takes names as labels, in the order of the alphabet", async () => {
    const labels = shape.map((one) => (one === 10 ? "square" : "heart"));
    const given = { codes, labels, metrics: ["label-information", "k-nn"], ...few };
    const { results } = await measureCodes({ ...given, settings: { "k-nn": { neighbours: 1 } } });
    expect(results[0]!.parts.perCode).toHaveLength(2);
    expect(results[1]!.settings.neighbours).toBe(1);
    expect(results[1]!.samples).toEqual({ train: 21, test: 11 });
  });

  it("names the factors that it left out: one value only, or fewer than two images a category", async () => {
    const shapes = { ...factors, still: shape.map(() => 7), id: x.map((_, i) => (i < 30 ? i : 0)) };
    const given = { codes, factors: shapes, metrics: ["mig"], ...few };
    const { settings, remarks } = (await measureCodes(given)).results[0]!;
    expect(settings).toMatchObject({ factorsLeftOut: ["id", "still"] });
    expect(remarks).toContain("left out, with one value only or fewer than two images a category: id, still");
  });

  it("a factor that the samples show at one level is left out of every score, and that is said", async () => {
    // The one odd image is among those that are not learnt from; the last code knows y and z alike.
    const count = 60;
    const [y, z] = [2, 3].map((size) => Array.from({ length: count }, (_, i) => i % size)) as [
      number[],
      number[],
    ];
    const own = y.map((one, i) => [one, z[i]!, one + 2 * z[i]!]);
    const measure = async (odd: number) => {
      const rare = y.map((_, i) => Number(i === odd));
      const names = [
        "modularity",
        "info-modularity",
        "info-compactness",
        "sap",
        "info-explicitness",
        "explicitness",
      ];
      const given = { codes: own, train: 40, test: 20, replicates: 4, metrics: names };
      const { results } = await measureCodes({ ...given, factors: { y, z, rare } });
      const without = await measureCodes({ ...given, factors: { y, z } });
      return results.map(({ score, interval, remarks }, i) => ({
        remarks: remarks!.join(),
        isFinite: Number.isFinite(interval.low) && Number.isFinite(interval.high),
        change: score - without.results[i]!.score,
      }));
    };
    const tried = [];
    for (let odd = 0; odd < 8; odd++) tried.push(...(await measure(odd)));
    expect(tried.every((one) => one.isFinite)).toBe(true);
    const left = tried.filter(({ remarks }) => remarks.includes("without rare, of one level among the"));
    expect(left.length).toBeGreaterThan(3);
    for (const { change } of left) expect(change).toBeCloseTo(0, 9);
    expect(left.length).toBeLessThan(tried.length);
    for (const { change } of tried.filter((one) => !left.includes(one))) expect(change).not.toBeCloseTo(0, 4);
  });

  it("explicitness of a factor whose one level is rare: samples drawn anew may lack it", async () => {
    const own = Array.from({ length: 60 }, (_, i) => [i % 2, (i * Math.SQRT2) % 1]);
    const y = own.map((_, i) => i % 2);
    const seen = [];
    for (let odd = 0; odd < 20; odd++) {
      // Two of them: where neither set has both, each has one.
      const rare = own.map((_, i) => Number(i === odd || i === odd + 30));
      const given = { codes: own, train: 40, test: 20, replicates: 40, metrics: ["explicitness"] };
      seen.push((await measureCodes({ ...given, factors: { y, rare } })).results[0]!);
    }
    const judged = seen.filter(({ remarks }) => !remarks!.join().includes("without rare"));
    expect(judged.length).toBeGreaterThan(2);
    for (const { interval } of judged) expect(interval.high - interval.low).toBeGreaterThan(0);
  });

  it("DCI of a factor whose one level is rare: a refit may not see it, and of many levels on few samples", async () => {
    const count = 1500;
    const own = Array.from({ length: count }, (_, i) =>
      [0.5, 0.3].map((seed) => (i * Math.sqrt(2 + seed)) % 1),
    );
    const a = own.map(([one]) => Math.floor(4 * one!));
    const rare = own.map((_, i) => Number(i % 300 === 7));
    const many = own.map(([, one]) => Math.floor(32 * one!));
    const settings = { dci: { trees: 5, refits: 4 } };
    const given = { codes: own, metrics: ["dci"], settings };
    const one = (await measureCodes({ ...given, factors: { a, rare } })).results[0]!;
    expect([one.interval.replicates, one.remarks!.length]).toEqual([4, 1]);
    expect(one.interval.high - one.interval.low).toBeGreaterThan(0);
    const few = { train: 100, test: 100 };
    const other = (await measureCodes({ ...given, ...few, factors: { a, many } })).results[0]!;
    expect(other.parts.informativeness).toBeGreaterThan(0.5);
    // Not among the samples at all: said, and the score is of the other two.
    const absent = own.map((_, i) => Number(i === 11));
    const left = (await measureCodes({ ...given, ...few, factors: { a, many, absent } })).results[0]!;
    expect(left.remarks).toContain("without absent, of one level among the 100 samples");
    expect(left.score).toBeCloseTo(other.score, 12);
    expect(left.parts.informativeness).toBeCloseTo(other.parts.informativeness as number, 12);
  });

  it("codes that never move: no vote of FactorVAE is theirs, whatever the least deviation", async () => {
    const still = codes.map(() => [1, 1]);
    const settings = { "factor-vae": { leastDeviation: 0 } };
    const { results } = await measureCodes({
      codes: still,
      factors,
      metrics: ["factor-vae"],
      settings,
      ...few,
    });
    expect(results[0]).toMatchObject({ score: 0, parts: { activeCodes: 0 } });
  });

  it("DCI-ES needs two depths that differ: between one and itself there is no area", async () => {
    const settings = { "dci-es": { depths: [4, 4] } };
    const { message } = await failure("config", () =>
      measureCodes({ codes, factors, metrics: ["dci-es"], settings }),
    );
    expect(message).toContain("settings.dci-es.depths");
    expect(message).toContain("two different depths at least");
  });

  it("refuses a border that leaves nothing to learn from or to judge by, and values that are no numbers", async () => {
    for (const heldOutFrom of [0, 32, 40, 1.5, Number.NaN]) {
      const given = { codes, labels: shape, heldOutFrom, metrics: ["k-nn"], ...few };
      const { message } = await failure("usage", () => measureCodes(given));
      expect(message).toBe(`\`heldOutFrom\` is ${heldOutFrom}: expected a whole number from 1 to 31`);
    }
    const odd = { x: x.map((one, i) => (i === 5 ? Number.NaN : one)) };
    const { message } = await failure("data", () => measureCodes({ codes, factors: odd, metrics: ["mig"] }));
    expect(message).toBe("x: image 5 has the value NaN, which is no number");
  });

  it("refuses what doesn't fit, by name", async () => {
    const message = async (given: Parameters<typeof measureCodes>[0]) =>
      (await failure("shape", () => measureCodes(given))).message;
    expect(await message({ codes: new Float32Array(5), latentDim: 2 })).toBe(
      "latentDim is 2 for codes of 5 values",
    );
    expect(await message({ codes: new Float32Array(4) })).toBe(
      "latentDim is undefined for codes of 4 values",
    );
    expect(await message({ codes: [[1, 2], [1]] })).toBe("codes: image 1 has 1 latent, not 2");
    expect(await message({ codes, factors: { x: [1] } })).toBe("x has 1 value for codes of 32 images");
    expect(await message({ codes, labels: [1, 2] })).toBe("labels has 2 values for codes of 32 images");
    expect(await message({ codes, logVariance: new Float32Array(2) })).toBe(
      "logVariance has 2 values, codes 64",
    );
    const sampled = { codes, representation: "sample", metrics: ["mig"], factors } as const;
    await failure("usage", () => measureCodes(sampled));
  });
});

describe("a metric of one's own", () => {
  const seen: CodesInput[] = [];
  const reach = metric({
    name: "reach",
    definition: "largest code of the training rows, times a factor",
    unit: "variance",
    better: "higher",
    needs: "codes",
    options: z.strictObject({
      times: z.number().positive().default(2).describe("what the code is multiplied by"),
    }),
    measure(input, { times }) {
      seen.push(input);
      const score = times * largest(Array.from(input.train, (row) => input.codes[0]![row]!));
      const interval = { low: score, high: score, level: 0.95, replicates: 0, resampled: "nothing" } as const;
      return { score, parts: {}, samples: { train: input.train.length }, interval };
    },
  });
  const posteriors = { count: 90, mean: Float32Array.from({ length: 90 }, (_, i) => i) };

  it("is measured by name or beside the others, with its options recorded", async () => {
    const own = [...metrics, reach];
    const { results } = await computeMetrics(posteriors, {}, { metrics: ["reach"] }, own);
    expect(results).toMatchObject([{ metric: "reach", settings: { representation: "mean", times: 2 } }]);
    const more = { metrics: ["reach"], settings: { reach: { times: 3 } } };
    const again = await measureCodes({ codes: posteriors.mean, latentDim: 1, ...more }, own);
    expect(again.results[0]!.score).toBe(1.5 * results[0]!.score);
    expect(again.results[0]!.settings.times).toBe(3);
    const all = await computeMetrics(posteriors, {}, { replicates: 2 }, own);
    expect(all.results.map(({ metric }) => metric)).toContain("reach");
  });

  it("is unknown elsewhere, and its settings are checked", async () => {
    const options = { metrics: ["reach"] };
    await failure("usage", () => computeMetrics(posteriors, {}, options));
    const wrong = (settings: Record<string, Record<string, unknown>>) =>
      computeMetrics(posteriors, {}, { ...options, settings }, [reach]);
    const negative = await failure("config", () => wrong({ reach: { times: -1 } }));
    expect(negative.message).toBe("settings.reach.times is -1: expected more than 0");
    const unknown = await failure("config", () => wrong({ reach: { time: 1 } }));
    expect([unknown.message, unknown.hint]).toEqual(["unknown key settings.reach.time", "it has times"]);
    await failure("usage", () => wrong({ rech: {} }));
  });

  it("is given rows to learn from and others to judge by: different ones, in proportion where there are few", async () => {
    seen.length = 0;
    await computeMetrics(posteriors, {}, { metrics: ["reach"] }, [reach]);
    await computeMetrics(posteriors, {}, { metrics: ["reach"], train: 20, test: 10 }, [reach]);
    const sizes = seen.map(({ train, test }) => [train.length, test.length]);
    expect(sizes).toEqual([
      [60, 30],
      [20, 10],
    ]);
    for (const { train, test } of seen) {
      expect(new Set([...train, ...test]).size).toBe(train.length + test.length);
    }
    expect(Math.max(...seen[0]!.train, ...seen[0]!.test)).toBe(89);
  });
});
