/** What the latents carry, in a sentence, over the files that show it. */
import { formatDigits, plural } from "../../base/format.ts";
import type { Told } from "./told.ts";

export function usageText({ value, paths }: Told): string {
  const { active, dimensions, kl } = value as { active: number; dimensions: readonly unknown[]; kl: number };
  const sentence = `${active} of ${plural(dimensions.length, "latent")} ${active === 1 ? "is" : "are"} active; all together carry ${formatDigits(kl)} nats/image.`;
  return [sentence, ...paths].join("\n");
}
