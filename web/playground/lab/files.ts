/** A model in training as the files that a page gives away. */

import { encodeSafetensors } from "../../../src/base/safetensors.ts";
import type { Config } from "../../../src/config/index.ts";
import { serializeProgram } from "../../../src/graph/index.ts";
import { decoderProgram, encoderProgram } from "../../../src/latent/index.ts";
import { modelFiles } from "../../../src/trained/web.ts";
import type { TrainingJob } from "../../../src/training/index.ts";
import type { Files } from "./protocol.ts";
import type { Training } from "./training.ts";

export function filesOf(
  { vae, objective }: TrainingJob,
  { kept: checkpoint, epoch, state }: Awaited<ReturnType<Training["checkpoint"]>>,
  { config, dataName }: { readonly config: Config; readonly dataName: string },
): Files {
  const [encoder, decoder] = [encoderProgram(vae), decoderProgram(vae)];
  const inUse = state.inUse();
  const weights = [...encoder.weights, ...decoder.weights].map(
    ({ name, shape }) => [name, { dtype: "F32", shape, data: inUse.get(name) }] as const,
  );
  return {
    checkpoint,
    epoch,
    halves: {
      encoder: serializeProgram(encoder.program),
      decoder: serializeProgram(decoder.program),
      weights: encodeSafetensors(Object.fromEntries(weights)),
    },
    model: modelFiles({
      vae,
      objective,
      state: inUse,
      config,
      step: checkpoint.step,
      dataName,
      extensions: [],
    }),
  };
}
