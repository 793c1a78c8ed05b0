/** `digits`: the handwriting-like digits that `procedural/digits.ts` draws, as a source. */

import { digitsOptions, digits as draw } from "../procedural/digits.ts";
import { proceduralSource } from "../procedural/source.ts";

export const digits = proceduralSource({
  name: "digits",
  summary: "drawn here: handwriting-like digits with known slant, thickness and position",
  options: digitsOptions,
  white: 255,
  draw,
});
