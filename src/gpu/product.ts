/**
 * Products of matrices whose elements come from wherever their operands say: a group computes a tile of the result from
 * panels that its invocations put into the memory that they share. A product with too few tiles for the card is cut along
 * its depth, too, and the parts are summed up afterwards.
 */

import { type Argument, Buffer, type Ending } from "../plan/index.ts";
import {
  type Addresses,
  type Card,
  flatKernel,
  type GpuKernel,
  head,
  plainKernel,
  range,
  sumParts,
} from "./kernel.ts";

export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  /** Products side by side. In the lines below, `batch` is the number of one. */
  readonly batches: number;
  readonly operands: readonly Argument[];
  readonly left: Operand;
  readonly right: Operand;
  readonly result: Buffer;
  /** Lines that say where in the result `row` and `column` lie, as `at`; they may return, where that is nowhere. */
  readonly place: string;
  /** The address of what is added, from `row` and `column`. */
  readonly bias?: ((addresses: Addresses) => string) | undefined;
  readonly ending: Ending;
}

interface Operand {
  /** The address where `row` of a left operand or `column` of a right one begins, if that says all of it. */
  begin?(addresses: Addresses): string;
  /** Lines that return the element at `step` of `row` or `column`, or from `begin` on. */
  element(addresses: Addresses): string;
  /** Whether neighbours in memory are neighbours along the depth. */
  readonly isAlong: boolean;
}

/** How the invocations of a group share the work of a tile. */
interface Tile {
  /** Invocations of a group, one below and one beside another. */
  readonly down: number;
  readonly across: number;
  /** Rows and columns of an invocation: a multiple of four. */
  readonly own: number;
  /**
   * Steps of the depth in a panel that they fill for each other; 0 where each reads what it needs by itself, as is quicker where the
   * card is a processor: to wait for each other costs it more.
   */
  readonly steps: number;
}

/** Large tiles from which on a product has enough of them. */
const ENOUGH = 200;
/** Tiles, or parts of them, that keep a card busy. */
const BUSY = 768;
/** Steps that a part of the depth has at least. */
const LEAST = 32;

const large: Tile = { down: 16, across: 16, own: 4, steps: 16 };
const small: Tile = { down: 8, across: 8, own: 4, steps: 32 };
/** There a read takes as long as many products do, so that each is for as many of them as can be. */
const software: Tile = { down: 2, across: 4, own: 8, steps: 0 };

/** The kernels of a product: itself, and the sum of its parts where it has some. */
export function productKernels(product: Product, { isSoftware }: Card): GpuKernel[] {
  const { rows, columns, depth, batches, operands, result } = product;
  const tiles = (tile: Tile) => {
    const { down, across } = tilesOf(product, tile);
    return down * across * batches;
  };
  const tile = isSoftware ? software : tiles(large) >= ENOUGH ? large : small;
  const count = tiles(tile);
  const parts = isSoftware ? 1 : Math.max(1, Math.min(Math.floor(BUSY / count), Math.floor(depth / LEAST)));
  const area = batches * rows * columns;
  const whole = { buffer: result, offset: 0 };
  const partial = parts === 1 ? whole : { buffer: new Buffer(4 * parts * area), offset: 0 };
  const panel = `array<vec4<f32>, ${(tile.across * tile.own * tile.steps) / 4}>`;
  const kernel = plainKernel(operands, partial, {
    groups: count * parts,
    size: tile.down * tile.across,
    shared: tile.steps === 0 ? {} : { leftPanel: panel, rightPanel: panel },
    write: (name, addresses) => tileFunctions(product, tile, parts, name, addresses),
  });
  if (parts === 1) return [kernel];
  // The product's own operands come along for the bias.
  const sum = flatKernel([...operands, partial], whole, area, (addresses) => {
    const from = addresses(operands.length);
    return `${sumParts(parts, area, from)}
let batch = i / ${rows * columns}u;
let row = i / ${columns}u % ${rows}u;
let column = i % ${columns}u;
${put(product, addresses(operands.length + 1), addresses)}`;
  });
  return [kernel, sum];
}

/** Tiles of a product, one below and one beside another. */
const tilesOf = ({ rows, columns }: Product, { down, across, own }: Tile) => ({
  down: Math.ceil(rows / (down * own)),
  across: Math.ceil(columns / (across * own)),
});

/** The lines that add what is to be added to `x`, and store it. */
function put({ place, bias, ending }: Product, to: string, addresses: Addresses): string {
  return `${place}
let total = x${bias === undefined ? "" : ` + number(${bias(addresses)})`};
store(${to} + at, ${ending.relu ? "relu(total)" : "total"});`;
}

function tileFunctions(
  product: Product,
  tile: Tile,
  parts: number,
  name: string,
  addresses: Addresses,
): string {
  const { rows, columns, depth, batches, operands } = product;
  const { down, across, own, steps } = tile;
  const tiles = tilesOf(product, tile);
  const chunk = Math.ceil(depth / parts / Math.max(1, steps)) * Math.max(1, steps);
  const sums = sumsOf(own);
  const target = addresses(operands.length);
  const end =
    parts === 1
      ? put(product, target, addresses)
      : `store(${target} + ((part * ${batches}u + batch) * ${rows}u + row) * ${columns}u + column, x);`;
  return `fn ${name}Put(batch: u32, part: u32, row: u32, column: u32, x: f32) {
${end}
}
fn ${name}Finish(batch: u32, part: u32, row: u32, column: u32, t: vec4<f32>) {
if (row >= ${rows}u) { return; }
for (var i = 0u; i < 4u; i++) { if (column + i < ${columns}u) { ${name}Put(batch, part, row, column + i, t[i]); } }
}
${elements(product, name, addresses)}
${steps === 0 ? "" : fills(product, tile, name)}
${head(name)}
let firstColumn = (group % ${tiles.across}u) * ${across * own}u;
let firstRow = (group / ${tiles.across}u % ${tiles.down}u) * ${down * own}u;
let z = group / ${tiles.across * tiles.down}u;
let batch = z % ${batches}u;
let part = z / ${batches}u;
let begin = part * ${chunk}u;
let end = min(begin + ${chunk}u, ${depth}u);
let y = lane / ${across}u;
let x = lane % ${across}u;
let row = firstRow + ${own}u * y;
let column = firstColumn + ${own}u * x;
${sums.map(({ name: sum }) => `var ${sum} = vec4<f32>();`).join("\n")}
${steps === 0 ? overElements(product, tile, name) : overPanels(tile, name)}
${sums.map(({ name: sum, row, quad }) => `${name}Finish(batch, part, row + ${row}u, column + ${4 * quad}u, ${sum});`).join("\n")}
}`;
}

/** The sums of an invocation, by row and by four columns. */
const sumsOf = (own: number) =>
  range(own).flatMap((row) => range(own / 4).map((quad) => ({ name: `t${row}_${quad}`, row, quad })));

/** Adds the products of `a0`, `a1`, … and `b0`, `b1`, …, four numbers each, to the sums. */
const multiply = (own: number): string =>
  sumsOf(own)
    .map(({ name, row, quad }) => `${name} += a${row >> 2}[${row & 3}] * b${quad};`)
    .join("\n");

/** Functions of the operands' elements: of where a row or column begins, and of a step from there. */
function elements({ left, right }: Product, name: string, addresses: Addresses): string {
  const one = (title: string, which: string, { begin, element }: Operand) =>
    `fn ${name}${title}Begin(batch: u32, ${which}: u32) -> u32 { return ${begin?.(addresses) ?? which}; }
fn ${name}${title}(batch: u32, ${begin === undefined ? which : "begin"}: u32, step: u32) -> f32 {
${element(addresses)}
}`;
  return `${one("Left", "row", left)}\n${one("Right", "column", right)}`;
}

/** The sums, where each invocation reads what it needs. Beyond an edge it reads the last row or column once more. */
function overElements({ rows, columns }: Product, { own }: Tile, name: string): string {
  const begins = (title: string, first: string, last: number) =>
    range(own).map((i) => `let ${first}${i} = ${name}${title}Begin(batch, min(${first} + ${i}u, ${last}u));`);
  const four = (title: string, first: string, from: number) =>
    `vec4<f32>(${range(4)
      .map((i) => `${name}${title}(batch, ${first}${from + i}, step)`)
      .join(", ")})`;
  const quads = range(own / 4).flatMap((quad) => [
    `let a${quad} = ${four("Left", "row", 4 * quad)};`,
    `let b${quad} = ${four("Right", "column", 4 * quad)};`,
  ]);
  return `${[...begins("Left", "row", rows - 1), ...begins("Right", "column", columns - 1)].join("\n")}
for (var step = begin; step < end; step++) {
${quads.join("\n")}
${multiply(own)}
}`;
}

/** Functions that fill the panels: vectors of four rows, or columns, at one step. */
function fills(product: Product, { across, steps }: Tile, name: string): string {
  const fill = (panel: "left" | "right", title: string, which: string, count: number) => {
    const place = product[panel].isAlong
      ? `let k = at % ${steps}u; let quad = at / ${steps}u;`
      : `let k = at / ${across}u; let quad = at % ${across}u;`;
    return `fn ${name}${title}Of(batch: u32, ${which}: u32, step: u32, end: u32) -> f32 {
if (${which} >= ${count}u || step >= end) { return 0f; }
return ${name}${title}(batch, ${name}${title}Begin(batch, ${which}), step);
}
fn ${name}${title}Fill(batch: u32, first: u32, step: u32, end: u32, lane: u32) {
for (var at = lane; at < ${across * steps}u; at += ${across * across}u) {
${place}
var four = vec4<f32>();
for (var i = 0u; i < 4u; i++) { four[i] = ${name}${title}Of(batch, first + 4u * quad + i, step + k, end); }
${panel}Panel[k * ${across}u + quad] = four;
}
}`;
  };
  return `${fill("left", "Left", "row", product.rows)}
${fill("right", "Right", "column", product.columns)}`;
}

function overPanels({ across, steps }: Tile, name: string): string {
  return `for (var step = begin; step < end; step += ${steps}u) {
${name}LeftFill(batch, firstRow, step, end, lane);
${name}RightFill(batch, firstColumn, step, end, lane);
workgroupBarrier();
for (var k = 0u; k < ${steps}u; k++) {
let a0 = leftPanel[k * ${across}u + y];
let b0 = rightPanel[k * ${across}u + x];
${multiply(4)}
}
workgroupBarrier();
}`;
}
