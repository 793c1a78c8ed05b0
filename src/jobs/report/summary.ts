/** The report's words: what was trained on what, how well it does, what its latents do. Every number has its unit. */

import { stringify } from "yaml";
import { formatCount, formatDigits, formatFixed, formatSeconds, plural } from "../../base/format.ts";
import { sum } from "../../base/statistics.ts";
import { isActiveUnit, isActivityKnown, type LatentStatistics } from "../../latent/index.ts";
import { describeTraining } from "../../metrics/index.ts";
import { formatImage } from "../../models/index.ts";
import type { Fact, ReportContent } from "../../pages/index.ts";
import type { MetricRecord } from "../../runs/index.ts";
import { betaOf, type OpenModel } from "../../trained/index.ts";

type Described = Pick<ReportContent, "title" | "summary" | "facts" | "config" | "details">;

export function describeRun(opened: OpenModel, statistics: LatentStatistics, measured: number): Described {
  const heldOut = heldOutTerms(opened);
  return {
    title: opened.name,
    summary: [
      trained(opened),
      ...(heldOut ? [worth(heldOut), ...inWords(opened, heldOut)] : []),
      latents(statistics, measured),
      ...state(opened),
    ],
    facts: factsOf(opened, statistics, heldOut),
    config: stringify(opened.config, { flowCollectionPadding: false }).trimEnd(),
    details: detailsOf(opened),
  };
}

interface HeldOut {
  readonly step: number;
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
  readonly klPerDimension?: readonly number[];
}

/** The newest that were measured on held-out images, no later than the weights. */
function heldOutTerms({ run, step }: OpenModel): HeldOut | undefined {
  const isComplete = (record: MetricRecord): boolean =>
    ["negativeElbo", "reconstruction", "kl"].every((term) => typeof record[term] === "number");
  const found = run?.metrics
    .read()
    .filter((record) => record.split === "heldOut" && record.step <= step && isComplete(record))
    .at(-1);
  return found as HeldOut | undefined;
}

function trained({ config, vae, step, run }: OpenModel): string {
  const { architecture, latentDim, likelihood } = config.model;
  const conditional = vae.classes ? `, conditional on ${vae.classes.length} classes` : "";
  const on = run ? ` on ${run.information.data.name}` : "";
  return (
    `A variational autoencoder for ${formatImage(vae.image)} images: ${architecture}, ${plural(latentDim, "latent")}, ` +
    `${likelihood.kind} likelihood, objective ${config.objective.kind}${conditional}; ` +
    `trained for ${plural(formatCount(step), "step")} of ${plural(config.data.batchSize, "image")}${on}.`
  );
}

function worth({ negativeElbo, reconstruction, kl }: HeldOut): string {
  return (
    `On held-out images −ELBO is ${formatFixed(negativeElbo, 2)} nats per image at β = 1: ` +
    `${formatFixed(reconstruction, 2)} to reconstruct the pixels, by one draw of z each, and ${formatFixed(kl, 2)} of KL to the prior.`
  );
}

/** What the numbers mean, and under it the numbers behind that. */
function inWords(opened: OpenModel, { klPerDimension, ...terms }: HeldOut): string[] {
  if (klPerDimension === undefined) return [];
  const { beta } = betaOf(opened);
  const said = describeTraining({
    ...terms,
    klPerDimension,
    beta: typeof beta === "number" ? beta : undefined,
  });
  return [
    said.map(({ plain }) => plain).join(" "),
    `In numbers: ${said.map(({ exact }) => exact).join("; ")}.`,
  ];
}

function latents(statistics: LatentStatistics, measured: number): string {
  const { kl } = statistics;
  const total = sum(kl);
  if (!isActivityKnown(statistics))
    return `In the one held-out image the latents carry ${formatFixed(total, 1)} nats.`;
  const active = activeCount(statistics);
  const idle = kl.length - active;
  const rest =
    idle === 0
      ? "None is idle"
      : idle === 1
        ? "One carries next to nothing"
        : `${idle} carry next to nothing`;
  return (
    `Over all ${formatCount(measured)} held-out images the latents carry ${formatFixed(total, 1)} nats per image; ` +
    `${active} of ${kl.length} are active (their posterior mean varies by 0.01 or more). ${rest}.`
  );
}

/** What is not as in a finished run. */
function state({ run, step }: OpenModel): string[] {
  if (run === undefined || run.status === "finished") return [];
  const { progress, error } = run.information;
  const at = `${plural(formatCount(step), "step")} (epoch ${Number(progress.epoch.toFixed(2))} of ${progress.epochs})`;
  const status = { running: "still training", interrupted: "interrupted", failed: "failed" }[run.status];
  return [`The run is ${status}: this is its checkpoint after ${at}.${error ? ` It says: ${error}` : ""}`];
}

function factsOf(opened: OpenModel, statistics: LatentStatistics, heldOut: HeldOut | undefined): Fact[] {
  const { config, state, run } = opened;
  const { beta, betaNorm } = betaOf(opened);
  const nats = "nats/image";
  return [
    ...(heldOut
      ? [
          {
            name: "held-out −ELBO",
            value: formatFixed(heldOut.negativeElbo, 2),
            unit: nats,
            note: "at β = 1, one draw of z",
          },
          {
            name: "reconstruction",
            value: formatFixed(heldOut.reconstruction, 2),
            unit: nats,
            note: "−ln p(x|z), sum over pixels",
          },
          { name: "KL", value: formatFixed(heldOut.kl, 2), unit: nats, note: "sum over latents" },
        ]
      : []),
    ...(isActivityKnown(statistics)
      ? [
          {
            name: "active latents",
            value: `${activeCount(statistics)}`,
            unit: `of ${config.model.latentDim}`,
          },
        ]
      : []),
    ...(beta === undefined
      ? []
      : [
          {
            name: "β",
            value: typeof beta === "number" ? String(beta) : "scheduled",
            note: betaNorm === undefined ? undefined : `β_norm ${formatDigits(betaNorm)}`,
          },
        ]),
    {
      name: "parameters",
      value: formatCount(state.parameterCount),
      note: run && `${formatSeconds(run.information.timings.seconds)} of training`,
    },
  ];
}

function detailsOf({ run, step, config, path }: OpenModel): [string, string][] {
  if (run === undefined) {
    return [
      ["exported model", path],
      ["steps", formatCount(step)],
      ["seed", String(config.seed)],
    ];
  }
  const { data, versions, device, threads, timings, createdAt, seed } = run.information;
  return [
    ["started", `${createdAt.slice(0, 16).replace("T", " ")} UTC`],
    ["status", run.status],
    [
      "data",
      `${data.name}: ${plural(formatCount(data.counts.train), "image")}, ${formatCount(data.counts.heldOut)} held out`,
    ],
    ["fingerprint", data.fingerprint?.slice(0, 16) ?? "unknown"],
    ["steps", formatCount(step)],
    ["seed", String(seed)],
    ["device", `${device}, ${plural(threads, "thread")}`],
    ["speed", `${formatCount(Math.round(timings.imagesPerSecond))} images/s`],
    ["memory", `${formatCount(Math.round(timings.peakResidentBytes / 2 ** 20))} MiB at most`],
    [
      "software",
      `betalab ${versions.betalab}, ${versions.engine === undefined ? "" : `${versions.engine}, `}Node ${versions.node}`,
    ],
  ];
}

const activeCount = ({ meanVariance }: LatentStatistics): number => meanVariance.filter(isActiveUnit).length;
