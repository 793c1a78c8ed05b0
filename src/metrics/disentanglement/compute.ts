/** Runs metrics on codes: draws the rows that they share, names what can't be measured, says how each was done. */

import { BetalabError, suggest } from "../../base/errors.ts";
import { fillNormal } from "../../base/random.ts";
import type { Factors, Labels } from "../../data/index.ts";
import type { Posteriors } from "../../latent/index.ts";
import type { Columns } from "../learners/index.ts";
import { FactorTable } from "./factor-table.ts";
import type { CodesInput, Interval, Measurement, Metric, Parts, Settings } from "./metric.ts";
import { metricNames, metrics } from "./registry.ts";
import { Draws } from "./sampling.ts";

const TRAIN = 10_000;
const TEST = 5_000;

/** What is known about the images whose posteriors are given, row by row. */
export interface Truth {
  readonly factors?: Factors | undefined;
  readonly labels?: Labels | undefined;
  /** Where the held-out images begin: label metrics learn from rows before it and are judged on the others. */
  readonly heldOutFrom?: number | undefined;
}

export interface MetricOptions {
  /** Names from `metricNames`; default: all that the data allows. */
  readonly metrics?: readonly string[] | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Posterior means, or one draw from each posterior (default "mean"). */
  readonly representation?: "mean" | "sample" | undefined;
  /** Samples to learn from and to judge by (default 10 000 and 5 000, as in disentanglement_lib). */
  readonly train?: number | undefined;
  readonly test?: number | undefined;
  /** Of each bootstrap (default 200; 10 where models are refitted). */
  readonly replicates?: number | undefined;
  /** Takes factors that are no complete grid as independent draws (default false). */
  readonly incomplete?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told before each metric. */
  readonly onMetric?: ((progress: { metric: string; done: number; total: number }) => void) | undefined;
}

/** A score with all that is needed to know which score it is. */
export interface MetricResult {
  readonly metric: string;
  readonly definition: string;
  readonly unit: Metric["unit"];
  readonly better: Metric["better"];
  readonly settings: Settings;
  readonly samples: Readonly<Record<string, number>>;
  readonly seed: number;
  readonly score: number;
  readonly parts: Parts;
  readonly interval: Interval;
}

export interface Metrics {
  readonly results: readonly MetricResult[];
  /** What was not asked for by name and can't be measured here, and why. */
  readonly skipped: readonly { readonly metric: string; readonly reason: string }[];
}

/**
 * @param posteriors of all images: of the whole grid where there is one
 *
 * Throws "usage" for an unknown name; "data" when codes aren't finite, or when a metric that was asked for by
 * name can't be measured; "interrupted".
 */
export async function computeMetrics(
  posteriors: Posteriors,
  truth: Truth,
  options: MetricOptions = {},
): Promise<Metrics> {
  const { seed = 0, representation = "mean" } = options;
  const chosen = chooseMetrics(options.metrics);
  const input = prepare(posteriors, truth, options);
  const data = new Known(truth, options, input);
  const results: MetricResult[] = [];
  const skipped: { metric: string; reason: string }[] = [];
  for (const [done, metric] of chosen.entries()) {
    options.onMetric?.({ metric: metric.name, done, total: chosen.length });
    await input.pause();
    try {
      const { name, definition, unit, better } = metric;
      const { settings, ...measured } = await data.measure(metric);
      results.push({
        metric: name,
        definition,
        unit,
        better,
        settings: { representation, ...settings },
        seed,
        ...measured,
      });
    } catch (error) {
      if (options.metrics !== undefined || !(error instanceof BetalabError)) throw error;
      if (error.code === "interrupted") throw error;
      skipped.push({ metric: metric.name, reason: error.message });
    }
  }
  return { results, skipped };
}

/** Throws "usage" for a name that no metric has. */
export function chooseMetrics(names: readonly string[] | undefined): readonly Metric[] {
  if (names === undefined) return metrics;
  return names.map((name) => {
    const found = metrics.find((metric) => metric.name === name);
    if (found) return found;
    throw new BetalabError("usage", `there is no metric "${name}"`, suggest(name, metricNames));
  });
}

/** What is known, made when the first metric asks for it. */
class Known {
  readonly #truth: Truth;
  readonly #options: MetricOptions;
  readonly #input: CodesInput;
  #factors: FactorTable | undefined;

  constructor(truth: Truth, options: MetricOptions, input: CodesInput) {
    this.#truth = truth;
    this.#options = options;
    this.#input = input;
  }

  async measure(metric: Metric): Promise<Measurement> {
    if (metric.needs === "codes") return metric.measure(this.#input);
    if (metric.needs === "labels") return metric.measure({ ...this.#splitRows(), labels: this.#labels() });
    const factors = this.#factorTable();
    const measured = await metric.measure({ ...this.#input, factors });
    const constant = factors.leftOut.length > 0 ? { factorsLeftOut: factors.leftOut } : {};
    return { ...measured, settings: { ...measured.settings, factors: factors.names, ...constant } };
  }

  #factorTable(): FactorTable {
    if (this.#factors) return this.#factors;
    const { factors } = this.#truth;
    if (factors === undefined) {
      throw new BetalabError(
        "data",
        "the data has no true factors",
        "measure on sprites, dSprites, or a numpy file with a complete grid of factors",
      );
    }
    this.#factors = new FactorTable(factors, { incomplete: this.#options.incomplete ?? false });
    checkRows("factors", this.#factors.count, this.#input);
    return this.#factors;
  }

  #labels(): Labels {
    const { labels } = this.#truth;
    if (labels === undefined) throw new BetalabError("data", "the data has no labels");
    checkRows("labels", labels.values.length, this.#input);
    return labels;
  }

  /** Learning from training images and judging by held-out ones. */
  #splitRows(): CodesInput {
    const { train = TRAIN, test = TEST } = this.#options;
    const { seed } = this.#input;
    const count = this.#input.codes[0]!.length;
    const border = this.#truth.heldOutFrom ?? Math.floor((2 * count) / 3);
    const draws = new Draws(seed, "metrics/labels");
    return {
      ...this.#input,
      train: distinctRows(Math.min(train, border), 0, border, draws),
      test: distinctRows(Math.min(test, count - border), border, count, draws),
    };
  }
}

function prepare(posteriors: Posteriors, truth: Truth, options: MetricOptions): CodesInput {
  const { seed = 0, representation = "mean", train = TRAIN, test = TEST, replicates = 200 } = options;
  const { count } = posteriors;
  const width = count === 0 ? 0 : posteriors.mean.length / count;
  if (width === 0) throw new BetalabError("data", "there are no codes to measure");
  checkFinite(posteriors, width);
  const { mean, logVariance } = posteriors;
  const means = columnsOf(mean, count, width);
  const draws = new Draws(seed, "metrics/samples");
  return {
    codes: representation === "mean" ? means : columnsOf(sampled(posteriors, seed), count, width),
    posteriors: { mean: means, logVariance: columnsOf(logVariance, count, width) },
    ...(truth.factors?.complete
      ? // Of a grid any number of samples can be drawn, as the definitions do; drawing one twice is no mistake.
        { train: draws.rows(train, count), test: draws.rows(test, count) }
      : splitRows(train, test, count, draws)),
    seed,
    replicates,
    // Ctrl-C and a progress line come through when the event loop turns.
    async pause() {
      await new Promise((resolve) => setTimeout(resolve));
      if (options.signal?.aborted) throw new BetalabError("interrupted", "stopped while measuring");
    },
  };
}

function checkFinite({ mean, logVariance }: Posteriors, width: number): void {
  for (let i = 0; i < mean.length; i++) {
    if (Number.isFinite(mean[i]!) && Number.isFinite(logVariance[i]!)) continue;
    const value = Number.isFinite(mean[i]!) ? `log variance ${logVariance[i]}` : `mean ${mean[i]}`;
    throw new BetalabError(
      "data",
      `the codes are not finite: image ${Math.floor(i / width)}, latent ${i % width} has ${value}`,
      "the model diverged; train it again with a smaller learning rate",
    );
  }
}

function checkRows(what: string, rows: number, input: CodesInput): void {
  const count = input.codes[0]!.length;
  if (rows !== count) throw new BetalabError("data", `${what} of ${rows} images for codes of ${count}`);
}

/** `[count, width]` row-major → `[width]` of `[count]`. */
export function columnsOf(table: Float32Array, count: number, width: number): Columns {
  return Array.from({ length: width }, (_, d) => {
    const column = new Float32Array(count);
    for (let i = 0; i < count; i++) column[i] = table[i * width + d]!;
    return column;
  });
}

/** One draw from each posterior. */
function sampled({ mean, logVariance }: Posteriors, seed: number): Float32Array {
  const noise = new Float32Array(mean.length);
  fillNormal(noise, { seed, stream: "metrics/representation" });
  return noise.map((one, i) => mean[i]! + Math.exp(0.5 * logVariance[i]!) * one);
}

/** Different rows to learn from and to judge by; fewer of both, in proportion, where there are not enough. */
function splitRows(train: number, test: number, count: number, draws: Draws) {
  const share = Math.min(1, count / (train + test));
  const [learnt, judged] = [Math.ceil(train * share), Math.floor(test * share)];
  const rows = distinctRows(Math.min(count, learnt + judged), 0, count, draws);
  return { train: rows.subarray(0, learnt), test: rows.subarray(learnt) };
}

/** `size` different rows of from … to − 1, in random order (the first steps of a Fisher–Yates shuffle). */
function distinctRows(size: number, from: number, to: number, draws: Draws): Uint32Array {
  const rows = Uint32Array.from({ length: to - from }, (_, i) => from + i);
  for (let i = 0; i < size; i++) {
    const j = i + draws.below(rows.length - i);
    const swap = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = swap;
  }
  return rows.slice(0, size);
}
