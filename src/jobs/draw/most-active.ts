/** Which latents are drawn where nobody chose them: hundreds of pictures help nobody, and take gigabytes. */

import { range } from "../../base/lists.ts";
import { descending } from "../../latent/index.ts";
import type { Teller } from "../events.ts";

const MOST = 32;

/**
 * All latents in ascending order; of more than 32 the most active ones, which is noted.
 *
 * @param kl nats of each latent; where they are unknown, the first latents are taken
 * @param others how others can be had, for the note
 */
export function drawnLatents(
  latentDim: number,
  kl: ArrayLike<number> | undefined,
  tell: Pick<Teller, "note">,
  others: string,
): number[] {
  const all = range(latentDim);
  if (latentDim <= MOST) return all;
  tell.note(`the ${MOST} ${kl ? "most active" : "first"} of ${latentDim} latents are drawn${others}`);
  return (kl ? descending(kl) : all).slice(0, MOST).sort((a, b) => a - b);
}
