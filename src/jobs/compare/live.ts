/** The models of a comparison as its page runs them, as many as it can carry. */

import { encodeBase64 } from "../../base/base64.ts";
import { serializeProgram } from "../../graph/index.ts";
import { decoderProgram, descending } from "../../latent/index.ts";
import { type ComparisonContent, pictureSheet } from "../../pages/node.ts";
import { weightsOf } from "../report/weights.ts";
import type { ComparisonImages, ShownModel } from "./pictures.ts";

/** Of all decoders' weights together: a page of more is slow to open. */
const MOST_BYTES = 10e6;

/** The first setting, the last one, and those between, as far as they fit; nothing where that is one. */
export async function liveOf({
  originals,
  classes,
  settings,
}: ComparisonImages): Promise<ComparisonContent["live"]> {
  let left = MOST_BYTES;
  const order = [...settings.slice(0, 1), ...settings.slice(1).slice(-1), ...settings.slice(1, -1)];
  const chosen = new Map<ShownModel, Uint8Array>();
  for (const one of order) {
    const weights = weightsOf(one.model, [decoderProgram(one.model.vae)]);
    if (weights.length > left) continue;
    left -= weights.length;
    chosen.set(one, weights);
  }
  const shown = settings.filter((one) => chosen.has(one));
  if (shown.length < 2) return undefined;
  return {
    data: {
      image: shown[0]!.model.vae.image,
      starts: {
        count: originals.count,
        classes: shown.some(({ model }) => model.vae.classes !== undefined) ? classes : undefined,
      },
      settings: shown.map(({ label, model, means, latents: { kl, meanings } }) => ({
        label,
        decoder: serializeProgram(decoderProgram(model.vae).program),
        latents: descending(kl).map((dimension) => ({
          dimension,
          kl: kl[dimension]!,
          meaning: meanings[dimension]?.short || undefined,
        })),
        means: encodeBase64(means),
      })),
    },
    weights: shown.map((one) => chosen.get(one)!),
    starts: (await pictureSheet(originals, originals.count)).png,
    of: settings.length,
  };
}
