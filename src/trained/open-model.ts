/** What a trained model is once it is opened, wherever it came from. */

import type { Config } from "../config/index.ts";
import type { Dataset } from "../data/index.ts";
import { input } from "../graph/index.ts";
import type { LatentModel } from "../latent/index.ts";
import type { Vae } from "../models/index.ts";
import { StateContext, type StateSpec } from "../nn/index.ts";
import type { RunDirectory } from "../runs/index.ts";
import type { State } from "../training/index.ts";
import type { Built } from "./build.ts";
import type { Place } from "./place.ts";

/** A trained model, opened for looking: a run, or what `betalab export` wrote. */
export interface OpenModel extends Built {
  /** The folder, as given. */
  readonly path: string;
  /** For titles: the folder's name. */
  readonly name: string;
  readonly config: Config;
  readonly state: State;
  /** Steps that the weights were trained for. */
  readonly step: number;
  /** What a person should know, one line each: extensions that are not what they were. */
  readonly notes: readonly string[];
  /** The run, where there is one: its metrics and checkpoints. */
  readonly run?: RunDirectory | undefined;
  /** The model, compiled for the CPU. Release it when done. */
  model(): Promise<LatentModel>;
  /** The data that it was trained on. Close it when done. */
  data(place?: Place): Promise<Dataset>;
}

/** All state that a trained model is used with: its encoder's, its decoder's, and what its likelihood learned. */
export function inferenceState(vae: Vae): StateSpec[] {
  const { height, width, channels } = vae.image;
  const context = new StateContext("infer");
  const images = input("images", ["batch", height, width, channels]);
  vae.infer(context, images, input("noise", ["batch", vae.latentDim]), vae.labelInput("batch"));
  return [...context.specs.values()];
}
