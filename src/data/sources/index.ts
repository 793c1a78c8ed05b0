/** The registry of data sources: a new one is a file in this folder and a line here. */

import { z } from "zod";
import { digits } from "./digits.ts";
import { dsprites } from "./dsprites.ts";
import { fashionMnist } from "./fashion-mnist.ts";
import { folder } from "./folder.ts";
import { idx } from "./idx.ts";
import { mnist } from "./mnist.ts";
import { npz } from "./npz.ts";
import type { Source } from "./source.ts";
import { sprites } from "./sprites.ts";

const registry = [sprites, digits, mnist, fashionMnist, dsprites, folder, npz, idx] as const;

/** All sources, in the order that `data list` shows them. */
export const sources: readonly Source[] = registry;

type Schemas<Registry extends readonly { options: unknown }[]> = {
  -readonly [Key in keyof Registry]: Registry[Key]["options"];
};

/** The config section `data`: the options of one source, told apart by `source`. */
export const dataConfigSchema = z.discriminatedUnion(
  "source",
  registry.map((source) => source.options) as Schemas<typeof registry>,
);

/** The section with its defaults filled in. */
export type DataConfig = z.output<typeof dataConfigSchema>;

/** The section as a person writes it. */
export type DataConfigInput = z.input<typeof dataConfigSchema>;
