/** `betalab metrics`: what the latents mean, with every score's definition, settings and interval. */
import { BetalabError } from "../../base/errors.ts";
import type { MetricsOptions, RunMetrics } from "../../jobs/index.ts";
import { defineCommand } from "../command.ts";
import { choice, dataOption, flag, repeated, seedOption, wholeNumber } from "../options.ts";
import { columns } from "../table.ts";

export const metrics = defineCommand({
  name: "metrics",
  summary: "disentanglement metrics against true factors, labels, or other runs (UDR)",
  example: "betalab metrics runs/sprites-beta4 --only mig --only dci",
  arguments: [
    {
      name: "run",
      description: "run directories; with two or more of the same data, UDR ranks them as well",
      variadic: true,
    },
  ],
  options: {
    only: repeated(
      "--only <metric>",
      "measure this one; repeat it for more (default: all that the data allows)",
    ),
    representation: choice("--representation <kind>", "posterior means or draws (default mean)", [
      "mean",
      "sample",
    ]),
    train: wholeNumber("--train <number>", "samples to learn from (default 10000)", { minimum: 2 }),
    test: wholeNumber("--test <number>", "samples to judge by (default 5000)", { minimum: 1 }),
    replicates: wholeNumber("--replicates <number>", "of each bootstrap (default 200)", { minimum: 2 }),
    incomplete: flag("--incomplete", "take factors that are no complete grid as independent draws"),
    seed: seedOption,
    data: dataOption,
  },
  async run(paths, { only, data, ...options }, { output, signal, environment }) {
    const { measureRun, rankRuns } = await import("../../jobs/index.ts");
    const given: MetricsOptions = {
      ...options,
      metrics: only.length > 0 ? only.filter((name) => name !== "udr") : undefined,
      dataDirectory: data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
      onProgress: (progress) => output.progress.stage(progress),
    };
    if (only.includes("udr") && paths.length < 2) {
      throw new BetalabError(
        "usage",
        "udr compares runs: name at least two",
        "for instance: betalab metrics runs/a runs/b",
      );
    }
    const measured = [];
    if (given.metrics?.length !== 0) for (const path of paths) measured.push(await measureRun(path, given));
    const ranked =
      paths.length > 1 && (only.length === 0 || only.includes("udr")) ? await rankRuns(paths, given) : [];
    const texts = measured.map(({ path, metrics }) => metricsText(metrics, path));
    if (ranked.length > 0) {
      const rows = ranked.map(({ path, udr }) => [path, udr.score.toFixed(3), intervalText(udr.interval)]);
      texts.push(
        [`UDR among the ${paths.length} runs: ${ranked[0]!.udr.definition}`, columns(rows)].join("\n"),
      );
    }
    const value =
      paths.length === 1 && ranked.length === 0
        ? { path: measured[0]!.path, ...measured[0]!.metrics }
        : { runs: measured.map(({ path, metrics }) => ({ path, ...metrics })), udr: ranked };
    return { value, text: texts.join("\n\n") };
  },
});

function metricsText(
  { run, step, data, images, latentDim, results, skipped, seed, seconds }: RunMetrics,
  path: string,
) {
  const rows = results.map(({ metric, score, unit, better, interval, samples }) => [
    metric,
    `${score.toFixed(3)}${unit === "nats" ? " nats" : ""}`,
    intervalText(interval),
    `${better} is better`,
    samplesText(samples),
  ]);
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return [
    `${run}, step ${step}, on ${data}: ${latentDim} latents of ${images} images, seed ${seed}`,
    columns([["metric", "score", "95 % interval", "", "samples"], ...rows]),
    "",
    columns(results.map(({ metric, definition }) => [metric, definition])),
    "",
    ...reasons.map((reason) => {
      const those = skipped.filter((one) => one.reason === reason).map(({ metric }) => metric);
      return `not measured, ${reason}: ${those.join(", ")}`;
    }),
    `${path} (${seconds.total.toFixed(1)} s, ${seconds.encoding.toFixed(1)} s of it encoding)`,
  ].join("\n");
}

function intervalText({ low, high, replicates }: RunMetrics["results"][number]["interval"]): string {
  return replicates === 0 ? "exact" : `${low.toFixed(3)}–${high.toFixed(3)}`;
}

const samplesText = ({ train, test, images }: Readonly<Record<string, number>>): string =>
  [train ?? images, test].filter((count) => count !== undefined).join("/");
