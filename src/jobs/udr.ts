/** UDR of several runs of the same data: how well each one's latents are found again among the others'. */

import { BetalabError } from "../base/errors.ts";
import { permutation } from "../base/random.ts";
import type { Posteriors } from "../latent/index.ts";
import { computeUdr, type UdrOptions, type UdrResult } from "../metrics/index.ts";
import { type OpenRun, type Place, posteriorsOf } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import { openRun } from "./open.ts";

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
  const runs = paths.map((path) => openRun(path, place, tell));
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

/** The first run that was trained on other data than the first. */
export function otherData(runs: readonly OpenRun[]): OpenRun | undefined {
  const fingerprint = (one: OpenRun | undefined) => one?.run.information.data.fingerprint;
  return runs.find((one) => fingerprint(one) !== fingerprint(runs[0]));
}
