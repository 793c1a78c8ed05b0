/**
 * k nearest neighbours by comparing with every training sample: Euclidean, one vote each, the lowest class wins a
 * draw, as scikit-learn's `KNeighborsClassifier`.
 */

import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Columns } from "../../base/linear-algebra.ts";
import { type Classes, occurringClasses, rowsOf } from "./problem.ts";

export interface NearestNeighbours {
  predict(columns: Columns): Classes;
}

/** Samples that are looked up together: each training sample is then read once for all of them. */
const TOGETHER = 4;

/** Throws "data" when there are fewer samples than classes or neighbours, or one class only. */
export function fitNearestNeighbours(
  columns: Columns,
  classes: Classes,
  neighbours: number,
): NearestNeighbours {
  const occurring = occurringClasses(columns, classes);
  if (neighbours > classes.length) {
    throw new BetalabError(
      "data",
      `${plural(neighbours, "neighbour")} among ${plural(classes.length, "sample")}: there are not so many`,
      "take fewer neighbours, or draw more samples",
    );
  }
  const votes = new Int32Array(occurring.at(-1)! + 1);
  const learnt = rowMajor(columns);
  const width = columns.length;
  const nearest = Array.from({ length: TOGETHER }, () => new Nearest(neighbours, classes)) as [
    Nearest,
    Nearest,
    Nearest,
    Nearest,
  ];
  return {
    predict(given) {
      const judged = rowMajor(given);
      const count = rowsOf(given);
      const predicted = new Int32Array(count);
      for (let first = 0; first < count; first += TOGETHER) {
        for (const one of nearest) one.clear();
        const startOf = (i: number) => width * Math.min(first + i, count - 1);
        const [a, b, c, d] = [startOf(0), startOf(1), startOf(2), startOf(3)];
        const [nearA, nearB, nearC, nearD] = nearest;
        for (let i = 0, at = 0; i < classes.length; i++) {
          let toA = 0;
          let toB = 0;
          let toC = 0;
          let toD = 0;
          for (let j = 0; j < width; j++, at++) {
            const value = learnt[at]!;
            const byA = value - judged[a + j]!;
            const byB = value - judged[b + j]!;
            const byC = value - judged[c + j]!;
            const byD = value - judged[d + j]!;
            toA += byA * byA;
            toB += byB * byB;
            toC += byC * byC;
            toD += byD * byD;
          }
          if (toA < nearA.reach) nearA.take(toA, i);
          if (toB < nearB.reach) nearB.take(toB, i);
          if (toC < nearC.reach) nearC.take(toC, i);
          if (toD < nearD.reach) nearD.take(toD, i);
        }
        const found = Math.min(TOGETHER, count - first);
        for (let i = 0; i < found; i++) predicted[first + i] = nearest[i]!.elect(votes);
      }
      return predicted;
    },
  };
}

function rowMajor(columns: Columns): Float64Array {
  const width = columns.length;
  const rows = new Float64Array(width * columns[0]!.length);
  columns.forEach((column, j) => {
    for (let i = 0; i < column.length; i++) rows[i * width + j] = column[i]!;
  });
  return rows;
}

/** The nearest training samples so far, nearest first; of equal ones the earliest. */
class Nearest {
  /** Squared distance from which on nothing is wanted. */
  reach = Number.POSITIVE_INFINITY;
  readonly #classes: Classes;
  readonly #squared: Float64Array;
  readonly #owners: Int32Array;

  constructor(k: number, classes: Classes) {
    this.#classes = classes;
    this.#squared = new Float64Array(k);
    this.#owners = new Int32Array(k);
  }

  clear(): void {
    this.#squared.fill(Number.POSITIVE_INFINITY);
    this.reach = Number.POSITIVE_INFINITY;
  }

  take(squared: number, sample: number): void {
    let place = this.#squared.length - 1;
    for (; place > 0 && this.#squared[place - 1]! > squared; place--) {
      this.#squared[place] = this.#squared[place - 1]!;
      this.#owners[place] = this.#owners[place - 1]!;
    }
    this.#squared[place] = squared;
    this.#owners[place] = this.#classes[sample]!;
    this.reach = this.#squared.at(-1)!;
  }

  /** The class that most of them have, the lowest of several. */
  elect(votes: Int32Array): number {
    votes.fill(0);
    for (const owner of this.#owners) votes[owner]!++;
    let winner = 0;
    for (let one = 1; one < votes.length; one++) if (votes[one]! > votes[winner]!) winner = one;
    return winner;
  }
}
