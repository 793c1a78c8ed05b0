/**
 * Products of matrices whose elements come from wherever their operands say: a group computes a tile of the result from
 * panels that its invocations put into the memory that they share. A product with too few tiles for the card is cut along
 * its depth, too, and the parts are summed up afterwards.
 */

import { type Argument, Buffer, type Ending } from "../plan/index.ts";
import { type Addresses, type GpuKernel, groupsFor, main, shader } from "./kernel.ts";

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
  /** Lines that say where in the result `row` and `column` lie, `at`; they may return, where that is nowhere. */
  readonly place: string;
  /** The address of what is added, from `row` and `column`. */
  readonly bias?: ((addresses: Addresses) => string) | undefined;
  readonly ending: Ending;
}

interface Operand {
  /** Lines that return the element at `row` and `step` of a left operand, at `step` and `column` of a right one. */
  element(addresses: Addresses): string;
  /** Whether neighbours in memory are neighbours along the depth. */
  readonly isAlong: boolean;
}

/** Steps of the depth in a panel. */
const STEPS = 16;
/** Rows and columns of an invocation. */
const OWN = 4;
const own = [0, 1, 2, 3];
/** Tiles that keep a card busy. */
const BUSY = 200;
/** Steps that a part of the depth has at least. */
const LEAST = 64;
/** Invocations of a group that sums up parts. */
const GROUP = 256;

/** The kernels of a product: itself, and the sum of its parts where it has some. */
export function productKernels(product: Product): GpuKernel[] {
  const { rows, columns, depth, batches, operands, result } = product;
  const tiles = (side: number) => Math.ceil(rows / side) * Math.ceil(columns / side) * batches;
  // A tile of 64 × 64 by 256 invocations, or of 32 × 32 by 64.
  const across = tiles(64) >= BUSY ? 16 : 8;
  const count = tiles(across * OWN);
  const parts = Math.max(1, Math.min(Math.floor(BUSY / count), Math.floor(depth / LEAST)));
  const partial = parts === 1 ? undefined : new Buffer(4 * parts * batches * rows * columns);
  const made = partial ?? result;
  const reads = operands.map(({ buffer }) => buffer);
  const kernel: GpuKernel = {
    result: made,
    arguments: [...operands, { buffer: made, offset: 0 }],
    reads,
    writes: [made],
    replaces: new Map(),
    groups: groupsFor(count * parts),
    write: () => shader((addresses) => tileShader(product, across, parts, addresses)),
  };
  if (partial === undefined) return [kernel];
  const sum: GpuKernel = {
    result,
    arguments: [...operands, { buffer: result, offset: 0 }, { buffer: partial, offset: 0 }],
    reads: [partial, ...reads],
    writes: [result],
    replaces: new Map(),
    groups: groupsFor(Math.ceil((batches * rows * columns) / GROUP)),
    write: () => shader((addresses) => sumShader(product, parts, addresses)),
  };
  return [kernel, sum];
}

/** @param across invocations of a group along each side of its tile */
function tileShader(product: Product, across: number, parts: number, addresses: Addresses): string {
  const { rows, columns, depth, batches, left, right, operands } = product;
  const side = across * OWN;
  const count = across * across;
  const quads = across * STEPS;
  const tiles = { down: Math.ceil(rows / side), across: Math.ceil(columns / side) };
  const chunk = Math.ceil(depth / parts / STEPS) * STEPS;
  /** Fills a panel, whose vectors are four rows, or columns, at one step. */
  const fill = (panel: "left" | "right", first: string, { isAlong }: Operand) => {
    const place = isAlong
      ? `let k = at % ${STEPS}u; let quad = at / ${STEPS}u;`
      : `let k = at / ${across}u; let quad = at % ${across}u;`;
    const elements = own.map((i) => `${panel}(batch, ${first} + 4u * quad + ${i}u, step + k, end)`);
    return `for (var at = lane; at < ${quads}u; at += ${count}u) {
${place}
${panel}Panel[k * ${across}u + quad] = vec4<f32>(${elements.join(", ")});
}`;
  };
  const element = (panel: string, which: string, size: number, operand: Operand) =>
    `fn ${panel}(batch: u32, ${which}: u32, step: u32, end: u32) -> f32 {
if (${which} >= ${size}u || step >= end) { return 0f; }
${operand.element(addresses)}
}`;
  const target = addresses(operands.length);
  const partOf = `fn put(batch: u32, part: u32, row: u32, column: u32, x: f32) {
store(${target} + ((part * ${batches}u + batch) * ${rows}u + row) * ${columns}u + column, x);
}`;
  return `var<workgroup> leftPanel: array<vec4<f32>, ${quads}>;
var<workgroup> rightPanel: array<vec4<f32>, ${quads}>;
${element("left", "row", rows, left)}
${element("right", "column", columns, right)}
${parts === 1 ? putFunction(product, target, addresses) : partOf}
fn finish(batch: u32, part: u32, row: u32, column: u32, t: vec4<f32>) {
if (row >= ${rows}u) { return; }
${own.map((i) => `if (column + ${i}u < ${columns}u) { put(batch, part, row, column + ${i}u, t[${i}]); }`).join("\n")}
}
${main(
  count,
  `let firstColumn = (group % ${tiles.across}u) * ${side}u;
let firstRow = (group / ${tiles.across}u % ${tiles.down}u) * ${side}u;
let z = group / ${tiles.across * tiles.down}u;
let batch = z % ${batches}u;
let part = z / ${batches}u;
if (part >= ${parts}u) { return; }
let begin = part * ${chunk}u;
let end = min(begin + ${chunk}u, ${depth}u);
let y = lane / ${across}u;
let x = lane % ${across}u;
${own.map((i) => `var t${i} = vec4<f32>();`).join("\n")}
for (var step = begin; step < end; step += ${STEPS}u) {
${fill("left", "firstRow", left)}
${fill("right", "firstColumn", right)}
workgroupBarrier();
for (var k = 0u; k < ${STEPS}u; k++) {
let a = leftPanel[k * ${across}u + y];
let b = rightPanel[k * ${across}u + x];
${own.map((i) => `t${i} += a[${i}] * b;`).join("\n")}
}
workgroupBarrier();
}
${own.map((i) => `finish(batch, part, firstRow + 4u * y + ${i}u, firstColumn + 4u * x, t${i});`).join("\n")}`,
)}`;
}

function sumShader(product: Product, parts: number, addresses: Addresses): string {
  const { rows, columns, batches, operands } = product;
  const [result, partial] = [addresses(operands.length), addresses(operands.length + 1)];
  const area = batches * rows * columns;
  return `${putFunction(product, result, addresses)}
${main(
  GROUP,
  `let i = group * ${GROUP}u + lane;
if (i >= ${area}u) { return; }
var total = number(${partial} + i);
for (var part = 1u; part < ${parts}u; part++) { total += number(${partial} + part * ${area}u + i); }
put(i / ${rows * columns}u, 0u, i / ${columns}u % ${rows}u, i % ${columns}u, total);`,
)}`;
}

/** Adds what is to be added, and stores a result. */
function putFunction({ place, bias, ending }: Product, to: string, addresses: Addresses): string {
  return `fn put(batch: u32, part: u32, row: u32, column: u32, total: f32) {
${place}
let x = total${bias === undefined ? "" : ` + number(${bias(addresses)})`};
store(${to} + at, ${ending.relu ? "select(x, 0f, x < 0f)" : "x"});
}`;
}
