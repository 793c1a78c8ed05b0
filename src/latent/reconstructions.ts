/** Reconstructions of a split as the decoder gives them: numbers, not yet rounded to 256 levels. */

import { inPieces, type Watch } from "../base/progress.ts";
import type { Split } from "../data/index.ts";
import { rowsPerCall } from "../models/index.ts";
import { imageFeeds, type Posteriors, type TrainedModel } from "./encode.ts";
import { decoderProgram } from "./programs.ts";

/** Some of the images; both `[count, height, width, channel]` in [0, 1]. */
export interface Reconstructed {
  readonly start: number;
  readonly count: number;
  readonly originals: Float32Array;
  readonly images: Float32Array;
}

/** Decodes the posterior means of a split, chunk by chunk. Progress is in images. Throws as `imageFeeds` does. */
export async function* reconstructions(
  { runtime, vae, state }: TrainedModel,
  split: Split,
  { mean }: Pick<Posteriors, "mean">,
  watch: Watch = {},
): AsyncGenerator<Reconstructed> {
  const { program } = decoderProgram(vae);
  const session = await runtime.compile(program);
  const weights = state.feeds(program);
  const { latentDim } = vae;
  const pieces = inPieces(watch, "reconstructing images", split.images.count, rowsPerCall(vae));
  try {
    for (const { start, count } of pieces) {
      const { pixels, ...label } = imageFeeds(vae, split, start, count);
      const data = mean.slice(start * latentDim, (start + count) * latentDim);
      const latent = { dtype: "float32", shape: [count, latentDim], data } as const;
      const { image } = await session.run({ ...weights, latent, ...label });
      const originals = Float32Array.from(pixels.data, (level) => level / 255);
      yield { start, count, originals, images: image!.data as Float32Array };
    }
  } finally {
    await session.release();
  }
}
