/** What a comparison's sliders are given, as it is embedded: the shape that Node writes and `web/explorer/side-by-side.ts` reads. */

import type { SerializedProgram } from "../../graph/index.ts";
import type { ImageShape } from "../../models/index.ts";

export interface LiveComparison {
  readonly image: ImageShape;
  /** Images to start from: pictures in one row, and the class of each for conditional models. */
  readonly starts: { readonly count: number; readonly classes?: readonly number[] | undefined };
  readonly settings: readonly LiveSetting[];
}

export interface LiveSetting {
  readonly label: string;
  /** `latent` (and `label`) → `image`. Its weights are embedded beside it, in the order of the settings. */
  readonly decoder: SerializedProgram;
  /** The largest KL first, in nats per image; "slant ρ .91" where it goes with something that is known of the images. */
  readonly latents: readonly {
    readonly dimension: number;
    readonly kl: number;
    readonly meaning?: string | undefined;
  }[];
  /** Posterior means of the images to start from, float32 `[count, latent]` in base64. */
  readonly means: string;
}
