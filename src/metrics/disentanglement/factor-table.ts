/** The true factors as metrics use them: by column, with the rows at each level at hand. */

import { BetalabError } from "../../base/errors.ts";
import type { Factors } from "../../data/index.ts";

export class FactorTable {
  readonly names: readonly string[];
  /** Levels of each factor. */
  readonly sizes: readonly number[];
  /** `[factors]` of `[images]`. */
  readonly levels: readonly Int32Array[];
  readonly count: number;
  /** Factors with one value only: nothing can be learnt about them. */
  readonly leftOut: readonly string[];
  readonly #rowsAt: readonly (readonly Uint32Array[])[];

  /**
   * @param options `incomplete` takes factors that are not a complete grid as independent draws; the scores are then
   * only right if they are
   *
   * Throws "data" when the grid is incomplete, or when no factor varies.
   */
  constructor({ factors, levels, complete }: Factors, { incomplete = false } = {}) {
    const width = factors.length;
    this.count = width === 0 ? 0 : levels.length / width;
    if (!complete && !incomplete) throw incompleteGrid(factors, this.count);
    const columns = factors.map((_, k) => {
      const column = new Int32Array(this.count);
      for (let i = 0; i < column.length; i++) column[i] = levels[i * width + k]!;
      return column;
    });
    const varies = columns.map((column) => column.some((level) => level !== column[0]));
    const kept = factors.map((_, k) => k).filter((k) => varies[k]);
    this.leftOut = factors.filter((_, k) => !varies[k]).map(({ name }) => name);
    if (kept.length === 0) {
      throw new BetalabError(
        "data",
        `no factor varies: ${this.leftOut.join(", ") || "there is none"}`,
        "disentanglement is measured on data whose factors take several values",
      );
    }
    this.names = kept.map((k) => factors[k]!.name);
    this.sizes = kept.map((k) => factors[k]!.values.length);
    this.levels = kept.map((k) => columns[k]!);
    this.#rowsAt = this.levels.map((column, k) => rowsByLevel(column, this.sizes[k]!));
  }

  /** The images in which a factor has a level. */
  rowsAt(factor: number, level: number): Uint32Array {
    return this.#rowsAt[factor]![level]!;
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

function incompleteGrid(factors: Factors["factors"], count: number): BetalabError {
  const combinations = factors.reduce((product, factor) => product * factor.values.length, 1);
  return new BetalabError(
    "data",
    `the factors are not a complete grid: ${count} images, ${combinations} combinations of ` +
      factors.map(({ name, values }) => `${name} (${values.length})`).join(" × "),
    "disentanglement metrics need every combination exactly once; incomplete: true takes the images as independent draws",
  );
}
