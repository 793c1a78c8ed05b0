/** `report`: everything that there is to see of a trained model in one HTML file. */

import { z } from "zod";
import { defineDrawing } from "./draw/with-model.ts";
import { computing } from "./options.ts";
import { makeReport } from "./report/make.ts";

export const report = defineDrawing({
  name: "report",
  summary: "one HTML file with everything there is to see, the decoder running inside",
  example: "betalab report runs/mnist-mlp-20",
  options: z.strictObject({
    ...computing,
    images: z.int().min(2).default(1000).describe("held-out images on the latent map"),
  }),
  value: z.object({
    step: z.int().describe("training steps of the shown weights"),
    images: z.int().describe("images on the latent map"),
    bytes: z.int().describe("size of the page"),
  }),
  destination: "the run's own folder",
  async draw(at, options) {
    const { html, images } = await makeReport(at, options.images);
    return {
      value: { step: at.opened.step, images, bytes: Buffer.byteLength(html) },
      artifacts: [{ kind: "page", html }],
      // Also where another job ends with a report.
      stem: "report",
    };
  },
});
