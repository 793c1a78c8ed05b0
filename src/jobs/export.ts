/** `export`: a trained model for other software. */

import { z } from "zod";
import { modelFiles } from "../trained/index.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";
import { openSubject } from "./open.ts";

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
      const { step } = opened;
      const files = modelFiles(opened);
      return {
        value: { step, files: files.map(({ name, bytes }) => ({ name, bytes: bytes.length })) },
        artifacts: files.map((file) => ({ kind: "model", step, ...file }) as const),
        folder: opened.path,
      };
    }),
});
