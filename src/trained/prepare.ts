/** Training that leaves nothing on disk: a job for the loop of one's own, and the model that it came to. */

import { basename } from "node:path";
import { z } from "zod";
import { expectArgument } from "../base/issues.ts";
import type { Config, ConfigInput } from "../config/index.ts";
import { configuration } from "../config/index.ts";
import { type RequiredExtension, readText, requiredExtensions, shipped } from "../config/node.ts";
import { type Dataset, type Source, source } from "../data/index.ts";
import { openDataset } from "../data/node.ts";
import { LatentModel } from "../latent/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { State, type TrainingJob, usedTensors } from "../training/index.ts";
import { buildJob } from "./build.ts";
import { inferenceState } from "./inference-state.ts";
import type { OpenModel } from "./open-model.ts";
import { dataContext, type Place } from "./place.ts";

export interface PrepareOptions extends Place {
  /** What to train on, instead of what the config names. It stays the caller's to close. */
  readonly data?: Dataset;
}

/** A training job that knows its config: `train` of `betalab/training` runs it. */
export interface PreparedJob extends TrainingJob {
  readonly config: Config;
  /** What of it was brought to the workbench. */
  readonly extensions: readonly RequiredExtension[];
}

/**
 * @param subject a preset's name, a file, or a config
 * @throws BetalabError "config", "data" or "device" as the cause may be.
 */
export async function prepareTraining(
  subject: string | ConfigInput | Config,
  { data, registries = shipped, environment = {}, ...place }: PrepareOptions = {},
): Promise<PreparedJob> {
  const isData = data === undefined || Object(data).train?.images !== undefined;
  expectArgument(isData, "`data`", data, "a data set: what `arrays` or `openDataset` gives");
  const held = data && heldSource(data);
  const known = held ? { ...registries, sources: [...registries.sources, held] } : registries;
  const { config } = configuration(known).resolve(named(subject, held), { environment, readText });
  const { device, threads } = config;
  const runtime = await createRuntime({ device, ...(threads !== undefined && { threads }) });
  const context = dataContext({ ...place, environment, registries });
  const dataset = data ?? (await openDataset(config.data, context, registries.sources));
  const extensions = requiredExtensions(config, registries);
  return { ...buildJob(config, dataset, runtime, registries), config, extensions };
}

/** Data that the caller has, as a source: a config that names none has its name. */
function heldSource(data: Dataset): Source {
  return source({
    name: "memory",
    summary: "what the caller gave",
    options: z.strictObject({}),
    async open() {
      const { name, fingerprint, notes, train, heldOut } = data;
      return { name, fingerprint, notes, sets: { train, heldOut }, close() {} };
    },
  });
}

function named(
  subject: string | ConfigInput | Config,
  held: Source | undefined,
): string | ConfigInput | Config {
  if (held === undefined || typeof subject === "string" || subject.data?.source !== undefined) return subject;
  return { ...subject, data: { ...(subject.data as object), source: held.name } } as ConfigInput;
}

/**
 * What a training came to, as a model that every job takes; `trained` may be an event of the loop.
 *
 * @throws BetalabError "usage" when it is none that has a state.
 */
export function modelInMemory(
  job: PreparedJob,
  trained: { readonly state: State; readonly step: number },
): OpenModel {
  expectArgument(Object(job).vae !== undefined, "`job`", job, "what `prepare` gives");
  const isTrained = Object(trained).state instanceof State;
  expectArgument(
    isTrained,
    "`trained`",
    trained,
    "an event of `train` that has a state: checkpoint, epoch or end",
  );
  const { config, extensions, vae, objective, data, runtime } = job;
  const state = State.restore(inferenceState(vae), usedTensors(trained.state.records()));
  // The jobs close what they open: the caller's data stays open.
  const open: Dataset = { ...data, close() {} };
  return {
    path: ".",
    name: basename(config.name),
    config,
    vae,
    objective,
    state,
    step: trained.step,
    dataName: data.name,
    extensions,
    notes: [],
    runtime: async () => runtime,
    compile: () => LatentModel.create(runtime, vae, state),
    data: async () => open,
  };
}
