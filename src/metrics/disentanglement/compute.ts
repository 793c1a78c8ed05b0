/** Runs metrics on codes: draws the rows that they share, names what can't be measured, says how each was done. */

import type { z } from "zod";
import { BetalabError, suggest } from "../../base/errors.ts";
import { check, describeIssue } from "../../base/issues.ts";
import { type OnProgress, report } from "../../base/progress.ts";
import type { MeasuredMetric } from "../../runs/web.ts";
import { Known, type MeasuredCodes, prepare, type Truth } from "./known.ts";
import type { Metric, Settings } from "./metric.ts";
import { protocol } from "./options.ts";
import { metrics } from "./registry.ts";

export interface MetricOptions extends Partial<z.input<typeof protocol>> {
  /** Names of metrics; default: all that the data allows. */
  readonly metrics?: readonly string[] | undefined;
  /** Settings of single metrics, by name: `{ mig: { bins: 50 } }`. Defaults are in each metric's `options`. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before each metric; the stage is "measuring mig". */
  readonly onProgress?: OnProgress | undefined;
}

export type MetricResult = MeasuredMetric;

export interface Metrics {
  readonly results: readonly MetricResult[];
  /** Metrics that were not asked for by name and can't be measured here, and why. */
  readonly skipped: readonly { readonly metric: string; readonly reason: string }[];
}

/**
 * @param posteriors of all images: of the whole grid where there is one
 * @param registry the metrics there are
 *
 * Throws "usage" for an unknown name, "config" for a wrong setting; "data" when codes aren't finite, or when a metric
 * that was asked for by name can't be measured; "interrupted".
 */
export async function computeMetrics(
  posteriors: MeasuredCodes,
  truth: Truth,
  options: MetricOptions = {},
  registry: readonly Metric[] = metrics,
): Promise<Metrics> {
  const { seed = 0, signal, onProgress } = options;
  const { output: how, issue } = check(protocol, options);
  if (issue) throw new BetalabError("usage", describeIssue(issue), "see docs/metrics.md");
  const chosen = chooseMetrics(options.metrics, registry);
  const settings = checkSettings(options.settings ?? {}, registry);
  const given = prepare(posteriors, truth, { ...how, seed, signal });
  const data = new Known(truth, how, given);
  const results: MetricResult[] = [];
  const skipped: { metric: string; reason: string }[] = [];
  for (const [done, metric] of chosen.entries()) {
    const { name, definition, unit, better } = metric;
    report({ signal, onProgress }, `measuring ${name}`, done, chosen.length);
    try {
      const own = settings.get(name)!;
      const { settings: more, remarks = [], ...measured } = await data.measure(metric, own);
      const used = { representation: how.representation, ...own, ...more } as Settings;
      const chance = await data.chance(metric, own);
      const said = { ...(chance && { chance }), ...(remarks.length > 0 && { remarks }) };
      results.push({ metric: name, definition, unit, better, settings: used, seed, ...measured, ...said });
    } catch (error) {
      if (options.metrics !== undefined || !(error instanceof BetalabError)) throw error;
      if (error.code !== "data") throw error;
      skipped.push({ metric: name, reason: error.message });
    }
  }
  return { results, skipped };
}

/** Throws "usage" for a name that no metric has. */
export function chooseMetrics(
  names: readonly string[] | undefined,
  registry: readonly Metric[] = metrics,
): readonly Metric[] {
  return names === undefined ? registry : names.map((name) => named(name, registry));
}

function named(name: string, registry: readonly Metric[]): Metric {
  const found = registry.find((metric) => metric.name === name);
  if (found) return found;
  const names = registry.map((metric) => metric.name);
  throw new BetalabError("usage", `there is no metric "${name}"`, suggest(name, names));
}

/**
 * The options of every metric, defaults filled in.
 *
 * Throws "usage" for a name that no metric has, "config" for a wrong setting, naming it and its value.
 */
export function checkSettings(given: NonNullable<MetricOptions["settings"]>, registry: readonly Metric[]) {
  for (const name of Object.keys(given)) named(name, registry);
  return new Map(
    registry.map(({ name, options }) => {
      const checked = check(options, given[name] ?? {});
      const { issue } = checked;
      if (issue === undefined) return [name, checked.output as Record<string, unknown>] as const;
      const keys = `it has ${Object.keys(options.shape).join(", ") || "none"}`;
      throw new BetalabError(
        "config",
        describeIssue(issue, ["settings", name, ...issue.path].join(".")),
        keys,
      );
    }),
  );
}
