/** Codes of a small grid whose scores can be worked out by hand. */

import { expect } from "vitest";
import type { Columns } from "../../src/base/linear-algebra.ts";
import { FactorTable } from "../../src/metrics/disentanglement/factor-table.ts";
import type {
  CodesInput,
  LabelInput,
  Measurement,
  Metric,
} from "../../src/metrics/disentanglement/metric.ts";
import { protocol } from "../../src/metrics/disentanglement/options.ts";
import { metrics } from "../../src/metrics/disentanglement/registry.ts";

export const IMAGES = 80;
export const rows = Uint32Array.from({ length: IMAGES }, (_, i) => i);
export const shape = rows.map((i) => (i < 40 ? 0 : 1));
export const x = rows.map((i) => i % 40);
export const code = (value: (i: number) => number) => Float32Array.from(rows, value);

const grid = new FactorTable(
  {
    factors: [
      { name: "shape", values: [0, 1] },
      { name: "x", values: Array.from({ length: 40 }, (_, i) => i) },
    ],
    levels: Int32Array.from({ length: 2 * IMAGES }, (_, i) => (i % 2 === 0 ? shape : x)[Math.floor(i / 2)]!),
    complete: true,
  },
  protocol.parse({}),
);

/** Shape, and the half in which x is. */
export const halves = new FactorTable(
  {
    factors: ["shape", "half"].map((name) => ({ name, values: [0, 1] })),
    levels: Int32Array.from({ length: 2 * IMAGES }, (_, i) => {
      const image = Math.floor(i / 2);
      return i % 2 === 0 ? shape[image]! : x[image]! < 20 ? 0 : 1;
    }),
    complete: true,
  },
  protocol.parse({}),
);

export async function measure(
  name: string,
  codes: Columns,
  given: Partial<CodesInput> & Partial<Pick<LabelInput, "labels">> & { factors?: FactorTable } = {},
  options: Record<string, unknown> = {},
): Promise<Measurement> {
  const metric = metrics.find((one) => one.name === name)!;
  const input = {
    codes,
    posteriors: { mean: codes, logVariance: codes.map((column) => new Float32Array(column.length)) },
    train: rows,
    test: rows,
    seed: 1,
    replicates: 3,
    pause: async () => {},
    factors: grid,
    labels: { names: ["a", "b"], values: Int32Array.from(shape) },
    ...given,
  };
  return (metric as Extract<Metric, { needs: "factors" }>).measure(input, metric.options.parse(options));
}

/** x, shape, whether x is in the right half, and both of the last two at once. */
export const codes = [
  code((i) => x[i]!),
  code((i) => shape[i]!),
  code((i) => (x[i]! < 20 ? 0 : 1)),
  code((i) => 2 * shape[i]! + (x[i]! < 20 ? 0 : 1)),
];
export const information = [
  [0, Math.log(20)],
  [Math.LN2, 0],
  [0, Math.LN2],
  [Math.LN2, Math.LN2],
];
export const close = (table: readonly (readonly number[])[]) =>
  table.map((row) => row.map((one) => expect.closeTo(one, 9)));
