/**
 * `betalab metrics`: what the latents of a trained run mean, from its newest checkpoint. Encodes every image once,
 * streaming, and leaves the scores in the run.
 */

import { BetalabError } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import type { OnProgress } from "../base/progress.ts";
import { permutation } from "../base/random.ts";
import { type Dataset, joinSplits, type Split, selectSplit } from "../data/index.ts";
import { encodeSplit, type Posteriors } from "../latent/index.ts";
import {
  chooseMetrics,
  computeMetrics,
  computeUdr,
  type MetricOptions,
  type Metrics,
  type Truth,
  type UdrResult,
} from "../metrics/index.ts";
import { writeFileAtomic } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { OpenRun, type Place } from "../trained/index.ts";

export interface MetricsOptions extends Place, Omit<MetricOptions, "signal"> {
  /** Told often; `done` and `total` in the stage's own units. */
  readonly onProgress?: OnProgress | undefined;
}

/** What is stored in `tables/metrics.json`. */
export interface RunMetrics extends Metrics {
  readonly format: 1;
  readonly run: string;
  /** Steps that the weights were trained for. */
  readonly step: number;
  readonly data: string;
  /** Images that were encoded. */
  readonly images: number;
  readonly latentDim: number;
  readonly seed: number;
  /** Took so long, and how much of it was encoding. */
  readonly seconds: { readonly encoding: number; readonly total: number };
}

/** Of data that is no grid: enough for 10 000 and 5 000 samples. */
const TRAIN_IMAGES = 10_000;
const TEST_IMAGES = 5_000;

/**
 * Measures a run and writes `tables/metrics.json`. The seed is the run's unless another is given.
 *
 * Throws "run", "data" or "usage" when it can't; "interrupted" when the signal aborts, with nothing written.
 */
export async function measureRun(
  path: string,
  options: MetricsOptions = {},
): Promise<{ readonly path: string; readonly metrics: RunMetrics }> {
  const started = performance.now();
  chooseMetrics(options.metrics);
  const opened = OpenRun.open(path);
  const data = await opened.data(options);
  try {
    const { run, step, vae } = opened;
    const seed = options.seed ?? opened.config.seed;
    const { split, heldOutFrom } = measuredImages(data, seed, options);
    const posteriors = await encode(opened, await createRuntime(), split, options);
    const encoding = seconds(started);
    const truth: Truth = { factors: split.factors, labels: split.labels, heldOutFrom };
    const { onProgress, signal } = options;
    const measured = await computeMetrics(posteriors, truth, {
      ...options,
      seed,
      signal,
      onProgress,
    });
    const metrics: RunMetrics = {
      format: 1,
      run: run.information.name,
      step,
      data: data.name,
      images: posteriors.count,
      latentDim: vae.latentDim,
      seed,
      ...measured,
      seconds: { encoding, total: seconds(started) },
    };
    const written = `${run.folder("tables")}/metrics.json`;
    writeFileAtomic(written, `${stringifyJson(metrics, 2)}\n`);
    return { path: written, metrics };
  } finally {
    data.close();
  }
}

/** How many images the ranking looks at, as in its paper. */
const RANKED_IMAGES = 1000;

/**
 * UDR of several runs of the same data: how well each one's latents are found again among the others'.
 *
 * Throws "data" for fewer than two runs, or when one was trained on other data.
 */
export async function rankRuns(
  paths: readonly string[],
  options: MetricsOptions = {},
): Promise<{ readonly path: string; readonly udr: UdrResult }[]> {
  const runs = paths.map((path) => OpenRun.open(path));
  const [first, ...others] = runs;
  const fingerprint = first?.run.information.data.fingerprint;
  const odd = others.find(({ run }) => run.information.data.fingerprint !== fingerprint);
  if (first === undefined || odd !== undefined) {
    const message = odd
      ? `${odd.path} was trained on other data than ${first!.path}`
      : "there is no run to rank";
    throw new BetalabError("data", message, "UDR compares models of the same images");
  }
  const seed = options.seed ?? first.config.seed;
  const runtime = await createRuntime();
  const data = await first.data(options);
  try {
    const { count } = data.heldOut.images;
    const order = permutation(count, { seed, stream: "metrics/udr" });
    const split = selectSplit(data.heldOut, order.slice(0, RANKED_IMAGES));
    const models: Posteriors[] = [];
    for (const run of runs) models.push(await encode(run, runtime, split, options));
    const { signal, onProgress } = options;
    const ranked = await computeUdr(models, { seed }, { signal, onProgress });
    return ranked.map((udr, i) => ({ path: paths[i]!, udr }));
  } finally {
    data.close();
  }
}

function encode(opened: OpenRun, runtime: Runtime, split: Split, { signal, onProgress }: MetricsOptions) {
  const { vae, state } = opened;
  return encodeSplit({ runtime, vae, state }, split, { signal, onProgress });
}

/** The whole grid where the data is one; else, of each side, as many images as metrics take samples. */
function measuredImages(
  { train, heldOut }: Dataset,
  seed: number,
  options: MetricsOptions,
): { split: Split; heldOutFrom: number } {
  const whole = joinSplits(train, heldOut);
  if (whole.factors?.complete) return { split: whole, heldOutFrom: train.images.count };
  const some = (side: Split, most: number, stream: string): Split =>
    selectSplit(side, permutation(side.images.count, { seed, stream }).slice(0, most));
  const learnt = some(train, options.train ?? TRAIN_IMAGES, "metrics/train-images");
  const judged = some(heldOut, options.test ?? TEST_IMAGES, "metrics/test-images");
  return { split: joinSplits(learnt, judged), heldOutFrom: learnt.images.count };
}

const seconds = (started: number): number => (performance.now() - started) / 1000;
