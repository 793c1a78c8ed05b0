/** Elements picked by index along an axis, and added up by index: number by number. */

import type { Indexing, IndexingKind } from "../plan/index.ts";
import { f32, i32, sequence, zero } from "./assembler.ts";
import type { Local, ModuleBuilder } from "./module.ts";

/** Parameters: what is picked from or what is added, the index, the result. */
export function defineIndexing(module: ModuleBuilder, kind: IndexingKind, indexing: Indexing): number {
  const { outer, inner, picked, size } = indexing;
  return module.define(`${kind} ${JSON.stringify(indexing)}`, 3, (frame) => {
    const [operand, index, result] = frame.parameters as [Local, Local, Local];
    const [o, a, column, place] = Array.from({ length: 4 }, () => frame.local("i32")) as [
      Local,
      Local,
      Local,
      Local,
    ];
    /** Of the operands, the one that the index points into; the other is gone through in order. */
    const [indexed, ordered] = kind === "gather" ? [operand, result] : [result, operand];
    const row = i32.multiply(i32.load(0, index.get), i32.const(4 * inner));
    const move =
      kind === "gather"
        ? f32.store(0, ordered.get, f32.load(0, place.get))
        : f32.store(0, place.get, f32.add(f32.load(0, place.get), f32.load(0, ordered.get)));
    const next = (local: Local, by: number) => local.set(i32.add(local.get, i32.const(by)));
    return sequence(
      kind === "scatter" ? zero(result.get, i32.const(4 * outer * size * inner)) : [],
      frame.loop(
        o,
        i32.const(0),
        i32.const(outer),
        1,
        frame.loop(
          a,
          i32.const(0),
          i32.const(picked),
          1,
          frame.loop(
            column,
            i32.const(0),
            i32.const(4 * inner),
            4,
            place.set(i32.add(indexed.get, i32.add(row, column.get))),
            move,
            next(index, 4),
            next(ordered, 4),
          ),
        ),
        next(indexed, 4 * size * inner),
      ),
    );
  });
}
