/** Opens a run to look at its model: config, newest weights, and its data when they are asked for. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { BetalabError } from "../base/errors.ts";
import { expectArgument } from "../base/issues.ts";
import { once } from "../base/once.ts";
import { type Config, configuration, type Registries } from "../config/index.ts";
import { checkExtensions, type RequiredExtension, shipped } from "../config/node.ts";
import type { Dataset } from "../data/index.ts";
import { LatentModel } from "../latent/index.ts";
import type { Vae } from "../models/index.ts";
import type { BuiltObjective } from "../objectives/index.ts";
import { RunDirectory } from "../runs/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { State, usedTensors } from "../training/index.ts";
import { type Built, buildModel } from "./build.ts";
import { inferenceState } from "./inference-state.ts";
import { usedCheckpoint } from "./newest.ts";
import { openTrainingData } from "./open-data.ts";
import { openExported } from "./open-exported.ts";
import type { OpenModel } from "./open-model.ts";
import { type ModelPlace, type Place, recordedPlace } from "./place.ts";

/**
 * What has changed of the extensions that a run needs, one line each. Throws "run" naming one that is missing.
 *
 * @param registries what there is. Default: what is shipped
 */
export function extensionNotes(run: RunDirectory, registries: Registries = shipped): string[] {
  return checkExtensions(run.information.extensions ?? [], registries, run.path);
}

/** The config of a run; `epochs` replaces its number of epochs. Throws "run" when it can't be used. */
export function configOf(
  run: RunDirectory,
  options: { readonly epochs?: number | undefined; readonly registries?: Registries | undefined } = {},
): Config {
  const { epochs, registries = shipped } = options;
  const configs = configuration(registries);
  const config = configs.parse(run.information.config, run.in("run.json"));
  if (epochs === undefined) return config;
  return configs.resolve(config, { flags: { "training.epochs": epochs } }).config;
}

/** Model and objective of a run. Throws "run" where it does not say what pictures they take. */
export function builtOf(run: RunDirectory, config: Config, registries: Registries): Built {
  const { image, classes } = run.information.data;
  if (image === undefined) {
    const problem = `${run.in("run.json")} does not say what pictures the model takes: data.image is missing`;
    throw new BetalabError("run", problem, "an export of the model, if there is one, says it in model.json");
  }
  return buildModel(config, image, { classes, registries });
}

/** Whether a folder is that of an exported model and no run. */
export const isExported = (path: string): boolean =>
  !existsSync(join(path, "run.json")) && existsSync(join(path, "model.json"));

/** Opens a run, or the folder of an exported model. Throws "run" saying what is missing when it is neither. */
export function openModel(path: string, place: ModelPlace = {}): OpenModel {
  expectArgument(typeof path === "string", "`path`", path, "the folder of a run or of an exported model");
  return isExported(path) ? openExported(path, place) : OpenRun.open(path, place);
}

/** A run, opened for looking. */
export class OpenRun implements OpenModel {
  readonly run: RunDirectory;
  readonly config: Config;
  readonly vae: Vae;
  readonly objective: BuiltObjective;
  readonly state: State;
  /** Steps that the weights were trained for. */
  readonly step: number;
  readonly notes: readonly string[];
  readonly runtime: OpenModel["runtime"];

  private constructor(
    run: RunDirectory,
    config: Config,
    { vae, objective }: Built,
    state: State,
    step: number,
    notes: readonly string[],
    { device }: ModelPlace,
  ) {
    this.run = run;
    this.config = config;
    this.vae = vae;
    this.objective = objective;
    this.state = state;
    this.step = step;
    this.notes = notes;
    this.runtime = once(() => createRuntime(device && { device }));
  }

  get path(): string {
    return this.run.path;
  }

  get name(): string {
    return this.run.information.name;
  }

  get dataName(): string {
    return this.run.information.data.name;
  }

  get extensions(): readonly RequiredExtension[] {
    return this.run.information.extensions ?? [];
  }

  /**
   * Opens the newest checkpoint (with `training.keepBest` the best epoch's weights), also of a run that is still
   * training. Throws "run" when there is none yet.
   */
  static open(path: string, place: ModelPlace = {}): OpenRun {
    const { registries = shipped } = place;
    const run = RunDirectory.open(path);
    const notes = extensionNotes(run, registries);
    const config = configOf(run, { registries });
    const newest = run.newestCheckpoint();
    if (newest === undefined) {
      throw new BetalabError(
        "run",
        `${path} has no checkpoint yet`,
        "it gets one after its first epoch; see betalab resume",
      );
    }
    const built = builtOf(run, config, registries);
    const { checkpoint, problems } = usedCheckpoint(run, config, newest);
    const { tensors, step } = checkpoint;
    const state = State.restore(inferenceState(built.vae), usedTensors(tensors));
    return new OpenRun(run, config, built, state, step, [...notes, ...problems], place);
  }

  async compile(): Promise<LatentModel> {
    return LatentModel.create(await this.runtime(), this.vae, this.state);
  }

  /** The data that the run was trained on, from where it was or from `place.dataDirectory`. Close it when done. */
  async data(place: Place = {}): Promise<Dataset> {
    const { directory, ...trainedOn } = this.run.information.data;
    const dataDirectory = place.dataDirectory ?? recordedPlace(directory, place.environment);
    return openTrainingData(this.config, trainedOn, { ...place, dataDirectory });
  }
}
