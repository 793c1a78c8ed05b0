/** TensorBoard's file, and what is in it. */

import { plural } from "../../base/format.ts";
import type { Told } from "./told.ts";

export function tensorboardText({ value }: Told): string {
  type Value = { path: string; scalars: number; histograms: number; images: number };
  const { path, scalars, histograms, images } = value as Value;
  return `${path}: ${plural(scalars, "scalar")}, ${plural(histograms, "histogram")}, ${plural(images, "picture")}`;
}
