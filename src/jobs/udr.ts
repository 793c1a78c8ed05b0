/** UDR of several runs of the same data: how well each one's latents are found again among the others'. */

import { BetalabError } from "../base/errors.ts";
import { permutation } from "../base/random.ts";
import type { Posteriors } from "../latent/index.ts";
import { computeUdr, type UdrOptions, type UdrResult } from "../metrics/index.ts";
import { type OpenModel, type Place, posteriorsOf } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import { openSubject } from "./open.ts";

/**
 * Ranks the runs. The seed is the first run's unless another is given.
 *
 * Throws "data" for fewer than two, or when one was trained on other data than the first.
 */
export async function rankRuns(
  paths: readonly string[],
  place: Place,
  { seed: given, ...options }: Omit<UdrOptions, "seed"> & { readonly seed: number | undefined },
  tell: Teller,
): Promise<{ path: string; udr: UdrResult }[]> {
  const runs = paths.map((path) => openSubject(path, place, tell));
  const [first] = runs;
  const odd = otherData(runs);
  if (first === undefined || odd !== undefined) {
    const message = odd
      ? `${odd.path} was trained on other data than ${first!.path}`
      : "there is no run to rank";
    throw new BetalabError("data", message, "UDR compares models of the same images");
  }
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

/** The first model that was trained on other data than the first; of an exported one the data's name is all that is known. */
export function otherData([first, ...others]: readonly OpenModel[]): OpenModel | undefined {
  const fingerprint = (one: OpenModel | undefined) => one?.run?.information.data.fingerprint;
  const differs = (one: OpenModel): boolean => {
    const [ours, theirs] = [fingerprint(first), fingerprint(one)];
    return ours && theirs ? ours !== theirs : one.dataName !== first?.dataName;
  };
  return others.find(differs);
}
