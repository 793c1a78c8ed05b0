/** `betalab suggest`: trains a short probe at β = 1, looks at what its latents are worth, and proposes β, C and γ. */

import { join } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import type { ResolveOptions } from "../../config/index.ts";
import { resolveConfig } from "../../config/node.ts";
import { takeImages } from "../../data/index.ts";
import { type LatentModel, latentStatistics } from "../../latent/index.ts";
import { betaOf, OpenRun, type Place } from "../../trained/index.ts";
import { freePath, type RunEvent, train } from "../train.ts";
import { type LatentPrice, type ProbeFacts, type Proposal, propose } from "./propose.ts";

export interface SuggestOptions extends Place, Omit<ResolveOptions, "settings" | "environment"> {
  /** Of the probe. Default 3. */
  readonly epochs?: number | undefined;
  /** The probe's run directory. Default `runs/<name>-probe`. */
  readonly out?: string | undefined;
}

export interface Suggestion extends Proposal {
  /** The probe, an ordinary run. */
  readonly path: string;
  readonly facts: ProbeFacts;
}

const MEASURED = 1000;
const EPOCHS = 3;

/** The probe's training, to be followed as any other. */
export function trainProbe(
  presetOrFile: string,
  options: SuggestOptions = {},
): { readonly path: string; readonly events: AsyncIterable<RunEvent> } {
  const { epochs = EPOCHS, out, set, flags, environment, ...place } = options;
  const { config } = resolveConfig(presetOrFile, {
    set: set ?? [],
    environment: environment ?? {},
    flags: { ...flags, "training.epochs": epochs, objective: { kind: "beta", beta: 1 } },
  });
  const path = out ?? freePath(join("runs", `${config.name}-probe`));
  return { path, events: train(config, { ...place, environment, out: path }) };
}

/** Measures a probe. Throws "run" when it has no checkpoint or was trained at another β. */
export async function suggestFrom(path: string, place: Place = {}): Promise<Suggestion> {
  const opened = OpenRun.open(path);
  if (betaOf(opened).beta !== 1) {
    throw new BetalabError(
      "run",
      `${path} is no probe: its objective is not β = 1`,
      "see betalab suggest --help",
    );
  }
  const epochs = opened.run.metrics.read().filter(({ split }) => split === "heldOut");
  const [before, last] = [epochs.at(-2), epochs.at(-1)!];
  const model = await opened.model();
  const data = await opened.data(place);
  try {
    const { images, labels } = data.heldOut;
    const indices = Array.from({ length: Math.min(MEASURED, images.count) }, (_, i) => i);
    const classes = labels && indices.map((i) => labels.values[i]!);
    const { height, width, channels } = opened.vae.image;
    const facts: ProbeFacts = {
      kl: last.kl as number,
      klBefore: before?.kl as number | undefined,
      reconstruction: last.reconstruction as number,
      latents: await pricesOf(model, takeImages(images, indices), classes, place.signal),
      dimensions: height * width * channels,
      latentDim: opened.vae.latentDim,
      epochs: opened.run.information.progress.epoch,
    };
    return { path, facts, ...propose(facts) };
  } finally {
    data.close();
    await model.release();
  }
}

/** What each latent carries, and what is lost when it is held at its mean. */
async function pricesOf(
  model: LatentModel,
  images: ReturnType<typeof takeImages>,
  classes: number[] | undefined,
  signal: AbortSignal | undefined,
): Promise<LatentPrice[]> {
  const posteriors = await model.encode(images, classes);
  const { mean, kl } = latentStatistics(posteriors);
  const { latentDim } = model.vae;
  const average = (nats: Float32Array): number => nats.reduce((sum, one) => sum + one, 0) / nats.length;
  const whole = average(await model.weigh(images, posteriors.mean, classes));
  const prices: LatentPrice[] = [];
  for (let dimension = 0; dimension < latentDim; dimension++) {
    if (signal?.aborted) throw new BetalabError("interrupted", "stopped while weighing latents");
    const held = posteriors.mean.slice();
    for (let i = dimension; i < held.length; i += latentDim) held[i] = mean[dimension]!;
    const without = average(await model.weigh(images, held, classes));
    prices.push({ dimension, kl: kl[dimension]!, gain: without - whole });
  }
  return prices;
}
