/** Metrics of a representation that came from anywhere: codes and what is known about their images, no model, no run. */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { expectArgument } from "../../base/issues.ts";
import { type Factor, type Factors, factorsFromColumns } from "../../data/index.ts";
import { computeMetrics, type MetricOptions, type Metrics } from "./compute.ts";
import type { Metric } from "./metric.ts";

export interface CodesToMeasure extends MetricOptions {
  /** Row-major `[images × latents]`, or a list of one code (`[latents]`) for each image. */
  readonly codes: Float32Array | readonly ArrayLike<number>[];
  /** Length of a code; needed with a `Float32Array` only. */
  readonly latentDim?: number | undefined;
  /** ln σ² of Gaussian posteriors whose means are the codes, in the same form; `mig-tc` needs it. */
  readonly logVariance?: Float32Array | readonly ArrayLike<number>[] | undefined;
  /** By name, the value of each factor for each image: `{ shape: [0, 0, 1, …], x: [0, 1, 0, …] }`. */
  readonly factors?: Readonly<Record<string, ArrayLike<number>>> | undefined;
  /** Class of each image. */
  readonly labels?: readonly (string | number)[] | undefined;
  /** Where held-out images begin: label metrics learn from the images before (default: the first two thirds). */
  readonly heldOutFrom?: number | undefined;
}

/**
 * Measures codes: `await measureCodes({ codes, latentDim: 10, factors: { shape, x }, metrics: ["mig"] })`. Results are
 * those of a run's `metrics`, and need what those need: factor metrics a complete grid, or `incomplete: true`.
 *
 * @param registry the metrics there are
 *
 * Throws "shape" for codes, factors or labels whose lengths don't fit, and as `computeMetrics` does.
 */
export async function measureCodes(given: CodesToMeasure, registry?: readonly Metric[]): Promise<Metrics> {
  const { codes, latentDim, logVariance, factors, labels, heldOutFrom, ...options }: CodesToMeasure =
    Object(given);
  const isCodes = codes instanceof Float32Array || Array.isArray(codes);
  expectArgument(isCodes, "`codes`", codes, "a Float32Array with `latentDim`, or a code for each image");
  const { mean, count } = flattened("codes", codes, latentDim);
  const spread = logVariance && flattened("logVariance", logVariance, mean.length / count || undefined);
  if (spread && spread.mean.length !== mean.length) {
    throw new BetalabError(
      "shape",
      `logVariance has ${plural(spread.mean.length, "value")}, codes ${mean.length}`,
    );
  }
  const lengths = { ...factors, ...(labels && { labels }) };
  for (const [name, { length }] of Object.entries(lengths)) {
    if (length !== count)
      throw new BetalabError(
        "shape",
        `${name} has ${plural(length, "value")} for codes of ${plural(count, "image")}`,
      );
  }
  if (heldOutFrom !== undefined) {
    const isBetween = Number.isInteger(heldOutFrom) && heldOutFrom > 0 && heldOutFrom < count;
    expectArgument(isBetween, "`heldOutFrom`", heldOutFrom, `a whole number from 1 to ${count - 1}`);
  }
  const truth = {
    factors: factors && tableOf(factors, count),
    labels: labels && classesOf(labels),
    heldOutFrom,
  };
  const all = { count, mean, ...(spread && { logVariance: spread.mean }) };
  return computeMetrics(all, truth, options, registry);
}

function flattened(name: string, codes: CodesToMeasure["codes"], latentDim: number | undefined) {
  if (codes instanceof Float32Array) {
    const count = codes.length / (latentDim ?? Number.NaN);
    if (Number.isInteger(count)) return { mean: codes, count };
    const problem = `latentDim is ${latentDim} for ${name} of ${plural(codes.length, "value")}`;
    throw new BetalabError("shape", problem, "codes are [images × latents], row-major");
  }
  const width = latentDim ?? codes[0]?.length ?? 0;
  const odd = codes.findIndex((code) => code.length !== width);
  if (odd !== -1) {
    throw new BetalabError(
      "shape",
      `${name}: image ${odd} has ${plural(codes[odd]!.length, "latent")}, not ${width}`,
    );
  }
  const mean = new Float32Array(codes.length * width);
  for (const [row, code] of codes.entries()) mean.set(code, row * width);
  return { mean, count: codes.length };
}

function tableOf(given: Readonly<Record<string, ArrayLike<number>>>, count: number): Factors {
  const columns = Object.entries(given).map(([name, classes]) => ({ name, classes }));
  for (const { name, classes } of columns) {
    const odd = Array.from(classes).findIndex((value) => !Number.isFinite(value));
    if (odd !== -1)
      throw new BetalabError(
        "data",
        `${name}: image ${odd} has the value ${classes[odd]}, which is no number`,
      );
  }
  const { factors, constant } = factorsFromColumns(columns, count);
  // Data leaves constants out in silence; here they are named with the results, as factors that don't vary.
  const width = factors.factors.length + constant.length;
  const levels = new Int32Array(count * width);
  factors.levels.forEach((level, at) => {
    const row = Math.floor(at / factors.factors.length);
    levels[row * width + (at % factors.factors.length)] = level;
  });
  const still = constant.map((name): Factor => ({ name, kind: "ordinal", values: [given[name]![0]!] }));
  return { ...factors, factors: [...factors.factors, ...still], levels };
}

function classesOf(labels: readonly (string | number)[]) {
  const distinct = [...new Set(labels)].sort((a, b) => (a < b ? -1 : 1));
  const indexOf = new Map(distinct.map((label, index) => [label, index]));
  return { names: distinct.map(String), values: Int32Array.from(labels, (label) => indexOf.get(label)!) };
}
