/**
 * `metrics`: what the latents of trained runs mean, from their newest checkpoints. Encodes every image once,
 * streaming. What is measured joins what the run's record holds already.
 */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { permutation } from "../base/random.ts";
import { parseSetting } from "../config/index.ts";
import { type Dataset, joinSplits, type Split, selectSplit } from "../data/index.ts";
import { joinPosteriors, type Posteriors } from "../latent/index.ts";
import {
  checkSettings,
  chooseMetrics,
  computeMetrics,
  type MetricOptions,
  parseUdrOptions,
  protocol,
  type Truth,
} from "../metrics/index.ts";
import { type MetricsRecord, mergeMetrics, metricsRecord, readMetrics, udrResult } from "../runs/index.ts";
import { type OpenModel, type Place, posteriorsOf } from "../trained/index.ts";
import type { Artifact } from "./artifacts.ts";
import { type Teller, telling } from "./events.ts";
import { headOf } from "./head.ts";
import { defineJob } from "./job.ts";
import { metricsTables } from "./metrics-tables.ts";
import { openSubject, placeOf } from "./open.ts";
import { computing, repeated, seed, tables } from "./options.ts";
import { modelsAt } from "./runs-at.ts";
import { onOtherData, otherData, rankRuns } from "./udr.ts";

const options = z.strictObject({
  only: repeated("measure this one; repeat it for more (default: all that the data allows)", "metric"),
  ...protocol.shape,
  settings: repeated(
    "one setting of a metric, such as mig.bins=50 (docs/reference/config.md); repeat it for more",
    "metric.setting=value",
    z.string(),
  ),
  seed,
  ...computing,
  tables,
});

type Options = z.output<typeof options>;

const path = z.string().describe("the run directory, or the exported model's folder");

const value = z.object({
  runs: z.array(metricsRecord.extend({ path })).describe("what was measured now, run by run"),
  udr: z
    .array(z.object({ path, udr: udrResult.describe("its score among the others") }))
    .describe("how well each run's latents are found again among the others'; none for one run"),
  failed: z
    .array(z.object({ path, reason: z.string().describe("a sentence") }))
    .optional()
    .describe("of several runs those that could not be measured; the others are"),
});

export const metrics = defineJob({
  name: "metrics",
  summary: "disentanglement metrics against true factors, labels, or other runs (UDR)",
  example: "betalab metrics runs/sprites-beta4 --only mig --only dci",
  takes: "models",
  options,
  value,
  artifacts: true,
  destination: "tables/ of each run",
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      const { only, seed } = options;
      const wanted = only.filter((name) => name !== "udr");
      chooseMetrics(wanted, context.registries.metrics);
      const { udr: ofUdr, ...settings } = settingsOf(options.settings);
      checkSettings(settings, context.registries.metrics);
      const udrSettings = parseUdrOptions(ofUdr);
      const paths = pathsOf(context.subject, tell);
      const ranked = only.includes("udr");
      if (ranked && paths.length < 2) {
        throw new BetalabError("usage", "udr compares runs: name at least two", "runs of the same data");
      }
      const place = placeOf(context, options, tell);
      const measured: (MetricsRecord & { path: string })[] = [];
      const artifacts: Artifact[] = [];
      const failed: { path: string; error: BetalabError }[] = [];
      if (only.length === 0 || wanted.length > 0) {
        for (const path of paths) {
          const before = readMetrics(path);
          const measuring = measureRun(path, place, { ...options, settings, only: wanted }, tell);
          const now = await measuring.catch(failure);
          if (now instanceof BetalabError) {
            // Hours of other runs are not lost with it.
            tell.note(`${path} could not be measured: ${now.message}`);
            failed.push({ path, error: now });
            continue;
          }
          measured.push({ path, ...now });
          const value = mergeMetrics(before, now);
          artifacts.push(
            { kind: "record", value, folder: path },
            ...metricsTables(value, path, options.tables),
          );
        }
      }
      if (failed.length > 0 && measured.length === 0) throw failed[0]!.error;
      const left = paths.filter((path) => failed.every((one) => one.path !== path));
      const udr =
        ranked || (only.length === 0 && comparable(left, place, tell))
          ? await rankRuns(left, place, { ...udrSettings, seed }, tell)
          : [];
      return {
        value: {
          runs: measured,
          udr: udr.map((one) => ({ ...one, udr: { ...one.udr } })),
          ...(failed.length > 0 && {
            failed: failed.map(({ path, error }) => ({ path, reason: error.message })),
          }),
        },
        artifacts,
        failed: failed.length > 0,
      };
    }),
});

/** What keeps a run from being measured; a stop, or a fault of ours, is not one run's matter. */
function failure(error: unknown): BetalabError {
  if (error instanceof BetalabError && error.code !== "interrupted") return error;
  throw error;
}

/** `mig.bins=50` and its like, by metric. */
function settingsOf(texts: readonly string[]): Record<string, Record<string, unknown>> {
  const settings: Record<string, Record<string, unknown>> = {};
  for (const text of texts) {
    for (const [metric, given] of Object.entries(parseSetting(text, "settings", "mig.bins=50"))) {
      if (typeof given !== "object" || given === null || Array.isArray(given)) {
        const message = `option settings: ${text} names no setting`;
        throw new BetalabError("usage", message, "for example mig.bins=50");
      }
      settings[metric] = { ...settings[metric], ...given };
    }
  }
  return settings;
}

function pathsOf(subject: readonly string[], tell: Teller): string[] {
  return modelsAt(subject).flatMap(({ path, problem }) => {
    if (problem === undefined) return [path];
    tell.note(`left out: ${path}, ${problem}`);
    return [];
  });
}

/** Whether UDR can judge the runs; says why not where a person may expect it. */
function comparable(paths: readonly string[], place: Place, tell: Teller): boolean {
  if (paths.length < 2) return false;
  const others = otherData(paths.map((path) => openSubject(path, place, tell)));
  if (others !== undefined) tell.note(`no UDR: ${onOtherData(others)}`);
  return others === undefined;
}

/** What was measured now. The seed is the run's unless another is given. */
async function measureRun(
  path: string,
  place: Place,
  { only, ...options }: Omit<Options, "settings"> & Pick<MetricOptions, "settings">,
  tell: Teller,
): Promise<MetricsRecord> {
  const started = performance.now();
  const opened = openSubject(path, place, tell);
  const head = headOf(opened);
  const data = await opened.data(place);
  try {
    const { step, vae } = opened;
    const seed = options.seed ?? opened.config.seed;
    const { split, heldOutFrom, posteriors } = await measuredImages(opened, data, seed, options, tell);
    const encoding = seconds(started);
    const truth: Truth = { factors: split.factors, labels: split.labels, heldOutFrom };
    const { results, skipped } = await computeMetrics(
      posteriors,
      truth,
      { ...options, metrics: only.length > 0 ? only : undefined, seed, ...tell },
      place.registries?.metrics,
    );
    return {
      ...head,
      data: data.name,
      images: posteriors.count,
      latentDim: vae.latentDim,
      seed,
      results: results.map((result) => ({ ...result, step })),
      skipped: [...skipped],
      seconds: { encoding, total: seconds(started) },
    };
  } finally {
    data.close();
  }
}

/** The whole grid where the data is one; else, of each side, as many images as metrics take samples. */
async function measuredImages(
  opened: OpenModel,
  data: Dataset,
  seed: number,
  options: Pick<Options, "train" | "test">,
  tell: Teller,
): Promise<{ split: Split; heldOutFrom: number; posteriors: Posteriors }> {
  const whole = joinSplits(data.train, data.heldOut).factors?.complete;
  const side = async (name: "train" | "heldOut", most: number, stream: string) => {
    const { count } = data[name].images;
    const indices = whole ? undefined : permutation(count, { seed, stream }).slice(0, most);
    const encoded = await posteriorsOf(opened, data, name, { indices, ...tell });
    return { split: indices ? selectSplit(data[name], indices) : data[name], encoded };
  };
  const learnt = await side("train", options.train, "metrics/train-images");
  const judged = await side("heldOut", options.test, "metrics/test-images");
  return {
    split: joinSplits(learnt.split, judged.split),
    heldOutFrom: learnt.split.images.count,
    posteriors: joinPosteriors(learnt.encoded, judged.encoded),
  };
}

const seconds = (started: number): number => (performance.now() - started) / 1000;
