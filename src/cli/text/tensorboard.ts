/** TensorBoard's file, and what is in it. */

import { plural } from "../../base/format.ts";
import type { Told } from "./told.ts";

export function tensorboardText({ value }: Told): string {
  const { path, scalars, histograms, images } = value as Record<
    "scalars" | "histograms" | "images",
    number
  > & { path: string };
  return `${path}: ${plural(scalars, "scalar")}, ${plural(histograms, "histogram")}, ${plural(images, "picture")}`;
}
