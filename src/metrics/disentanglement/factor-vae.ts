/** The metric of the FactorVAE paper: does the code that varies least while one factor is fixed identify the factor? */

import { z } from "zod";
import { largest, mean, variance } from "../../base/statistics.ts";
import { type FactorInput, metric } from "./metric.ts";
import { pairsOption } from "./options.ts";
import { bootstrap, Draws, exactly, gather, meanOf } from "./sampling.ts";

/** Votes as (code that varied least, factor that was fixed). */
function drawVotes(
  { codes, factors }: FactorInput,
  active: readonly number[],
  globalVariances: readonly number[],
  count: number,
  size: number,
  draws: Draws,
) {
  const winners = new Int32Array(count);
  const fixed = new Int32Array(count);
  const batch = new Float64Array(size);
  const rows = new Uint32Array(size);
  for (let vote = 0; vote < count; vote++) {
    const factor = draws.below(factors.names.length);
    const level = factors.levels[factor]![draws.below(factors.count)]!;
    const images = factors.rowsAt(factor, level);
    for (let i = 0; i < size; i++) rows[i] = images[draws.below(images.length)]!;
    let [winner, least] = [-1, Number.POSITIVE_INFINITY];
    for (const d of active) {
      const column = codes[d]!;
      for (let i = 0; i < size; i++) batch[i] = column[rows[i]!]!;
      const share = variance(batch) / globalVariances[d]!;
      if (share < least) [winner, least] = [d, share];
    }
    winners[vote] = winner;
    fixed[vote] = factor;
  }
  return { winners, fixed };
}

export const factorVae = metric({
  name: "factor-vae",
  definition:
    "FactorVAE metric of Kim and Mnih 2018 as in disentanglement_lib: majority vote over normalised variances",
  needs: "factors",
  fixesFactors: true,
  unit: "share",
  better: "higher",
  chance: ({ factors }) => 1 / factors.names.length,
  options: z.strictObject({
    batch: pairsOption.describe("images of one vote"),
    leastDeviation: z
      .number()
      .nonnegative()
      .default(0.05)
      .describe("a code whose standard deviation over all images is below this can't win a vote"),
  }),
  async measure(input, { batch, leastDeviation }) {
    const { codes, factors, train, test, seed } = input;
    const variances = gather(codes, train).map(variance);
    const isActive = (variance: number) => variance > 0 && Math.sqrt(variance) >= leastDeviation;
    const active = variances.map((_, d) => d).filter((d) => isActive(variances[d]!));
    const samples = { variance: train.length, train: train.length, test: test.length };
    const table = codes.map(() => factors.names.map(() => 0));
    if (active.length === 0) {
      const parts = { trainAccuracy: 0, activeCodes: 0, votes: table };
      return { score: 0, parts, samples, interval: exactly(0, "no active code") };
    }
    const draws = new Draws(seed, "metrics/factor-vae");
    const learnt = drawVotes(input, active, variances, train.length, batch, draws);
    learnt.winners.forEach((winner, i) => {
      table[winner]![learnt.fixed[i]!]!++;
    });
    // The majority rule of Kim and Mnih 2018: each code stands for the factor that it won most often.
    const rule = table.map((row) => row.indexOf(largest(row)));
    const rightly = ({ winners, fixed }: typeof learnt) =>
      Float64Array.from(winners, (winner, i) => (rule[winner] === fixed[i] ? 1 : 0));
    const right = rightly(drawVotes(input, active, variances, test.length, batch, draws));
    const score = mean(right);
    return {
      score,
      parts: { trainAccuracy: mean(rightly(learnt)), activeCodes: active.length, votes: table },
      samples,
      interval: await bootstrap(
        score,
        input,
        { count: right.length, resampled: "test votes, majority rule kept" },
        (rows) => meanOf(right, rows),
      ),
    };
  },
});
