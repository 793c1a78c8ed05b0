/** `export`: a trained model for other software. */

import { z } from "zod";
import { modelFiles, type Trained } from "../trained/index.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";
import { openSubject } from "./open.ts";

/** The files of a model, for a sink. */
export function modelArtifacts(trained: Trained) {
  return modelFiles(trained).map((file) => ({ kind: "model", step: trained.step, ...file }) as const);
}

export const exportJob = defineJob({
  name: "export",
  summary: "write encoder.onnx, decoder.onnx, weights.safetensors and model.json",
  example: "betalab export runs/mnist-mlp-20 --out my-model",
  takes: "model",
  options: z.strictObject({}),
  value: z.object({
    step: z.int().describe("training steps of the weights"),
    files: z.array(z.object({ name: z.string(), bytes: z.int() })),
  }),
  artifacts: true,
  run: (context) =>
    telling(context.signal, async (tell) => {
      const opened = openSubject(context.subject, context, tell);
      const artifacts = modelArtifacts(opened);
      return {
        value: {
          step: opened.step,
          files: artifacts.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
        },
        artifacts,
        folder: opened.path,
      };
    }),
});
