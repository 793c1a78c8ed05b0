/** `sprites`: the complete grid of shapes that `procedural/sprites.ts` draws, as a source. */

import { proceduralSource } from "../procedural/source.ts";
import { sprites as draw, spritesOptions } from "../procedural/sprites.ts";

export const sprites = proceduralSource({
  name: "sprites",
  summary: "drawn here: white shapes on black, every combination of their true factors",
  options: spritesOptions,
  white: 1,
  draw,
});
