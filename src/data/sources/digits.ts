/** `digits`: the handwriting-like digits that `procedural/digits.ts` draws, as a source. */

import { z } from "zod";
import { heldOutOption, sharedOptions } from "../options.ts";
import { digitsOptions, digits as drawDigits } from "../procedural/digits.ts";
import { ownOptions, proceduralData } from "./procedural.ts";
import { defineSource } from "./source.ts";

export const digits = defineSource({
  name: "digits",
  summary: "drawn here: handwriting-like digits with known slant, thickness and position",
  options: digitsOptions.extend({
    source: z.literal("digits"),
    ...sharedOptions,
    heldOut: heldOutOption,
  }),
  async open(options) {
    const own = digitsOptions.parse(ownOptions(digitsOptions, options));
    return proceduralData("digits", own, drawDigits(own));
  },
});
