/** Opens what `betalab export` wrote: `model.json` says what the model is, `weights.safetensors` holds its weights. */

import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { check, describeIssue } from "../base/issues.ts";
import { once } from "../base/once.ts";
import { decodeSafetensors } from "../base/safetensors.ts";
import { configuration } from "../config/index.ts";
import { checkExtensions, shipped } from "../config/node.ts";
import { LatentModel } from "../latent/index.ts";
import { extensionsSchema } from "../runs/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { State } from "../training/index.ts";
import { buildModel } from "./build.ts";
import { inferenceState } from "./inference-state.ts";
import { openTrainingData } from "./open-data.ts";
import type { OpenModel } from "./open-model.ts";
import type { ModelPlace } from "./place.ts";
import { floatsOf } from "./pytorch/floats.ts";

const modelDescription = z.looseObject({
  format: z.literal(1),
  image: z.object({ height: z.int().positive(), width: z.int().positive(), channels: z.int().positive() }),
  classes: z.array(z.string()).optional(),
  steps: z.int().nonnegative(),
  data: z.string(),
  extensions: extensionsSchema.optional(),
  config: z.record(z.string(), z.unknown()),
  /** CRC-32 of each other file of the model. */
  checksums: z.record(z.string(), z.string()),
});

/** Throws "run" naming the file and the reason when the folder can't be used. */
export function openExported(path: string, { registries = shipped, device }: ModelPlace): OpenModel {
  const runtime = once(() => createRuntime(device && { device }));
  const file = join(path, "model.json");
  const description = readDescription(file);
  const notes = checkExtensions(description.extensions ?? [], registries, path);
  const config = configuration(registries).parse(description.config, file);
  const { classes, image } = description;
  const built = buildModel(config, image, { classes, registries });
  const weights = join(path, "weights.safetensors");
  const { tensors } = decodeSafetensors(read(weights), weights);
  const state = State.restore(
    inferenceState(built.vae),
    Object.fromEntries(
      Object.entries(tensors).map(([name, one]) => [
        name,
        { dtype: "F32", shape: one.shape, data: floatsOf(one, `${weights}: ${name}`) },
      ]),
    ),
  );
  return {
    path,
    name: basename(resolve(path)),
    config,
    ...built,
    state,
    step: description.steps,
    dataName: description.data,
    extensions: description.extensions ?? [],
    notes,
    runtime,
    compile: async () => LatentModel.create(await runtime(), built.vae, state),
    data: (place = {}) => openTrainingData(config, { name: description.data }, place),
  };
}

/** What `model.json` says. Throws "run" naming the file and the reason. */
export function readDescription(file: string): z.output<typeof modelDescription> {
  const fail = (why: string, cause?: unknown) =>
    new BetalabError("run", `${file} is not the description of a model: ${why}`, "see betalab export", {
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(read(file).toString("utf8"));
  } catch (cause) {
    if (cause instanceof BetalabError) throw cause;
    throw fail((cause as Error).message, cause);
  }
  const { output, issue } = check(modelDescription, value);
  if (issue !== undefined) throw fail(describeIssue(issue));
  return output;
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const hint = "an exported model has model.json and weights.safetensors side by side; see betalab export";
    throw new BetalabError("run", `can't read ${file}: ${(cause as Error).message}`, hint, { cause });
  }
}
