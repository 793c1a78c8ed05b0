/** Opens what `betalab export` wrote: `model.json` says what the model is, `weights.safetensors` holds its weights. */

import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { decodeSafetensors } from "../base/safetensors.ts";
import { resolveObject } from "../config/index.ts";
import { openDataset } from "../data/node.ts";
import { LatentModel } from "../latent/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { State } from "../training/index.ts";
import { buildVae } from "./build.ts";
import { inferenceState, type OpenModel } from "./open-model.ts";
import { dataContext } from "./place.ts";

const modelDescription = z.looseObject({
  format: z.literal(1),
  image: z.object({ height: z.int().positive(), width: z.int().positive(), channels: z.int().positive() }),
  classes: z.array(z.string()).optional(),
  steps: z.int().nonnegative(),
  config: z.record(z.string(), z.unknown()),
});

/** Throws "run" naming the file and the reason when the folder can't be used. */
export function openExported(path: string): OpenModel {
  const file = join(path, "model.json");
  let description: z.output<typeof modelDescription>;
  try {
    description = modelDescription.parse(JSON.parse(read(file).toString("utf8")));
  } catch (cause) {
    if (cause instanceof BetalabError) throw cause;
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new BetalabError("run", `${file} is no description of a model: ${why}`, "see betalab export", {
      cause,
    });
  }
  const { config } = resolveObject(description.config, {});
  const vae = buildVae(config, description.image, description.classes);
  const weights = join(path, "weights.safetensors");
  const { tensors } = decodeSafetensors(read(weights), weights);
  const state = State.restore(inferenceState(vae), tensors);
  return {
    path,
    name: basename(resolve(path)),
    config,
    vae,
    state,
    step: description.steps,
    model: async () => LatentModel.create(await createRuntime(), vae, state),
    data: (place = {}) => openDataset(config.data, dataContext(place)),
  };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const hint = "an exported model has model.json and weights.safetensors side by side; see betalab export";
    throw new BetalabError("run", `can't read ${file}: ${(cause as Error).message}`, hint, { cause });
  }
}
