/** Learners want each class up to the highest, and two at least; samples may show some of a factor's levels, or one. */

import type { Columns } from "../../base/linear-algebra.ts";
import type { Classes } from "../learners/index.ts";

export interface Model {
  predict(columns: Columns): Classes;
}

export type Learn<M extends Model = Model> = (columns: Columns, classes: Classes) => M;

/** Learns the classes that its samples show; of a single one it predicts that, and there is nothing `learnt`. */
export function learnOccurring<M extends Model>(
  learn: Learn<M>,
  columns: Columns,
  classes: Classes,
): Model & { readonly learnt?: M } {
  const occurring = [...new Set(classes)].sort((a, b) => a - b);
  if (occurring.length === 1)
    return { predict: (given) => new Int32Array(given[0]!.length).fill(occurring[0]!) };
  const ranks = new Map(occurring.map((one, rank) => [one, rank]));
  const learnt = learn(
    columns,
    classes.map((one) => ranks.get(one)!),
  );
  return { learnt, predict: (given) => learnt.predict(given).map((rank) => occurring[rank]!) };
}
