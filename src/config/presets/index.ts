/**
 * Named configs: the trainings of the seed documents and of the field, and starting points for one's own pictures.
 * Each says where its settings come from. A new one is an item in one of these files.
 */

import { celeba } from "./celeba.ts";
import { dsprites } from "./dsprites.ts";
import { iwae } from "./iwae.ts";
import { mnist } from "./mnist.ts";
import { demo, folder, sizedFolders } from "./own.ts";

/** In the order in which they are listed: the demo first. */
export const presets = [demo, ...mnist, ...iwae, ...dsprites, ...celeba, folder, ...sizedFolders] as const;
