/** Scores with their intervals, and under them what each score is. */

import { formatFixed, plural } from "../../base/format.ts";
import { groupBy } from "../../base/lists.ts";
import { chanceText, intervalText, type UdrResult } from "../../metrics/index.ts";
import type { MetricsRecord } from "../../runs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

interface Value {
  readonly runs: readonly (MetricsRecord & { readonly path: string })[];
  readonly udr: readonly {
    readonly path: string;
    readonly udr: Pick<UdrResult, "score" | "interval" | "definition" | "chance">;
  }[];
  readonly failed?: readonly { readonly path: string; readonly reason: string }[];
}

const CHANCE = "chance: what codes score that know nothing; ~ measured, with the codes of other images";

export function metricsText({ value, paths }: Told): string {
  const { runs, udr, failed = [] } = value as Value;
  const texts = runs.map(runText);
  if (udr.length > 0) {
    const rows = udr.map(({ path, udr: { score, interval, chance } }) => [
      path,
      formatFixed(score, 3),
      intervalText(interval),
      chanceText(interval, "higher", chance),
    ]);
    const table = columns([["run", "score", "95 % interval", "chance"], ...rows]);
    texts.push(`UDR among the ${udr.length} runs: ${udr[0]!.udr.definition}\n${table}\n${CHANCE}`);
  }
  texts.push(...failed.map(({ path, reason }) => `${path} could not be measured: ${reason}`));
  return [...texts, ...(paths.length > 0 ? [paths.join("\n")] : [])].join("\n\n");
}

function runText(record: Value["runs"][number]): string {
  const { run, checkpoint, data, images, latentDim, results, skipped, seed, seconds } = record;
  const rows = results.map(({ metric, score, unit, better, interval, chance, samples }) => [
    metric,
    `${formatFixed(score, 3)}${unit === "nats" ? " nats" : ""}`,
    intervalText(interval),
    chanceText(interval, better, chance),
    `${better} is better`,
    samplesText(samples),
  ]);
  return [
    `${run}, step ${checkpoint.step}, on ${data}: ${plural(latentDim, "latent")} of ${plural(images, "image")}, seed ${seed}`,
    columns([["metric", "score", "95 % interval", "chance", "", "samples"], ...rows]),
    CHANCE,
    "",
    columns(results.map(({ metric, definition }) => [metric, definition])),
    "",
    ...grouped(results.flatMap(({ metric, remarks = [] }) => remarks.map((text) => ({ metric, text })))).map(
      ([text, those]) => `${those}: ${text}`,
    ),
    ...grouped(skipped.map(({ metric, reason }) => ({ metric, text: reason }))).map(
      ([text, those]) => `not measured, ${text}: ${those}`,
    ),
    `${seconds.total.toFixed(1)} s, ${seconds.encoding.toFixed(1)} s of it encoding`,
  ].join("\n");
}

/** Each text once, with the metrics that it is about. */
const grouped = (said: readonly { readonly metric: string; readonly text: string }[]) =>
  [...groupBy(said, ({ text }) => text)].map(
    ([text, those]) => [text, those.map(({ metric }) => metric).join(", ")] as const,
  );

const samplesText = ({ train, test, images }: Readonly<Record<string, number>>): string =>
  [train ?? images, test].filter((count) => count !== undefined).join("/");
