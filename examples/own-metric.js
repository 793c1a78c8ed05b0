/** A metric: how straight the best code follows each factor. */

import { bootstrap, metric } from "betalab/metrics";
import { z } from "zod";

/**
 * |Pearson's r| of two columns over the given rows.
 *
 * @type {(a: ArrayLike<number>, b: ArrayLike<number>, rows: Uint32Array) => number}
 */
export const correlation = (a, b, rows) => {
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (const row of rows) {
    sa += a[row];
    sb += b[row];
    saa += a[row] ** 2;
    sbb += b[row] ** 2;
    sab += a[row] * b[row];
  }
  const n = rows.length;
  const spread = Math.sqrt((n * saa - sa ** 2) * (n * sbb - sb ** 2));
  return spread === 0 ? 0 : Math.abs(n * sab - sa * sb) / spread;
};

export const straightness = metric({
  name: "straightness",
  definition: "mean over factors of the largest |Pearson's r| that any code has with the factor's level",
  needs: "factors",
  unit: "share",
  better: "higher",
  options: z.strictObject({}),
  async measure(input) {
    const { codes, factors, train } = input;
    const best = (/** @type {Uint32Array} */ rows) =>
      factors.levels.map((levels) => Math.max(...codes.map((code) => correlation(code, levels, rows))));
    const mean = (/** @type {number[]} */ values) =>
      values.reduce((sum, one) => sum + one, 0) / values.length;
    const perFactor = best(train);
    const score = mean(perFactor);
    const again = (/** @type {Uint32Array} */ rows) => mean(best(rows.map((row) => train[row])));
    const interval = await bootstrap(score, input, {}, again);
    return { score, parts: { perFactor }, samples: { train: train.length }, interval };
  },
});
