/**
 * Named configs: the trainings of the seed documents and of the field, and starting points for one's own pictures.
 * Each says where its settings come from. A new one is a line in one of these files.
 */

import { celeba } from "./celeba.ts";
import { dsprites } from "./dsprites.ts";
import { iwae } from "./iwae.ts";
import { mnist } from "./mnist.ts";
import { own } from "./own.ts";
import type { Presets } from "./preset.ts";

export type { Preset } from "./preset.ts";

const { demo, ...others } = own;

/** In the order in which they are listed: the demo first. */
export const presets: Presets = { demo: demo!, ...mnist, ...iwae, ...dsprites, ...celeba, ...others };
