/** Opens the data that a model was trained on, and says where what is there is not quite that. */

import type { Config } from "../config/index.ts";
import type { Dataset } from "../data/index.ts";
import { openDataset } from "../data/node.ts";
import { dataContext, type Place } from "./place.ts";

export async function openTrainingData(
  { data: section }: Config,
  { name, fingerprint }: { readonly name: string; readonly fingerprint?: string | undefined },
  place: Place,
): Promise<Dataset> {
  const data = await openDataset(section, dataContext(place), place.registries?.sources);
  if (data.name !== name) {
    place.onNote?.(`this is ${data.name}, where the model was trained on ${name}`);
  } else if (fingerprint !== undefined && data.fingerprint !== fingerprint) {
    place.onNote?.(
      `${name} has changed since the model was trained: fingerprint ${data.fingerprint}, not ${fingerprint}`,
    );
  }
  return data;
}
