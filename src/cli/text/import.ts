/** Where each tensor of an imported model comes from. */

import { formatCount, plural } from "../../base/format.ts";
import type { ImportValue } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function importText({ value }: Told): string {
  const { path, net, image, latentDim, parameters, tensors, ignored } = value as ImportValue;
  const rows = tensors.map(({ name, shape, from, by }) => [name, `[${shape.join(", ")}]`, from, by]);
  return [
    `${path}: ${net}; ${image.height}×${image.width}×${image.channels}, ${plural(latentDim, "latent")}, ${formatCount(parameters)} numbers`,
    "",
    columns([["here", "shape", "in the file", "found by"], ...rows]),
    ...(ignored.length > 0 ? ["", `not needed: ${ignored.join(", ")}`] : []),
  ].join("\n");
}
