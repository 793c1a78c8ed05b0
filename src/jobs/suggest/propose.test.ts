import { expect, test } from "vitest";
import { niceAbove, niceBelow, type ProbeFacts, propose } from "./propose.ts";

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
  expect(reasons[1]).toContain("1: 20, 3: 10, 2: 5");
  expect(caveats).toEqual(["prices are upper bounds: the decoder was not trained to do without the latent"]);
});

test("a probe that was too short says so", () => {
  expect(propose({ ...facts, klBefore: 15 }).caveats[0]).toContain("from 15.0 nats to 21.0 nats");
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
