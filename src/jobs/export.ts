/** `export`: a trained model for other software. */

import { z } from "zod";
import { modelFiles, openModel } from "../trained/index.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";

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
  run: ({ subject, registries, signal }) =>
    telling(signal, async () => {
      const opened = typeof subject === "string" ? openModel(subject, registries) : subject;
      const files = modelFiles(opened);
      return {
        value: { step: opened.step, files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })) },
        artifacts: files.map((file) => ({ kind: "model", ...file }) as const),
        folder: opened.path,
      };
    }),
});
