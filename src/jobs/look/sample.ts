/** `betalab sample`: pictures from the prior; a conditional model's class by class. */

import { labelledSheet, sampleGrid } from "../../figures/node.ts";
import { priorDraws } from "../../latent/index.ts";
import { priorClasses } from "./choose.ts";
import { type Drawn, FigureFiles } from "./files.ts";
import { type LookOptions, look } from "./looking.ts";

export interface SampleOptions extends LookOptions {
  /** Default 64; of a conditional model without `className`, eight of each class. */
  readonly count?: number | undefined;
  /** Default: the run's. */
  readonly seed?: number | undefined;
  /** Standard deviation of the draws. Default 1. */
  readonly temperature?: number | undefined;
  /** A conditional model's class. Default: a row for each. */
  readonly className?: string | undefined;
}

export interface Sampled extends Drawn {
  readonly count: number;
  readonly seed: number;
  readonly temperature: number;
}

export async function drawSamples(path: string, options: SampleOptions = {}): Promise<Sampled> {
  return look(path, options, async ({ opened, model }) => {
    const { vae, config, step } = opened;
    const { seed = config.seed, temperature = 1, className } = options;
    const names = className === undefined ? vae.classes : undefined;
    const perClass = Math.max(
      1,
      Math.ceil((options.count ?? 8 * (names?.length ?? 8)) / (names?.length ?? 1)),
    );
    const count = perClass * (names?.length ?? 1);
    const latents = priorDraws(count, vae.latentDim, seed, temperature);
    const out = new FigureFiles(opened, "sample", options.out);
    const classes = names
      ? Array.from({ length: count }, (_, i) => Math.floor(i / perClass))
      : priorClasses(vae, count, className);
    const images = await model.decode(latents, classes);
    await out.picture(
      names
        ? labelledSheet(images, { rows: names.map((label) => ({ label })), columns: perClass })
        : sampleGrid(images),
    );
    const heading = ["sample", ...(classes ? ["class"] : []), ...latentNames(vae.latentDim)];
    out.csv(
      heading,
      Array.from({ length: count }, (_, i) => [
        i,
        ...(classes ? [vae.classes![classes[i]!]!] : []),
        ...latents.subarray(i * vae.latentDim, (i + 1) * vae.latentDim),
      ]),
    );
    return { paths: out.paths, step, count, seed, temperature };
  });
}

/** Column names of tables: z0, z1, …. */
export function latentNames(latentDim: number): string[] {
  return Array.from({ length: latentDim }, (_, d) => `z${d}`);
}
