/**
 * The kernel of every product: a tile of the result, up to four rows by eight columns, kept in registers while both
 * operands are read from panels in which their numbers lie in the order of use: four of the left, eight of the right.
 */

import { type Code, call, f32, f32x4, i32, sequence, v128 } from "./assembler.ts";
import type { Frame, Local, ModuleBuilder } from "./module.ts";

/**
 * Rows of a tile. Measured, in GFLOP/s of a 128×784×400 product on one thread: four rows 40 in Node 20, 45 in Node 24 and
 * in Chromium 156; five 22, 47 and 51; six, whose twelve totals no compiler keeps in sixteen registers, 25, 28 and 29.
 * Taking two or four numbers of the depth at a time made it slower.
 */
export const ROWS = 4;
/** Columns of a tile. */
export const COLUMNS = 8;

/** What a tile starts from: nothing, what the result holds, a number a column, a number a row. */
type Start = "zero" | "result" | "columns" | "rows";

export interface TileKind {
  readonly start: Start;
  /** Whether numbers below 0 become 0 in the end. */
  readonly relu: boolean;
}

/** Parameters: left panel, right panel, result, bytes between its rows, depth, address that it starts from. */
function defineTile(module: ModuleBuilder, rows: number, { start, relu }: TileKind): number {
  return module.define(`tile ${rows} ${start} ${relu}`, 6, (frame) => {
    const [left, right, out, stride, depth, bias] = frame.parameters as [
      Local,
      Local,
      Local,
      Local,
      Local,
      Local,
    ];
    const totals = Array.from({ length: rows }, () => [frame.local("v128"), frame.local("v128")] as const);
    const [first, second, factor] = [frame.local("v128"), frame.local("v128"), frame.local("v128")];
    const k = frame.local("i32");
    const row = frame.local("i32");
    const each = (write: (pair: readonly [Local, Local], r: number) => Code): Code =>
      sequence(
        row.set(out.get),
        ...totals.map((pair, r) =>
          sequence(r === 0 ? [] : row.set(i32.add(row.get, stride.get)), write(pair, r)),
        ),
      );
    const begin: Readonly<Record<Start, (half: number, r: number) => Code>> = {
      zero: () => f32x4.const(0),
      result: (half) => v128.load(16 * half, row.get),
      columns: (half) => v128.load(16 * half, bias.get),
      rows: (_, r) => v128.loadSplat(4 * r, bias.get),
    };
    const end = (total: Code) => (relu ? f32x4.larger(total, f32x4.const(0)) : total);
    return sequence(
      each((pair, r) => sequence(...pair.map((total, half) => total.set(begin[start](half, r))))),
      frame.loop(
        k,
        i32.const(0),
        depth.get,
        1,
        first.set(v128.load(0, right.get)),
        second.set(v128.load(16, right.get)),
        ...totals.map(([low, high], r) =>
          sequence(
            factor.set(v128.loadSplat(4 * r, left.get)),
            low.set(f32x4.add(low.get, f32x4.multiply(factor.get, first.get))),
            high.set(f32x4.add(high.get, f32x4.multiply(factor.get, second.get))),
          ),
        ),
        left.set(i32.add(left.get, i32.const(4 * rows))),
        right.set(i32.add(right.get, i32.const(4 * COLUMNS))),
      ),
      each((pair) => sequence(...pair.map((total, half) => v128.store(16 * half, row.get, end(total.get))))),
    );
  });
}

/** Copies the first `columns` of `rows` rows. Parameters: from where, bytes between its rows, where to, bytes there. */
function defineCopy(module: ModuleBuilder, rows: number, columns: number): number {
  return module.define(`copy ${rows} ${columns}`, 4, (frame) => {
    const [from, step, to, stride] = frame.parameters as [Local, Local, Local, Local];
    const row = sequence(
      ...Array.from({ length: columns }, (_, c) => f32.store(4 * c, to.get, f32.load(4 * c, from.get))),
      from.set(i32.add(from.get, step.get)),
      to.set(i32.add(to.get, stride.get)),
    );
    return sequence(...Array.from({ length: rows }, () => row));
  });
}

export interface Column {
  readonly kind: TileKind;
  /** Rows of the whole result, and what is summed over. */
  readonly rows: number;
  readonly depth: number;
  /** Addresses: all panels of the left operand; the one panel of the right; the result's first row in these columns. */
  readonly left: Code;
  readonly right: Code;
  readonly out: Code;
  /** Bytes between the result's rows. */
  readonly stride: number;
  /** Of the columns, those that there are. */
  readonly columns: number;
  /** Address of what it starts from. */
  readonly bias: Code;
  /** Address of memory for one tile, where there are fewer than eight columns. */
  readonly tile: Code;
}

/** Computes eight columns of a result, or the fewer that there are: a tile after another, from top to bottom. */
export function writeColumn(frame: Frame, module: ModuleBuilder, column: Column): Code {
  const { kind, rows, depth, stride, columns, tile } = column;
  const [left, out, bias, r] = [
    frame.local("i32"),
    frame.local("i32"),
    frame.local("i32"),
    frame.local("i32"),
  ];
  const move = (count: number) =>
    sequence(
      left.set(i32.add(left.get, i32.const(4 * count * depth))),
      out.set(i32.add(out.get, i32.const(count * stride))),
      kind.start === "rows" ? bias.set(i32.add(bias.get, i32.const(4 * count))) : [],
    );
  const one = (count: number): Code => {
    const index = defineTile(module, count, kind);
    if (columns === COLUMNS) {
      return call(index, left.get, column.right, out.get, i32.const(stride), i32.const(depth), bias.get);
    }
    const copy = defineCopy(module, count, columns);
    const [here, there] = [
      [tile, i32.const(4 * COLUMNS)],
      [out.get, i32.const(stride)],
    ] as const;
    return sequence(
      kind.start === "result" ? call(copy, ...there, ...here) : [],
      call(index, left.get, column.right, ...here, i32.const(depth), bias.get),
      call(copy, ...here, ...there),
    );
  };
  const whole = Math.floor(rows / ROWS);
  const rest = rows % ROWS;
  return sequence(
    left.set(column.left),
    out.set(column.out),
    bias.set(column.bias),
    whole === 0 ? [] : frame.loop(r, i32.const(0), i32.const(whole), 1, one(ROWS), move(ROWS)),
    rest === 0 ? [] : one(rest),
  );
}

/** Bytes of the panels of a left operand, and of one panel of a right one. */
export const leftBytes = (rows: number, depth: number): number => 4 * rows * depth;
export const rightBytes = (depth: number): number => 4 * COLUMNS * depth;
export const TILE_BYTES = 4 * ROWS * COLUMNS;

/** Strides of a matrix, in bytes: from a row to the next, and along the dimension that is summed over. */
export interface Steps {
  readonly across: number;
  readonly along: number;
}

/**
 * Writes a left operand of `rows` × `depth` numbers at `from` into panels at `to`. With taps, so many numbers lie at
 * these places (in bytes) from each step of the depth; a place of −1 is a zero.
 */
export function packLeft(
  frame: Frame,
  from: Code,
  to: Code,
  {
    rows,
    depth,
    steps: { across, along },
    taps = [0],
  }: { rows: number; depth: number; steps: Steps; taps?: readonly number[] },
): Code {
  const [source, row, target, r, k] = Array.from({ length: 5 }, () => frame.local("i32")) as [
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const panel = (count: number): Code =>
    sequence(
      row.set(source.get),
      frame.loop(
        k,
        i32.const(0),
        i32.const(depth / taps.length),
        1,
        ...taps.flatMap((tap, t) =>
          Array.from({ length: count }, (_, i) => {
            const number = tap < 0 ? f32.const(0) : f32.load(tap + i * across, row.get);
            return f32.store(4 * (t * count + i), target.get, number);
          }),
        ),
        row.set(i32.add(row.get, i32.const(along))),
        target.set(i32.add(target.get, i32.const(4 * count * taps.length))),
      ),
      source.set(i32.add(source.get, i32.const(count * across))),
    );
  const whole = Math.floor(rows / ROWS);
  return sequence(
    source.set(from),
    target.set(to),
    whole === 0 ? [] : frame.loop(r, i32.const(0), i32.const(whole), 1, panel(ROWS)),
    rows % ROWS === 0 ? [] : panel(rows % ROWS),
  );
}

/** Writes `columns` of a right operand, the first at `from`, into a panel at `to`; zeros fill it up. */
export function packRight(
  frame: Frame,
  from: Code,
  to: Code,
  { depth, columns, steps: { across, along } }: { depth: number; columns: number; steps: Steps },
): Code {
  const [source, target, k] = [frame.local("i32"), frame.local("i32"), frame.local("i32")];
  const half = (first: number): Code => {
    const present = Math.max(0, Math.min(4, columns - first));
    if (present === 4 && across === 4) return v128.load(4 * first, source.get);
    let vector = f32x4.const(0);
    for (let i = 0; i < present; i++) vector = v128.loadLane(i, (first + i) * across, source.get, vector);
    return vector;
  };
  return sequence(
    source.set(from),
    target.set(to),
    frame.loop(
      k,
      i32.const(0),
      i32.const(depth),
      1,
      v128.store(0, target.get, half(0)),
      v128.store(16, target.get, half(4)),
      source.set(i32.add(source.get, i32.const(along))),
      target.set(i32.add(target.get, i32.const(4 * COLUMNS))),
    ),
  );
}
