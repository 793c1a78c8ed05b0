/** The held-out images that a report is about. */

import type { Factors, ImageArray, Labels } from "../../data/index.ts";
import type { MeasuredLatents } from "../draw/with-model.ts";

export interface Shown {
  readonly images: ImageArray;
  /** Posterior means of `images`: `[count, latent]`. */
  readonly means: Float32Array;
  readonly classes: Int32Array | undefined;
  /** Of the whole split. */
  readonly labels: Labels | undefined;
  readonly factors: Factors | undefined;
  readonly statistics: MeasuredLatents;
  /** Images that the statistics are over. */
  readonly measured: number;
}
