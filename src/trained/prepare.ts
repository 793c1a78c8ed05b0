/** Training that leaves nothing on disk: a job for the loop of one's own, and the model that it came to. */

import { basename } from "node:path";
import type { Config, ConfigInput } from "../config/index.ts";
import { configuration } from "../config/index.ts";
import { type RequiredExtension, readText, requiredExtensions, shipped } from "../config/node.ts";
import type { Dataset } from "../data/index.ts";
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
  const { config } = configuration(registries).resolve(subject, { environment, readText });
  const { device, threads } = config;
  const runtime = await createRuntime({ device, ...(threads !== undefined && { threads }) });
  const context = dataContext({ ...place, environment, registries });
  const dataset = data ?? (await openDataset(config.data, context, registries.sources));
  const extensions = requiredExtensions(config, registries);
  return { ...buildJob(config, dataset, runtime, registries), config, extensions };
}

/** What a training came to, as a model that every job takes; `trained` may be an event of the loop. */
export function modelInMemory(
  { config, extensions, vae, objective, data, runtime }: PreparedJob,
  { state: trained, step }: { readonly state: State; readonly step: number },
): OpenModel {
  const state = State.restore(inferenceState(vae), usedTensors(trained.records()));
  // The jobs close what they open: the caller's data stays open.
  const open: Dataset = { ...data, close() {} };
  return {
    path: ".",
    name: basename(config.name),
    config,
    vae,
    objective,
    state,
    step,
    dataName: data.name,
    extensions,
    notes: [],
    compile: () => LatentModel.create(runtime, vae, state),
    data: async () => open,
  };
}
