import { describe, expect, test } from "vitest";
import { diagnose, type Findings, rules } from "./diagnoses.ts";

const estimate = (mean: number, standardError = 0.2) => ({ mean, standardError, count: 10_000 });

/** MNIST, 784-400-20 after ten epochs, as it should be. */
const healthy: Findings = {
  negativeElbo: estimate(105.6),
  reconstruction: estimate(80.5),
  kl: estimate(25.1),
  klPerDimension: new Array<number>(16).fill(1.57),
  beta: 1,
  trainNegativeElbo: estimate(105.1),
  mutualInformation: estimate(9.03),
  dimensionwiseKl: new Array<number>(16).fill(0.02),
  fit: { reconstructionError: 0.1, pixelDeviation: 0.26, swapCost: estimate(180) },
  importance: { samples: 500, effectiveSamples: 12, lastGain: { from: 50, nats: 0.6 } },
};

const names = (change: Partial<Findings>) => diagnose({ ...healthy, ...change }).map(({ name }) => name);
const sentence = (change: Partial<Findings>) => diagnose({ ...healthy, ...change })[0]?.sentence;

test("a healthy model gets none, and every rule has its own name", () => {
  expect(diagnose(healthy)).toEqual([]);
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
});

test("what was not measured is not complained about", () => {
  const { negativeElbo, reconstruction, kl, klPerDimension } = healthy;
  expect(diagnose({ negativeElbo, reconstruction, kl, klPerDimension })).toEqual([]);
});

describe("posterior collapse", () => {
  const klPerDimension = healthy.klPerDimension.map((nats, d) => (d < 7 ? 0.002 : nats));

  test("some dimensions", () => {
    expect(sentence({ klPerDimension, beta: 10 })).toBe(
      "7 of 16 latents carry < 0.01 nats: β = 10 is too high for this likelihood, 16 are more than these " +
        "images need, or they collapsed early in training: warm β up from 0, or use free bits",
    );
    expect(sentence({ klPerDimension, beta: 1, sigma: { value: 0.25, chosen: false } })).toContain(
      ": σ = 0.25 is so wide",
    );
    expect(sentence({ klPerDimension })).toContain(": 16 are more than these images need, or they collapsed");
  });

  test("all of them, and the decoder with them", () => {
    const collapsed = {
      klPerDimension: new Array<number>(16).fill(0.0001),
      kl: estimate(0.0016),
      fit: { reconstructionError: 0.26, pixelDeviation: 0.26, swapCost: estimate(0.001) },
    };
    expect(names(collapsed)).toEqual(["posterior-collapse", "decoder-ignores-latents"]);
    expect(sentence(collapsed)).toContain("all 16 latents carry < 0.01 nats, so the posterior is the prior");
  });

  test("the threshold", () => {
    expect(names({ klPerDimension: [0.0101, 3] })).toEqual([]);
    expect(sentence({ klPerDimension: [0.0099, 3] })).toContain("1 of 2 latents carries < 0.01 nats");
    expect(names({ klPerDimension: [0.0099, 3] })).toEqual(["unused-latents"]);
    expect(names({ klPerDimension: [0.0099, 0.0099] })).toEqual(["posterior-collapse"]);
    expect(names({ klPerDimension: [0.0101, 0.0099] })).toEqual(["unused-latents"]);
  });
});

describe("KL explosion", () => {
  test("a latent with more nats than there can be images", () => {
    const klPerDimension = [2, 400, 3];
    expect(sentence({ klPerDimension, beta: 0.01 })).toBe(
      "KL explosion: z₁ carries 400 nats, so samples from the prior fall where the decoder was never trained: " +
        "β = 0.01 hardly holds the posterior to the prior, the learning rate is too high (try optimizer.clipNorm), " +
        "or the likelihood's σ is so small that every pixel is worth many nats",
    );
  });

  test("a marginal far from the prior", () => {
    expect(sentence({ dimensionwiseKl: [0.1, 0.1, 6.25] })).toContain(
      "the marginal of z₂ lies 6.25 nats from N(0, 1)",
    );
    expect(names({ dimensionwiseKl: [1.9] })).toEqual([]);
  });

  test("a learned prior lies where it likes: only what is far from it counts", () => {
    const prior = "mixture";
    expect(names({ klPerDimension: [25, 3], prior })).toEqual([]);
    expect(sentence({ klPerDimension: [25, 3], dimensionwiseKl: [6.25, 0], prior })).toContain(
      "KL explosion: the marginal of z₀ lies 6.25 nats from its prior, so",
    );
  });
});

describe("a σ that swallowed the signal", () => {
  test("fixed, wider than the pixels vary", () => {
    expect(names({ sigma: { value: 0.25, chosen: false } })).toEqual([]);
    expect(sentence({ sigma: { value: 1, chosen: false } })).toBe(
      "σ = 1 swallows the signal: pixels deviate only 0.26 from the mean image, so the model may call every difference " +
        "noise: make σ smaller, or let it be optimal",
    );
  });

  test("learned: as wide as the pixels vary", () => {
    const chosen = (value: number) => ({ sigma: { value, chosen: true } });
    expect(names(chosen(0.11))).toEqual([]);
    expect(names(chosen(0.24))).toEqual([]);
    const fit = { reconstructionError: 0.255, pixelDeviation: 0.26, swapCost: estimate(40) };
    expect(sentence({ ...chosen(0.256), fit })).toBe(
      "σ = 0.256 swallows the signal: pixels deviate only 0.26 from the mean image, and 0.255 of that is left in the " +
        "reconstructions: start from a fixed small σ, warm β up from 0, or train longer",
    );
    // Poor reconstructions under a narrow σ are another trouble.
    expect(names({ ...chosen(0.05), fit })).toEqual([]);
  });
});

test("a decoder that ignores latents that cost something", () => {
  const fit = { reconstructionError: 0.25, pixelDeviation: 0.26, swapCost: estimate(0.31) };
  expect(sentence({ fit })).toBe(
    "the decoder ignores the latents: an image decoded from another image's z costs only 0.31 nats more, while the KL " +
      "is 25.1: the posterior collapsed, the decoder needs no z, or it was not trained long enough",
  );
  expect(sentence({ fit: { ...fit, swapCost: estimate(-0.8187) } })).toContain(
    "another image's z costs no more (−0.819 nats), while the KL is 25.1",
  );
  expect(names({ fit: { ...fit, swapCost: estimate(26) } })).toEqual([]);
});

test("latents that cost much and say little", () => {
  const change = { kl: estimate(11.2), mutualInformation: estimate(0.009) };
  expect(sentence(change)).toBe(
    "z costs 11.2 nats of KL but says only 0.009 nats of which image it is: the posteriors differ from the prior and " +
      "hardly from each other: train longer, or with a larger optimizer.learningRate",
  );
  expect(names({ kl: estimate(0.6), mutualInformation: estimate(0.01) })).toEqual([]);
  // ln N bounds what z can say: a KL of 200 nats with MI = ln N is another trouble.
  expect(names({ kl: estimate(200), mutualInformation: estimate(9.2) })).toEqual([]);
});

describe("over-fitting", () => {
  test("a gap that is large and certain", () => {
    expect(sentence({ trainNegativeElbo: estimate(99.1, 0.4) })).toBe(
      "over-fitting: held-out images cost 6.5 ± 0.447 nats more than training images (105.6 against 99.1): stop earlier, " +
        "use more images or a smaller net, or set optimizer.weightDecay",
    );
  });

  test("not one that luck explains, nor one that is small", () => {
    expect(names({ trainNegativeElbo: estimate(99.1, 3) })).toEqual([]);
    expect(names({ trainNegativeElbo: estimate(104, 0.1) })).toEqual([]);
  });

  test("also where −ELBO is negative, as densities' are", () => {
    const negativeElbo = estimate(-9000, 10);
    expect(names({ negativeElbo, trainNegativeElbo: estimate(-9900, 10) })).toEqual(["over-fitting"]);
  });
});

test("an importance-weighted bound that is still loose", () => {
  const importance = { samples: 500, effectiveSamples: 1.4, lastGain: { from: 50, nats: 3.2 } };
  expect(sentence({ importance })).toBe(
    "the importance-weighted NLL is still a loose bound: of 500 samples 1.4 count on average, and those beyond 50 still " +
      "gained 3.2 nats: use more samples before comparing it",
  );
  expect(names({ importance: { samples: 1, effectiveSamples: 1 } })).toEqual([]);
});

test("numbers that are none", () => {
  expect(sentence({ kl: estimate(Number.POSITIVE_INFINITY) })).toContain(
    "KL is Infinity: the weights are broken",
  );
  expect(names({ negativeElbo: estimate(Number.NaN), trainNegativeElbo: undefined })).toEqual(["non-finite"]);
});
