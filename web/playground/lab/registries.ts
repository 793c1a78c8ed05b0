/** What configs of the page may name: all that ships, and data that a person brings under the names it has in Node. */

import { z } from "zod";
import { BetalabError } from "../../../src/base/errors.ts";
import { configuration, shipped } from "../../../src/config/web.ts";
import { digitsSource, heldOutOption, source, spritesSource } from "../../../src/data/index.ts";

const brought = <const Name extends string>(name: Name, summary: string) =>
  source({
    name,
    summary,
    options: z.strictObject({ heldOut: heldOutOption }),
    async open() {
      throw new BetalabError(
        "data",
        `data.source is ${name}: a page can't reach files by itself`,
        "drop the file on the page",
      );
    },
  });

export const registries = {
  ...shipped,
  sources: [
    digitsSource,
    spritesSource,
    brought("idx", "an IDX file that is dropped on the page"),
    brought("npz", "a .npy or .npz file that is dropped on the page"),
    brought("folder", "pictures, or a zip of them, that are dropped on the page"),
  ],
} as const;

/** Whether the page draws the data itself. */
export const isDrawn = ({ data }: { readonly data: { readonly source: string } }): boolean =>
  data.source === digitsSource.name || data.source === spritesSource.name;

export const configs = configuration(registries);
