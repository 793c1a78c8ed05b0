/** The true factors as metrics use them: by column, with the rows at each level at hand. */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Factors } from "../../data/index.ts";
import { discretize } from "./information.ts";

/** With fewer images a value on average, values are taken as a quantity: as classes they would mean nothing. */
const IMAGES_A_VALUE = 5;

/** With fewer images a class on average, categories are left out: nothing can be learnt about them. */
const IMAGES_A_CATEGORY = 2;

export interface FactorTableOptions {
  /** Equal-width bins of a continuous factor; they are its levels. */
  readonly factorBins: number;
  /** Names of factors that are quantities, however often their values recur. */
  readonly continuous: readonly string[];
}

export class FactorTable {
  readonly names: readonly string[];
  /** Levels of each factor. */
  readonly sizes: readonly number[];
  /** `[factors]` of `[images]`: the bin where the factor is continuous. */
  readonly levels: readonly Int32Array[];
  /** `[factors]` of `[images]`: the factor's own numbers. */
  readonly values: readonly Float64Array[];
  /** `[factors]`: whether it is a quantity. */
  readonly isContinuous: readonly boolean[];
  readonly count: number;
  /** Every combination of levels once, so that fixing one factor leaves the others as they are. */
  readonly complete: boolean;
  /** Factors about which nothing can be learnt, with one value only, or with fewer than two images a category. */
  readonly leftOut: readonly string[];
  readonly #rowsAt: readonly (readonly Uint32Array[])[];

  /** Throws "data" when no factor varies, "usage" for a name in `continuous` that no factor has. */
  constructor({ factors, levels, complete }: Factors, { factorBins, continuous }: FactorTableOptions) {
    const width = factors.length;
    this.count = width === 0 ? 0 : levels.length / width;
    this.complete = complete;
    const unknown = continuous.find((name) => !factors.some((factor) => factor.name === name));
    if (unknown !== undefined) {
      const names = factors.map(({ name }) => name).join(", ");
      throw new BetalabError(
        "usage",
        `continuous names "${unknown}", which is not a factor`,
        `there are ${names}`,
      );
    }
    const columns = factors.map((factor, k) => {
      const level = Int32Array.from({ length: this.count }, (_, i) => levels[i * width + k]!);
      const size = factor.values.length;
      const isRare = complete ? size === this.count : size * IMAGES_A_VALUE > this.count;
      const isNamed = continuous.includes(factor.name);
      const isCategory = factor.kind === "categorical" && !isNamed;
      const isContinuous = isNamed || factor.kind === "continuous" || (isRare && !isCategory);
      const values = Float64Array.from(level, (one) => factor.values[one]!);
      return {
        name: factor.name,
        varies:
          level.some((one) => one !== level[0]) && !(isCategory && size * IMAGES_A_CATEGORY > this.count),
        size: isContinuous ? factorBins : size,
        levels: isContinuous ? discretize(values, factorBins).map((bin) => bin - 1) : level,
        values,
        isContinuous,
      };
    });
    const kept = columns.filter(({ varies }) => varies);
    this.leftOut = columns.filter(({ varies }) => !varies).map(({ name }) => name);
    if (kept.length === 0) {
      throw new BetalabError(
        "data",
        `no factor varies and has several images for each of its values: ${this.leftOut.join(", ") || "there is none"}`,
        "disentanglement is measured on data whose factors take several values",
      );
    }
    this.names = kept.map(({ name }) => name);
    this.sizes = kept.map(({ size }) => size);
    this.levels = kept.map((one) => one.levels);
    this.values = kept.map(({ values }) => values);
    this.isContinuous = kept.map((one) => one.isContinuous);
    this.#rowsAt = kept.map((one) => rowsByLevel(one.levels, one.size));
  }

  /** The images in which a factor has a level. */
  rowsAt(factor: number, level: number): Uint32Array {
    return this.#rowsAt[factor]![level]!;
  }

  /** "912 images, 1000 combinations of x (10) × y (100)". */
  describeGrid(): string {
    const combinations = this.sizes.reduce((product, size) => product * size, 1);
    const factors = this.names.map((name, k) => `${name} (${this.sizes[k]})`).join(" × ");
    return `${plural(this.count, "image")}, ${plural(combinations, "combination")} of ${factors}`;
  }
}

function rowsByLevel(column: Int32Array, size: number): Uint32Array[] {
  const counts = new Uint32Array(size);
  for (const level of column) counts[level]!++;
  const rows = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  column.forEach((level, row) => {
    rows[level]![counts[level]!++] = row;
  });
  return rows;
}
