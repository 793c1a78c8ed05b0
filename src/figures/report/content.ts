/** What a report shows, computed elsewhere: words, numbers with units, charts, pictures, tables, and the live part. */

import type { Chart } from "../charts/chart.ts";
import type { Live } from "./live.ts";

export interface ReportContent {
  /** The run's name. */
  readonly title: string;
  /** Sentences: what was trained on what, how well it does, what its latents do. */
  readonly summary: readonly string[];
  readonly facts: readonly Fact[];
  readonly live: Live;
  /** The decoder's weights, one after another in the order in which it asks for them. */
  readonly weights: Float32Array;
  /** The first points' pictures, as PNG. */
  readonly pictures: Uint8Array;
  readonly reconstructions: ReportPicture;
  readonly samples: ReportPicture;
  readonly traversals: Traversals;
  readonly usage: readonly ReportChart[];
  /** Empty for a model without a run. */
  readonly curves: readonly ReportChart[];
  /** Evaluations that the run holds. */
  readonly tables: readonly ReportTable[];
  /** As YAML. */
  readonly config: string;
  /** Versions, data, device, times: [name, value]. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

/** One number of the summary. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly unit?: string | undefined;
  readonly note?: string | undefined;
}

/** PNG with nothing between the images, at the images' own size. */
export interface ReportPicture {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly caption: string;
}

export interface Traversals {
  readonly caption: string;
  /** Over the columns: "−3", …, "3". */
  readonly values: readonly string[];
  readonly rows: readonly {
    readonly dimension: number;
    readonly kl: number;
    readonly active: boolean;
    readonly png: Uint8Array;
  }[];
  /** Width and height of a row in pixels. */
  readonly width: number;
  readonly height: number;
}

export interface ReportChart {
  readonly chart: Chart;
  /** For those who can't see it. */
  readonly caption: string;
}

export interface ReportTable {
  readonly title: string;
  readonly note?: string | undefined;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences under it. */
  readonly remarks?: readonly string[] | undefined;
}
