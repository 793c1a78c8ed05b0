/** `sprites`: the complete grid of shapes that `procedural/sprites.ts` draws, as a source. */

import { z } from "zod";
import { heldOutOption, sharedOptions } from "../options.ts";
import { sprites as drawSprites, spritesOptions } from "../procedural/sprites.ts";
import { ownOptions, proceduralData } from "./procedural.ts";
import { defineSource } from "./source.ts";

export const sprites = defineSource({
  name: "sprites",
  summary: "drawn here: white shapes on black, every combination of their true factors",
  options: spritesOptions.extend({
    source: z.literal("sprites"),
    ...sharedOptions,
    heldOut: heldOutOption,
  }),
  async open(options) {
    const own = spritesOptions.parse(ownOptions(spritesOptions, options));
    return proceduralData("sprites", own, drawSprites(own));
  },
});
