/** What a report shows, computed elsewhere: words, numbers with units, charts, pictures, tables, and the live part. */

import type { PageChart, PageGrid, PageTable } from "../parts.ts";
import type { Live } from "./live.ts";

export interface ReportContent {
  /** The run's name. */
  readonly title: string;
  /** Sentences: what was trained on what, how well it does, what its latents do. */
  readonly summary: readonly string[];
  readonly facts: readonly Fact[];
  readonly live: Live;
  /** The weights of encoder and decoder by name, as safetensors. */
  readonly weights: Uint8Array;
  /** The first points' pictures, as PNG. */
  readonly pictures: Uint8Array;
  readonly reconstructions: ReportPicture;
  readonly samples: ReportPicture;
  readonly traversals: Traversals;
  /** What each latent goes with, the largest KL first: in words, and by which measures. Empty where nothing is known. */
  readonly meanings: readonly { readonly plain: string; readonly exact: string }[];
  /** Empty where nothing draws charts. */
  readonly usage: readonly PageChart[];
  /** Empty for a model without a run. */
  readonly curves: readonly PageChart[];
  /** Evaluations that the run holds. */
  readonly tables: readonly ReportTable[];
  /** As YAML. */
  readonly config: string;
  /** Versions, data, device, times: [name, value]. */
  readonly details: readonly (readonly [name: string, value: string])[];
}

export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly unit?: string | undefined;
  readonly note?: string | undefined;
}

export interface ReportPicture extends PageGrid {
  readonly caption: string;
}

export interface Traversals {
  readonly caption: string;
  /** Over the columns: "−3", …, "3". */
  readonly values: readonly string[];
  readonly rows: readonly {
    readonly dimension: number;
    readonly kl: number;
    /** "slant ρ .91". */
    readonly meaning?: string | undefined;
    readonly active: boolean;
    readonly grid: PageGrid;
  }[];
}

export interface ReportTable extends PageTable {
  readonly title: string;
  readonly note?: string | undefined;
  readonly remarks?: readonly string[] | undefined;
}
