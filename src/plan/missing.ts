/** Whether a back end has kernels for a program, told before anything is planned. */

import type { Program } from "../graph/index.ts";
import type { BackEnd, Kernel } from "./back-end.ts";
import { BoundGraph } from "./graph.ts";
import { joins } from "./joins.ts";
import { views } from "./views.ts";

/** What of a program a back end has no kernels for: "erf", "cast of int64"; undefined where there is nothing. */
export function missingOperator<K extends Kernel>(program: Program, backEnd: BackEnd<K>): string | undefined {
  for (const tensor of new BoundGraph(program, new Map()).order) {
    const { name } = tensor.operator;
    const isKnown =
      ["input", "constant", "fill", "sum", "max"].includes(name) ||
      [views, joins, backEnd.operators].some((known) => name in known) ||
      backEnd.isElementwise(name);
    const missing = isKnown ? backEnd.refused(tensor) : name;
    if (missing !== undefined) return missing;
  }
  return undefined;
}
