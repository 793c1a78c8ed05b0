/** What a report's explorer is given, as it is embedded: the shape that Node writes and `web/explorer` reads. */

import type { SerializedProgram } from "../../graph/index.ts";
import type { ImageShape } from "../../models/index.ts";

/** A picture of the latent space in the plane. */
export interface LiveMap {
  readonly name: string;
  /** One line: what the axes are and how far distances can be trusted. */
  readonly note: string;
  /** Float32 `[points, 2]` in base64, y upwards. */
  readonly coordinates: string;
  /** Of a linear map, (z − mean)·axes: so every latent has its place on it. */
  readonly linear?: { readonly mean: readonly number[]; readonly axes: readonly (readonly number[])[] };
}

/** What the points of the map can be coloured by. */
export interface LiveColoring {
  /** "label", or the name of a factor. */
  readonly name: string;
  readonly names: readonly string[];
  /** Of each name: `#rrggbb`, or the name of one of the page's variables, which differ in light and dark. */
  readonly colors: readonly string[];
  /** Of each point: an index into `names`. */
  readonly values: readonly number[];
}

export interface Live {
  readonly name: string;
  /** `image` (and `label`) → `mean` and `logVariance`. The weights of both halves are embedded beside them. */
  readonly encoder: SerializedProgram;
  /** `latent` (and `label`) → `image`. */
  readonly decoder: SerializedProgram;
  readonly image: ImageShape;
  /** The classes of a conditional model. */
  readonly classes?: readonly string[] | undefined;
  /** In the order of the sliders: the largest KL first. */
  readonly latents: readonly LiveLatent[];
  readonly points: {
    readonly count: number;
    /** Posterior means, float32 `[count, latent]` in base64. */
    readonly means: string;
    /** Of each point, for a conditional model. */
    readonly classes?: readonly number[] | undefined;
  };
  /** Of a learned prior the latents' medians, and draws, float32 `[draws, latent]` in base64; absent: N(0, I). */
  readonly prior?: { readonly middle: readonly number[]; readonly draws: string } | undefined;
  readonly maps: readonly LiveMap[];
  readonly colorings: readonly LiveColoring[];
  /** The first points' own pictures, in one picture with so many in a row. */
  readonly pictures: { readonly count: number; readonly columns: number };
}

interface LiveLatent {
  readonly dimension: number;
  /** In nats per image. */
  readonly kl: number;
  /** Whether its posterior mean varies by 0.01 or more (Burda et al. 2016). */
  readonly active: boolean;
  /** What it goes with: "z₃ follows slant (ρ .91)."; absent where nothing is known. */
  readonly meaning?: string | undefined;
  /** The slider goes from −reach to reach. */
  readonly reach: number;
}
