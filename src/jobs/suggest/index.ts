/** `suggest`: trains a short probe at β = 1, looks at what its latents are worth, and proposes β, C and γ. */

import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { BetalabError } from "../../base/errors.ts";
import { mean as average } from "../../base/statistics.ts";
import { firstImages, type ImageArray } from "../../data/index.ts";
import { type Classes, type LatentModel, latentStatistics } from "../../latent/index.ts";
import type { Place } from "../../trained/index.ts";
import { type Teller, telling } from "../events.ts";
import { defineJob, type Subjects } from "../job.ts";
import { openRun, placeOf } from "../open.ts";
import { data, device, runFolder, seed, set } from "../options.ts";
import { resolveSubject } from "../resolve-subject.ts";
import { freePath, startRun } from "../run-training.ts";
import { trainingOutcome } from "../train.ts";
import { enoughEpochs } from "../training-notes.ts";
import { type Proposal, propose, whyTooEarly } from "./propose.ts";
import { type ProbeFacts, suggestionValue } from "./value.ts";

const MEASURED = 1000;

export const suggest = defineJob({
  name: "suggest",
  summary: "propose β, or a capacity C and γ, for your data from a short training at β = 1, with the reasons",
  example: "betalab suggest folder --data my-pictures",
  takes: "config",
  options: z.strictObject({
    data: data.describe("where the data is"),
    out: runFolder.describe(
      "the probe's run directory (default: runs/NAME-probe, with a number if that is taken)",
    ),
    set,
    seed,
    epochs: z.int().min(1).default(3).describe("passes of the probe over the training images"),
    device,
  }),
  value: suggestionValue,
  async *run(context, options) {
    const atOne = [...options.set, "objective={kind: beta, beta: 1}"];
    const own = resolveSubject(context, options).config.objective.kind;
    const { config, origins } = resolveSubject(context, { ...options, set: atOne });
    const { out = () => freePath(join("runs", `${config.name}-probe`)) } = options;
    const training = startRun(config, { ...context, data: options.data, origins }, out);
    const { value: trained } = yield* trainingOutcome(training);
    const { path } = trained;
    if (trained.status === "interrupted") {
      throw new BetalabError("interrupted", `stopped before the probe was trained: ${path}`);
    }
    return yield* telling(context.signal, async (tell) => {
      const { images, ...facts } = await measureProbe(path, placeOf(context, options, tell), tell);
      const early = whyTooEarly(facts);
      if (early !== undefined) {
        const enough = enoughEpochs(images, config.data.batchSize);
        const longer = Math.max(2 * Math.ceil(facts.epochs), 10, enough);
        throw new BetalabError(
          "run",
          `no β can be suggested: ${early}`,
          `a longer probe: \`epochs\` ${longer}; the probe is at ${path}, and its curves show whether it still learns`,
        );
      }
      const proposal = propose(facts);
      const next = nextSteps(context.subject, options.set, own, proposal);
      return { value: { path, ...proposal, ...next, facts }, folder: path };
    });
  },
});

/**
 * What is worth training with the proposal: single runs, and a sweep as its file holds it.
 *
 * @param own the kind of objective that the subject has, which may mean another thing by its β
 */
function nextSteps(
  subject: Subjects["config"],
  given: readonly string[],
  own: string,
  { beta, betas, capacity }: Proposal,
) {
  const set = given.filter((text) => !/^\s*objective\b/.test(text));
  const trainings = [[...set, "objective.kind=beta", `objective.beta=${beta.value}`]];
  if (capacity !== undefined) {
    const schedule = `{schedule: linear, start: 0, end: ${capacity.maximum}}`;
    const own = [`objective.gamma=${capacity.gamma}`, `objective.capacity=${schedule}`];
    trainings.push([...set, "objective.kind=capacity", ...own]);
  }
  const shared = set.map((text): [string, unknown] => {
    const at = text.indexOf("=");
    return [text.slice(0, at), parseYaml(text.slice(at + 1))];
  });
  const kind: [string, unknown][] = own === "beta" ? [] : [["objective.kind", "beta"]];
  const fixed = [...shared, ...kind];
  const sweep = {
    config: subject as string | Record<string, unknown>,
    ...(fixed.length > 0 && { set: Object.fromEntries(fixed) }),
    grid: { "objective.beta": [...betas] },
    seeds: 3,
    // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
    then: ["evaluate", "metrics"],
  };
  return { trainings: trainings.map((set) => ({ set })), sweep };
}

async function measureProbe(path: string, place: Place, tell: Teller) {
  const opened = openRun(path, place, tell);
  const epochs = opened.run.metrics.read().filter(({ split }) => split === "heldOut");
  const [before, last] = [epochs.at(-2), epochs.at(-1)!];
  const model = await opened.compile();
  try {
    const data = await opened.data(place);
    try {
      const { images, labels } = data.heldOut;
      const classes = labels?.values.subarray(0, MEASURED);
      const { height, width, channels } = opened.vae.image;
      return {
        kl: last.kl as number,
        klBefore: before?.kl as number | undefined,
        reconstruction: last.reconstruction as number,
        reconstructionBefore: before?.reconstruction as number | undefined,
        images: data.train.images.count,
        latents: await pricesOf(model, firstImages(images, MEASURED), classes, tell),
        dimensions: height * width * channels,
        latentDim: opened.vae.latentDim,
        epochs: opened.run.information.progress.epoch,
      };
    } finally {
      data.close();
    }
  } finally {
    await model.release();
  }
}

/** What each latent carries, the largest KL first, and what is lost when it is held at its mean. */
async function pricesOf(
  model: LatentModel,
  images: ImageArray,
  classes: Classes,
  tell: Teller,
): Promise<ProbeFacts["latents"][number][]> {
  const posteriors = await model.encode(images, classes);
  const { mean, kl } = latentStatistics(posteriors);
  const { latentDim } = model.vae;
  const whole = average(await model.weigh(images, posteriors.mean, classes));
  const prices: ProbeFacts["latents"][number][] = [];
  for (let dimension = 0; dimension < latentDim; dimension++) {
    tell.stage({ stage: "weighing latents", done: dimension, total: latentDim });
    const held = posteriors.mean.slice();
    for (let i = dimension; i < held.length; i += latentDim) held[i] = mean[dimension]!;
    const without = average(await model.weigh(images, held, classes));
    prices.push({ dimension, kl: kl[dimension]!, gain: without - whole });
  }
  return prices.sort((a, b) => b.kl - a.kl);
}
