/** A job: held-out images, each beside those whose codes lie nearest to its own. */

import { defineJob, withModel } from "betalab";
import { takeImages } from "betalab/data";
import { sampleGrid } from "betalab/figures";
import { nearestNeighbours } from "betalab/latent";
import { z } from "zod";

export const neighbours = defineJob({
  name: "neighbours",
  summary: "held-out images beside their nearest neighbours in the latent space",
  example: "betalab neighbours runs/discs --rows 4",
  takes: "model",
  options: z.strictObject({
    rows: z.int().min(1).default(6).describe("images to look at, from the first"),
    count: z.int().min(1).default(5).describe("neighbours of each"),
  }),
  value: z.object({
    images: z.int().describe("held-out images among which neighbours were sought"),
    distances: z.array(z.array(z.number())).describe("Euclidean, in the latent space, the nearest first"),
  }),
  artifacts: true,
  run: (context, { rows, count }) =>
    withModel(context, {}, async ({ opened, model, tell, split }) => {
      const { images } = await split();
      const all = Array.from({ length: images.count }, (_, i) => i);
      tell.stage({ stage: "encoding", done: 0, total: images.count });
      const { mean } = await model.encode(takeImages(images, all));
      const found = nearestNeighbours(mean, opened.vae.latentDim, count);
      const shown = all.slice(0, rows);
      const indices = shown.flatMap((row) => [row, ...found.indices.slice(row * count, (row + 1) * count)]);
      const picture = sampleGrid(takeImages(images, indices), { columns: count + 1 });
      const distances = shown.map((row) => [...found.distances.slice(row * count, (row + 1) * count)]);
      return { value: { images: images.count, distances }, artifacts: [{ kind: "picture", picture }] };
    }),
});
