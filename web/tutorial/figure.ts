/** What a step shows, as data: the page draws it. */

/** Grey images in [0, 1], one after the other. */
export interface Pictures {
  readonly kind: "pictures";
  readonly width: number;
  readonly height: number;
  readonly pixels: Float32Array;
  /** Images in a row. */
  readonly columns: number;
  /** What stands at the left of each row. */
  readonly rows?: readonly string[];
  readonly caption: string;
}

interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

interface Bars {
  readonly kind: "bars";
  readonly series: readonly Series[];
  /** Under the bars. */
  readonly labels: readonly string[];
  readonly unit: string;
  readonly caption: string;
}

interface Lines {
  readonly kind: "lines";
  /** More than four are drawn alike, and not named. */
  readonly series: readonly Series[];
  /** Rising. */
  readonly x: readonly number[];
  /** Where the axis of x ends, which then begins at 0. Default: from the first x to the last. */
  readonly end?: number;
  readonly axes: readonly [string, string];
  readonly caption: string;
}

interface Points {
  readonly kind: "points";
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** A class for each point. */
  readonly classes?: readonly number[];
  readonly axes: readonly [string, string];
  readonly caption: string;
}

export type Chart = Bars | Lines | Points;

export interface Table {
  readonly kind: "table";
  readonly columns: readonly string[];
  readonly rows: readonly { readonly name: string; readonly values: readonly string[] }[];
  readonly caption: string;
}

/** Figures that belong together. */
interface Group {
  readonly kind: "group";
  readonly parts: readonly (Pictures | Chart | Table)[];
  readonly caption: string;
}

export type Figure = Pictures | Chart | Table | Group;
