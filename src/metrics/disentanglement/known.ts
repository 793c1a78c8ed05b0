/** What metrics are given: the codes, what is known of their images, and rows to learn from and to judge by. */

import type { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { latentLabel, plural } from "../../base/format.ts";
import { columnsOf } from "../../base/linear-algebra.ts";
import { pause, type Watch } from "../../base/progress.ts";
import { fillNormal, permutation } from "../../base/random.ts";
import { mean } from "../../base/statistics.ts";
import type { Factors, Labels } from "../../data/index.ts";
import { input, interpret } from "../../graph/index.ts";
import type { Posteriors } from "../../latent/index.ts";
import { reparameterize } from "../../nn/index.ts";
import { FactorTable } from "./factor-table.ts";
import type { Chance, CodesInput, LabelInput, Measurement, Metric } from "./metric.ts";
import type { protocol } from "./options.ts";
import { Draws, distinctRows, gather, PERMUTATIONS } from "./sampling.ts";

/** What is known about the images whose posteriors are given, row by row. */
export interface Truth {
  readonly factors?: Factors | undefined;
  readonly labels?: Labels | undefined;
  /** Where the held-out images begin: label metrics learn from rows before it and are judged on the others. */
  readonly heldOutFrom?: number | undefined;
}

/** Codes of images, row-major `[count, latent]`; what needs whole posteriors is skipped where there are only codes. */
export type MeasuredCodes = Pick<Posteriors, "count" | "mean"> & Partial<Pick<Posteriors, "logVariance">>;

export type Protocol = z.output<typeof protocol>;

/** What is known, made when the first metric asks for it. */
export class Known {
  readonly #truth: Truth;
  readonly #protocol: Protocol;
  readonly #input: CodesInput;
  #factors: FactorTable | undefined;

  constructor(truth: Truth, how: Protocol, input: CodesInput, factors?: FactorTable) {
    this.#truth = truth;
    this.#protocol = how;
    this.#input = input;
    this.#factors = factors;
  }

  /** What codes score here that know nothing. */
  async chance(metric: Metric, options: Record<string, unknown>): Promise<Chance | undefined> {
    if (metric.needs === "codes" || metric.chance === undefined) return undefined;
    if (typeof metric.chance === "number") return { score: metric.chance, from: "definition" };
    if (metric.chance === "permuted") {
      const scores: number[] = [];
      for (let i = 0; i < PERMUTATIONS; i++) scores.push(await this.#permutedScore(metric, options, i));
      return { score: mean(scores), from: "permuted codes" };
    }
    const score =
      metric.needs === "labels"
        ? metric.chance(this.#labelInput())
        : metric.chance({ ...this.#input, factors: this.#factorTable() });
    return { score, from: "definition" };
  }

  /** Of codes that are each another image's, with all that a code is: no interval of it is asked for. */
  async #permutedScore(metric: Metric, options: Record<string, unknown>, step: number): Promise<number> {
    const { codes, posteriors, seed } = this.#input;
    const rows = permutation(codes[0]!.length, { seed, stream: "metrics/chance", step });
    const own = gather(codes, rows);
    const input = {
      ...this.#input,
      codes: own,
      ...(posteriors && {
        posteriors: {
          mean: posteriors.mean === codes ? own : gather(posteriors.mean, rows),
          logVariance: gather(posteriors.logVariance, rows),
        },
      }),
      replicates: 0,
    };
    return (await new Known(this.#truth, this.#protocol, input, this.#factors).measure(metric, options))
      .score;
  }

  async measure(metric: Metric, options: Record<string, unknown>): Promise<Measurement> {
    if (metric.needs === "codes") return metric.measure(this.#input, options);
    if (metric.needs === "labels") return metric.measure(this.#labelInput(), options);
    const factors = this.#factorTable();
    const { incomplete, factorBins } = this.#protocol;
    if (metric.fixesFactors && !factors.complete && !incomplete) {
      throw new BetalabError(
        "data",
        `the factors are not a complete grid: ${factors.describeGrid()}`,
        "it fixes one factor and takes the others as they come; `incomplete` takes the images as independent draws",
      );
    }
    const {
      continuousAs,
      remarks = [],
      ...measured
    } = await metric.measure({ ...this.#input, factors }, options);
    const { names, leftOut } = factors;
    const continuous = names.filter((_, k) => factors.isContinuous[k]);
    const how = continuousAs ?? `in ${factorBins} equal-width bins`;
    const sampled = metric.fixesFactors
      ? "taken as independent draws"
      : "measured on the images that there are";
    return {
      ...measured,
      settings: {
        ...measured.settings,
        factors: names,
        ...(leftOut.length > 0 && { factorsLeftOut: leftOut }),
        ...(continuous.length > 0 && { continuous, continuousAs: how }),
        ...(!factors.complete && { grid: "incomplete" }),
      },
      remarks: [
        ...(factors.complete ? [] : [`the factors are not a complete grid: ${sampled}`]),
        ...(leftOut.length > 0
          ? [`left out, with one value only or fewer than two images a category: ${leftOut.join(", ")}`]
          : []),
        ...(continuous.length > 0 ? [`quantities, taken ${how}: ${continuous.join(", ")}`] : []),
        ...remarks,
      ],
    };
  }

  #factorTable(): FactorTable {
    if (this.#factors) return this.#factors;
    const { factors } = this.#truth;
    if (factors === undefined) {
      throw new BetalabError(
        "data",
        "the data has no true factors",
        "measure on sprites, dSprites, or data with a table of factors (`data.factors`)",
      );
    }
    this.#factors = new FactorTable(factors, this.#protocol);
    checkRows("factors", this.#factors.count, this.#input);
    return this.#factors;
  }

  /** Learning from training images and judging by held-out ones. */
  #labelInput(): LabelInput {
    const { labels } = this.#truth;
    if (labels === undefined) throw new BetalabError("data", "the data has no labels");
    checkRows("labels", labels.values.length, this.#input);
    const { train, test } = this.#protocol;
    const { seed } = this.#input;
    const count = this.#input.codes[0]!.length;
    const border = this.#truth.heldOutFrom ?? Math.floor((2 * count) / 3);
    const draws = new Draws(seed, "metrics/labels");
    return {
      ...this.#input,
      labels,
      train: distinctRows(Math.min(train, border), 0, border, draws),
      test: distinctRows(Math.min(test, count - border), border, count, draws),
    };
  }
}

/** The samples that every metric of a call is measured on. */
export function prepare(
  posteriors: MeasuredCodes,
  truth: Truth,
  { representation, train, test, replicates, seed, signal }: Protocol & Pick<CodesInput, "seed"> & Watch,
): CodesInput {
  const { count, mean, logVariance } = posteriors;
  const width = count === 0 ? 0 : mean.length / count;
  if (width === 0) throw new BetalabError("data", "there are no codes to measure");
  checkFinite("mean", mean, width);
  if (logVariance) checkFinite("log variance", logVariance, width);
  const means = columnsOf(mean, width);
  const drawn = representation === "sample";
  if (drawn && logVariance === undefined) {
    throw new BetalabError("usage", "representation is sample: codes alone have no posteriors to draw from");
  }
  const draws = new Draws(seed, "metrics/samples");
  return {
    codes: drawn ? columnsOf(drawOne(mean, logVariance!, width, seed), width) : means,
    ...(logVariance && { posteriors: { mean: means, logVariance: columnsOf(logVariance, width) } }),
    ...(truth.factors?.complete
      ? // Of a grid any number of samples can be drawn, as the definitions do; drawing one twice is right there.
        { train: draws.rows(train, count), test: draws.rows(test, count) }
      : splitRows(train, test, count, draws)),
    seed,
    replicates,
    // Ctrl-C and a progress line come through when the event loop turns.
    pause: () => pause({ signal }, "measuring"),
  };
}

function checkFinite(what: string, values: Float32Array, width: number): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new BetalabError(
    "data",
    `the codes are not finite: image ${Math.floor(at / width)}, ${latentLabel(at % width)} has ${what} ${values[at]}`,
    "if a model gave them, it diverged: train it again with a smaller learning rate",
  );
}

function checkRows(what: string, rows: number, input: CodesInput): void {
  const count = input.codes[0]!.length;
  if (rows !== count)
    throw new BetalabError("data", `${what} of ${plural(rows, "image")} for codes of ${count}`);
}

/** One draw from each posterior. */
function drawOne(mean: Float32Array, logVariance: Float32Array, width: number, seed: number): Float32Array {
  const noise = new Float32Array(mean.length);
  fillNormal(noise, { seed, stream: "metrics/representation" });
  const shape = [mean.length / width, width];
  const value = (data: Float32Array) => ({ dtype: "float32", shape, data }) as const;
  const posterior = { mean: input("mean", shape), logVariance: input("logVariance", shape) };
  const { z } = interpret(
    { z: reparameterize(posterior, input("noise", shape)) },
    { mean: value(mean), logVariance: value(logVariance), noise: value(noise) },
  );
  return z.data as Float32Array;
}

/** Different rows to learn from and to judge by; fewer of both, in proportion, where there are not enough. */
function splitRows(train: number, test: number, count: number, draws: Draws) {
  const share = Math.min(1, count / (train + test));
  const [learnt, judged] = [Math.ceil(train * share), Math.floor(test * share)];
  const rows = distinctRows(Math.min(count, learnt + judged), 0, count, draws);
  return { train: rows.subarray(0, learnt), test: rows.subarray(learnt) };
}
