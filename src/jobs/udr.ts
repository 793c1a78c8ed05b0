/** UDR of several runs of the same data: how well each one's latents are found again among the others'. */

import { BetalabError } from "../base/errors.ts";
import { canonicalJson } from "../base/json.ts";
import { permutation } from "../base/random.ts";
import type { Posteriors } from "../latent/index.ts";
import { computeUdr, type UdrOptions, type UdrResult } from "../metrics/index.ts";
import { type OpenModel, type Place, posteriorsOf } from "../trained/index.ts";
import { settingOf } from "./compare/group.ts";
import type { Teller } from "./events.ts";
import { openSubject } from "./open.ts";

/**
 * Ranks the runs. The seed is the first run's unless another is given.
 *
 * Throws "data" for none, or when one was trained on other data than another.
 */
export async function rankRuns(
  paths: readonly string[],
  place: Place,
  { seed: given, ...options }: Omit<UdrOptions, "seed"> & { readonly seed: number | undefined },
  tell: Teller,
): Promise<{ path: string; udr: UdrResult }[]> {
  const runs = paths.map((path) => openSubject(path, place, tell));
  const [first] = runs;
  const others = otherData(runs);
  if (first === undefined || others !== undefined) {
    const message = others ? onOtherData(others) : "there is no run to rank";
    throw new BetalabError("data", message, "UDR compares models of the same images");
  }
  const trainings = runs.map(({ config }) => canonicalJson([config.seed, settingOf(config)]));
  const twin = runs.find((_, i) => trainings.indexOf(trainings[i]!) < i);
  if (twin)
    tell.note(`${twin.path} has the settings and the seed of a run before it: UDR wants seeds that differ`);
  const seed = given ?? first.config.seed;
  const data = await first.data(place);
  try {
    const { count } = data.heldOut.images;
    const order = permutation(count, { seed, stream: "metrics/udr" });
    const indices = order.slice(0, options.images);
    const models: Posteriors[] = [];
    for (const [done, opened] of runs.entries()) {
      tell.stage({ stage: "encoding images of each run", done, total: runs.length });
      models.push(await posteriorsOf(opened, data, "heldOut", { indices, signal: tell.signal }));
    }
    const ranked = await computeUdr(models, { ...options, seed }, tell);
    return ranked.map((udr, i) => ({ path: paths[i]!, udr }));
  } finally {
    data.close();
  }
}

/** The first model that was trained on other data than one before it, and that one; of an exported one the data's name is all that is known. */
export function otherData(
  models: readonly OpenModel[],
): readonly [odd: OpenModel, than: OpenModel] | undefined {
  const fingerprint = (one: OpenModel) => one.run?.information.data.fingerprint;
  for (const [i, one] of models.entries()) {
    const than = models.slice(0, i).find((before) => {
      const [ours, theirs] = [fingerprint(before), fingerprint(one)];
      return ours && theirs ? ours !== theirs : one.dataName !== before.dataName;
    });
    if (than !== undefined) return [one, than];
  }
  return undefined;
}

export const onOtherData = ([odd, than]: readonly [odd: OpenModel, than: OpenModel]): string =>
  `${odd.path} was trained on other data than ${than.path}`;
