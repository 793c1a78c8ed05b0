/** Which betalab this is. */

import { createRequire } from "node:module";

export const version = (): string =>
  (createRequire(import.meta.url)("betalab/package.json") as { readonly version: string }).version;
