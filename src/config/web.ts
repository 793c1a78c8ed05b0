/** The config's door in a page: everything of `index.ts`, and all that is shipped and runs there. */

import { digitsSource, spritesSource } from "../data/index.ts";
import { shippedWith } from "./shipped.ts";

export * from "./index.ts";

export const shipped = shippedWith([spritesSource, digitsSource]);
