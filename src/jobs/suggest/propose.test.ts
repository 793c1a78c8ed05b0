import { expect, test } from "vitest";
import { niceAbove, niceBelow, propose, whyTooEarly } from "./propose.ts";
import type { ProbeFacts } from "./value.ts";

/** Three latents that matter, at 20, 10 and 5 nats per nat, and one that is noise. */
const facts: ProbeFacts = {
  kl: 21,
  klBefore: 20.8,
  reconstruction: 60,
  latents: [
    { dimension: 0, kl: 0.02, gain: 0.5 },
    { dimension: 1, kl: 10, gain: 200 },
    { dimension: 2, kl: 5, gain: 25 },
    { dimension: 3, kl: 6, gain: 60 },
  ],
  dimensions: 4096,
  latentDim: 10,
  epochs: 3,
};

test("β is half of what the least worthwhile latent buys; C is the probe's KL; γ three times the dearest price", () => {
  const { beta, betas, capacity, reasons, caveats } = propose(facts);
  // 10 + 6 + 5 nats carry 90 % of 21; the third buys 5 nats for one: β ≤ 2.5.
  expect(beta).toEqual({ value: 2, betaNorm: (2 * 10) / 4096 });
  expect(capacity).toEqual({ maximum: 21, gamma: 100 });
  // The median price is 10.
  expect(betas).toEqual([1, 2, 4, 8, 16]);
  expect(reasons).toHaveLength(6);
  expect(reasons[1]).toContain("z₁ 20, z₃ 10, z₂ 5");
  expect(caveats).toEqual(["prices are upper bounds: the decoder was not trained to do without the latent"]);
});

test("a probe that was too short says so", () => {
  expect(propose({ ...facts, klBefore: 15 }).caveats[0]).toContain("from 15.0 nats to 21.0 nats");
});

test("a probe that has not learned to use its latents proposes nothing", () => {
  expect(whyTooEarly(facts)).toBeUndefined();
  // Holding latent 2 at its mean makes reconstructions better: −5.73 nats per nat.
  const negative = facts.latents.map((latent) =>
    latent.dimension === 2 ? { ...latent, gain: -28.65 } : latent,
  );
  expect(whyTooEarly({ ...facts, latents: negative })).toBe(
    "after 3 epochs the probe has not learned to use its latents: z₂ costs 5.0 nats of KL and buys −28.6 nats of reconstruction, and 1 of 3 buy less than they cost",
  );
  const halfway = facts.latents.map((latent) => (latent.dimension === 1 ? { ...latent, gain: 6 } : latent));
  expect(whyTooEarly({ ...facts, latents: halfway })).toContain("z₁ costs 10.0 nats of KL and buys 6.0 nats");
  expect(whyTooEarly({ ...facts, klBefore: 5, epochs: 1 })).toBe(
    "after 1 epoch the probe is still learning what to encode: its KL went from 5.0 nats to 21.0 nats in the last epoch",
  );
});

test("no latent in use yet: nothing is proposed while the decoder still learns the mean image", () => {
  const none = { ...facts, kl: 0.02, klBefore: 0.02, latents: facts.latents.slice(0, 1) };
  expect(whyTooEarly({ ...none, klBefore: undefined, epochs: 1 })).toBe(
    "after 1 epoch the probe uses no latent yet",
  );
  expect(whyTooEarly({ ...none, reconstructionBefore: 60.4 })).toBe(
    "after 3 epochs the probe uses no latent yet, and its reconstruction still fell from 60.4 nats to 60.0 nats in the last epoch",
  );
  // Settled: the data need no latent at β = 1, or never will.
  expect(whyTooEarly({ ...none, reconstructionBefore: 60.2 })).toBeUndefined();
});

test("settled is what hardly moves: the reconstruction of a density is negative", () => {
  const none = { ...facts, kl: 0.02, klBefore: 0.02, latents: facts.latents.slice(0, 1) };
  const dense = { ...none, reconstruction: -2000, reconstructionBefore: -1999 };
  expect(whyTooEarly(dense)).toBeUndefined();
  expect(whyTooEarly({ ...dense, reconstructionBefore: -1900 })).toContain(
    "from −1900.0 nats to −2000.0 nats",
  );
});

test("the latents that are to survive carry nine tenths of what is in use, however much lies in noise", () => {
  const latents = [10, 6, 1].map((kl, dimension) => ({ dimension, kl, gain: kl * [20, 10, 3][dimension]! }));
  const { beta, reasons } = propose({ ...facts, kl: 25, klBefore: 25, latents });
  // 16 of 17 nats in two latents; 8 more nats are spread over latents of less than 0.1.
  expect(beta.value).toBe(5);
  expect(reasons[2]).toContain("2 latents carry 90 % of the KL of those in use");
});

test("dear latents: the sweep ends at 32, and says that it may be too early", () => {
  const dear = facts.latents.map((latent) => ({ ...latent, gain: 100 * latent.kl }));
  const { betas, reasons } = propose({ ...facts, latents: dear });
  expect(betas).toEqual([1, 2, 4, 8, 16, 32]);
  expect(reasons[3]).toBe(
    "β 1, 2, 4, 8, 16, 32 for a sweep: doubling from 1 as far as 32, where more than half of the latents in use may still pay (their median price is 100)",
  );
});

test("no latent in use: β = 1, nothing to control", () => {
  const { beta, capacity, reasons } = propose({ ...facts, kl: 0.02, latents: facts.latents.slice(0, 1) });
  expect(beta.value).toBe(1);
  expect(capacity).toBeUndefined();
  expect(reasons[0]).toContain("no latent carries 0.1 nats");
});

test("latents that buy less than they cost: β stays 1", () => {
  const cheap = facts.latents.map((latent) => ({ ...latent, gain: latent.kl }));
  expect(propose({ ...facts, latents: cheap }).beta.value).toBe(1);
});

test("round numbers", () => {
  expect([0.7, 1.9, 2.5, 9.9, 10, 47].map(niceBelow)).toEqual([0.6, 1.5, 2, 8, 10, 40]);
  expect([0.7, 2, 21, 60, 100].map(niceAbove)).toEqual([1, 2, 50, 100, 100]);
});
