/**
 * k nearest neighbours by comparing with every training sample: Euclidean, one vote each, the lowest class wins a
 * draw, as scikit-learn's `KNeighborsClassifier`.
 */

import type { Columns } from "../../base/linear-algebra.ts";
import { type Classes, occurringClasses, rowsOf } from "./problem.ts";

export interface NearestNeighbours {
  predict(columns: Columns): Classes;
}

/** Throws "data" when there are fewer samples than classes or neighbours, or one class only. */
export function fitNearestNeighbours(
  columns: Columns,
  classes: Classes,
  neighbours: number,
): NearestNeighbours {
  const occurring = occurringClasses(columns, classes);
  const k = Math.min(neighbours, classes.length);
  return {
    predict(given) {
      const distances = new Float64Array(classes.length);
      const nearest = new Float64Array(k);
      const owners = new Int32Array(k);
      const votes = new Int32Array(occurring.at(-1)! + 1);
      return Int32Array.from({ length: rowsOf(given) }, (_, row) => {
        distances.fill(0);
        columns.forEach((column, d) => {
          const at = given[d]![row]!;
          for (let i = 0; i < distances.length; i++) {
            const difference = column[i]! - at;
            distances[i]! += difference * difference;
          }
        });
        nearest.fill(Number.POSITIVE_INFINITY);
        for (let i = 0; i < distances.length; i++) {
          const distance = distances[i]!;
          if (distance >= nearest[k - 1]!) continue;
          let place = k - 1;
          for (; place > 0 && nearest[place - 1]! > distance; place--) {
            nearest[place] = nearest[place - 1]!;
            owners[place] = owners[place - 1]!;
          }
          nearest[place] = distance;
          owners[place] = classes[i]!;
        }
        votes.fill(0);
        for (const owner of owners) votes[owner]!++;
        let winner = 0;
        for (let one = 1; one < votes.length; one++) if (votes[one]! > votes[winner]!) winner = one;
        return winner;
      });
    },
  };
}
