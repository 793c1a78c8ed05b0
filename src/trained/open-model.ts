/** What a trained model is once it is opened, wherever it came from. */

import type { Dataset } from "../data/index.ts";
import type { LatentModel, TrainedModel } from "../latent/index.ts";
import type { RunDirectory } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Trained } from "./export.ts";
import type { Place } from "./place.ts";

/** A trained model, ready to be used: a run, an exported model, or what was just trained in memory. */
export interface OpenModel extends Trained {
  /** The folder, as given; "." for a model that is only in memory. */
  readonly path: string;
  /** For titles: the folder's name. */
  readonly name: string;
  /** What a person should know, one line each: extensions that are not what they were, newer files that can't be used. */
  readonly notes: readonly string[];
  /** The run, where there is one: its metrics and checkpoints. */
  readonly run?: RunDirectory | undefined;
  /** What computes it: one for all that is done with it, opened when it is first asked for. */
  runtime(): Promise<Runtime>;
  /** Its encoder and decoder, compiled. Release them when done. */
  compile(): Promise<LatentModel>;
  /** The data that it was trained on. Close it when done. */
  data(place?: Place): Promise<Dataset>;
}

/** Its net, for what compiles programs of its own. */
export async function trainedModel({
  runtime,
  vae,
  state,
}: Pick<OpenModel, "runtime" | "vae" | "state">): Promise<TrainedModel> {
  return { runtime: await runtime(), vae, state };
}
