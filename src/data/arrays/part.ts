/** What readers of array files hand over, and how it is to be read. */

import type { StoredArray } from "../formats/array-file.ts";
import type { FactorsOption, SizeOption } from "../options.ts";
import type { ValueRange } from "../range.ts";
import type { LayoutHints } from "./layout.ts";

/** The arrays of one split. */
export interface ArrayPart {
  readonly images: StoredArray;
  readonly labels?: StoredArray | undefined;
  readonly labelNames?: readonly string[] | undefined;
  /** Classes of the factors, their values, or both. */
  readonly factors?: StoredArray | undefined;
  readonly factorValues?: StoredArray | undefined;
  readonly factorNames?: readonly string[] | undefined;
  /** Where a person asked for the array, or the set must have it, one that can't be used is an error. */
  readonly labelsWanted?: "asked" | "needed" | undefined;
  /** What was noticed when they were looked for. */
  readonly notes?: readonly string[];
  readonly factorsWanted?: "asked" | "needed" | undefined;
}

export interface ReadOptions extends Pick<LayoutHints, "shape" | "count" | "transposed"> {
  readonly range?: ValueRange | undefined;
  /** True where a value outside of `range` is an error instead of being clipped. */
  readonly exact?: boolean;
  readonly size?: SizeOption | undefined;
  readonly split?: "test" | "val" | "all" | undefined;
  /** Which columns of the table of factors, under which names; and where it is, if in another file. */
  readonly factors?: FactorsOption | undefined;
  /** The file or folder of the images, from where another file is looked for. */
  readonly path?: string | undefined;
}
