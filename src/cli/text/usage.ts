/** What the latents carry, in a sentence, over the files that show it. */
import type { Told } from "./told.ts";

export function usageText({ value, paths }: Told): string {
  const { active, dimensions, kl } = value as { active: number; dimensions: readonly unknown[]; kl: number };
  const sentence = `${active} of ${dimensions.length} latents are active; together they carry ${kl.toFixed(1)} nats/image.`;
  return [sentence, ...paths].join("\n");
}
