/** Matrix products. Both operands may lie in any order: they are packed into panels on the way. */

import { type Code, i32, sequence } from "./assembler.ts";
import type { Frame, Local, ModuleBuilder } from "./module.ts";
import {
  COLUMNS,
  leftBytes,
  packLeft,
  packRight,
  rightBytes,
  type Steps,
  TILE_BYTES,
  type TileKind,
  writeColumn,
} from "./tiles.ts";

export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Bytes from a row of the result to the next. */
  readonly stride: number;
  /** Strides in bytes: `across` from row to row of the left operand, from column to column of the right. */
  readonly left: Steps;
  readonly right: Steps;
  readonly kind: TileKind;
}

/** Bytes of memory that a product needs beside its operands. */
export const productScratch = ({ rows, depth }: Pick<Product, "rows" | "depth">): number =>
  leftBytes(rows, depth) + rightBytes(depth) + TILE_BYTES;

/** Parameters: left, right, bias (or anything), result, scratch. */
export function defineProduct(module: ModuleBuilder, product: Product): number {
  return module.define(`product ${JSON.stringify(product)}`, 5, (frame) => {
    const [left, right, bias, out, scratch] = frame.parameters as [Local, Local, Local, Local, Local];
    const { rows, columns, depth, stride } = product;
    const panel = frame.local("i32");
    const tile = i32.add(panel.get, i32.const(rightBytes(depth)));
    const column = (count: number): Code =>
      sequence(
        packRight(frame, right.get, panel.get, { depth, columns: count, steps: product.right }),
        writeColumn(frame, module, {
          kind: product.kind,
          rows,
          depth,
          left: scratch.get,
          right: panel.get,
          out: out.get,
          stride,
          columns: count,
          bias: bias.get,
          tile,
        }),
      );
    return sequence(
      packLeft(frame, left.get, scratch.get, { rows, depth, steps: product.left }),
      panel.set(i32.add(scratch.get, i32.const(leftBytes(rows, depth)))),
      overColumns(frame, columns, column, [
        [right, COLUMNS * product.right.across],
        [out, 4 * COLUMNS],
        ...(product.kind.start === "columns" ? ([[bias, 4 * COLUMNS]] as const) : []),
      ]),
    );
  });
}

/** Runs `write` for eight columns after another, and for what is left; addresses move along by so many bytes. */
export function overColumns(
  frame: Frame,
  columns: number,
  write: (count: number) => Code,
  moving: readonly (readonly [Local, number])[],
): Code {
  const whole = Math.floor(columns / COLUMNS);
  const rest = columns % COLUMNS;
  const moves = moving.map(([local, by]) => local.set(i32.add(local.get, i32.const(by))));
  return sequence(
    whole === 0
      ? []
      : frame.loop(frame.local("i32"), i32.const(0), i32.const(whole), 1, write(COLUMNS), ...moves),
    rest === 0 ? [] : write(rest),
  );
}
