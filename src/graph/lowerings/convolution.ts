/**
 * Convolutions and their gradients for the input by ONNX Runtime's blocked kernels, with weights that change at
 * every step. Those kernels want weights as `[out/B, in/B, kernel…, B in, B out]`; here they are brought into that
 * order inside the graph, which costs little beside the convolution (measured: 2 to 5 times as fast as `Conv` and
 * `ConvTranspose` on the nets of this project). Gradients for the kernel: `convolution.weights.ts`.
 */

import type { SizedWindow, Window } from "../ops/convolution.window.ts";
import type { Tensor } from "../tensor.ts";
import { elementCount } from "../types.ts";
import { weightGradient } from "./convolution.weights.ts";
import { BLOCKED_DOMAIN, type Lowering, type Placement } from "./placement.ts";

/**
 * `[out, in, k, k]` plain → blocked. Fewer input channels than a block are read plain and not blocked.
 *
 * The innermost axis is brought there by the runtime's own reordering (a kernel's output channels are to it an
 * image's channels): a transposition would go element by element, three times as slow.
 */
function blockKernel(placement: Placement, name: string, shape: readonly number[]): string {
  const { emitter, block } = placement;
  const [out, into, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const rows = placement.reshape(name, [out / block, block, into, area]);
  const inner = emitter.node("ReorderInput", [rows], {}, BLOCKED_DOMAIN);
  if (into < block) return placement.reshape(inner, shape);
  const split = placement.reshape(inner, [out / block, into / block, block, area, block]);
  return placement.reshape(placement.transpose(split, [0, 1, 3, 2, 4]), shape);
}

/**
 * `[out, in, k, k]` plain → `[in/B, out/B, taps, B out, B in]`, or `[in/B, out, taps, B in]` where `out` is less
 * than a block: the kernel of the transposed convolution, whose taps can be picked as runs of memory.
 */
function blockTransposedKernel(placement: Placement, name: string, shape: readonly number[]): string {
  const { emitter, block } = placement;
  const [out, into, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const inner = emitter.node("ReorderInput", [name], {}, BLOCKED_DOMAIN);
  if (out < block) {
    return placement.transpose(placement.reshape(inner, [out, into / block, area, block]), [1, 0, 2, 3]);
  }
  const split = placement.reshape(inner, [out / block, block, into / block, area, block]);
  return placement.transpose(split, [2, 0, 3, 1, 4]);
}

/** Whether a convolution from `into` to `out` channels has a blocked kernel. */
function blockable({ block }: Placement, into: number, out: number): boolean {
  return out % block === 0 && (into % block === 0 || into < block);
}

/** The operand of a blocked convolution: fewer channels than a block are read plain. */
function operand(placement: Placement, x: Tensor): string {
  return (x.shape[1] as number) < placement.block ? placement.plain(x) : placement.blocked(x);
}

const forward: Lowering = (tensor, placement, activation) => {
  const [x, weight, bias] = tensor.inputs as [Tensor, Tensor, Tensor?];
  const [out, into, height, width] = weight.shape as [number, number, number, number];
  const { emitter, block } = placement;
  const whole = Math.ceil(out / block) * block;
  if (!blockable(placement, into, whole)) return undefined;
  if (whole > out && (out === 1 || !placement.isBlocked(x))) return undefined;
  const { stride, padding } = tensor.attributes as Window;
  const convolve = ([filters, add]: Filters, shape: readonly number[], strides = [stride, stride]) => {
    const pads = [padding, padding, padding, padding];
    return emitter.node(
      "Conv",
      [operand(placement, x), blockKernel(placement, filters, shape), ...(add === undefined ? [] : [add])],
      { kernel_shape: shape.slice(2), strides, pads, ...activation },
      BLOCKED_DOMAIN,
    );
  };
  const given: Filters = [placement.plain(weight), bias && placement.plain(bias)];
  if (whole === out) return { blocked: convolve(given, [out, into, height, width]) };
  const [, , rows, columns] = tensor.shape as [number, number, number, number];
  const together = stride === 1 ? rowsTogether(rows, Math.floor(block / out)) : 1;
  const shape = [together * out, into, height + together - 1, width];
  const filters = filled(
    placement,
    together === 1 ? given : ofRows(placement, given, weight, together),
    shape,
  );
  const blocked = convolve(filters, [whole, ...shape.slice(1)], [together === 1 ? stride : together, stride]);
  const plain = emitter.node("ReorderOutput", [blocked], { channels: shape[0]! }, BLOCKED_DOMAIN);
  if (together === 1) return { plain };
  const apart = placement.reshape(plain, [-1, together, rows / together, columns]);
  return { plain: placement.reshape(placement.transpose(apart, [0, 2, 1, 3]), [-1, out, rows, columns]) };
};

/** The largest divisor of `rows` that is at most `most`. */
function rowsTogether(rows: number, most: number): number {
  let count = Math.max(1, most);
  while (rows % count !== 0) count--;
  return count;
}

/** Names of a kernel and of its bias. */
type Filters = readonly [kernel: string, bias: string | undefined];

/** Channels of zeros fill up a block: still faster for an output layer of three colours than no blocked kernel. */
function filled({ emitter, block }: Placement, filters: Filters, shape: readonly number[]): Filters {
  const missing = Math.ceil(shape[0]! / block) * block - shape[0]!;
  if (missing === 0) return filters;
  const fill = (name: string, rest: readonly number[]) => {
    const zeros = new Array<number>(missing * elementCount(rest)).fill(0);
    return emitter.node("Concat", [name, emitter.floats(zeros, [missing, ...rest])], { axis: 0 });
  };
  const [kernel, bias] = filters;
  return [fill(kernel, shape.slice(1)), bias && fill(bias, [])];
}

/**
 * For an output layer of few channels, rows that follow each other as channels of one: the kernel `[out·rows, in, height +
 * rows − 1, width]`, which moves by `rows`, holds the layer's at each place. Half of the work of channels of zeros.
 */
function ofRows(placement: Placement, [kernel, bias]: Filters, { shape }: Tensor, rows: number): Filters {
  const { emitter } = placement;
  const [out, into, height, width] = shape as [number, number, number, number];
  const [taps, more] = [height * width, (height + rows - 1) * width];
  const places = new Array<number>(taps * rows * more).fill(0);
  for (let tap = 0; tap < taps; tap++) {
    for (let row = 0; row < rows; row++) places[(tap * rows + row) * more + tap + row * width] = 1;
  }
  const flat = placement.reshape(kernel, [out * into, taps]);
  const placed = emitter.node("MatMul", [flat, emitter.floats(places, [taps, rows * more])]);
  const each = placement.transpose(placement.reshape(placed, [out, into, rows, more]), [0, 2, 1, 3]);
  const repeated = Array.from({ length: out * rows }, (_, i) => Math.floor(i / rows));
  return [
    placement.reshape(each, [out * rows, into, height + rows - 1, width]),
    bias && emitter.node("Gather", [bias, emitter.integers(repeated)], { axis: 0 }),
  ];
}

// --- gradient for the input ---------------------------------------------------------------------------

/** The pixels of one residue modulo the stride, along one axis: which taps reach them, and with what padding. */
interface Phase {
  /** Positions in the kernel, in the order in which a convolution visits them. */
  readonly taps: readonly number[];
  readonly before: number;
  readonly after: number;
}

/**
 * Splits a transposed convolution along one axis into `stride` ordinary ones. Pixel s·i + a of the result is
 * reached by the taps congruent to a + padding modulo s; each is a convolution of stride 1 over the rows i.
 */
function phases(
  size: number,
  rows: number,
  kernel: number,
  { stride, padding }: Window,
): Phase[] | undefined {
  const count = Math.ceil(size / stride);
  const result = Array.from({ length: stride }, (_, a) => {
    const first = (a + padding) % stride;
    const taps: number[] = [];
    for (let tap = first; tap < kernel; tap += stride) taps.unshift(tap);
    const before = taps.length - 1 - (a + padding - first) / stride;
    return { taps, before, after: count - rows - before + taps.length - 1 };
  });
  const possible = result.every(({ taps, before, after }) => taps.length > 0 && before >= 0 && after >= 0);
  return possible ? result : undefined;
}

const inputGradient: Lowering = (tensor, placement, activation) => {
  const [y, weight, bias] = tensor.inputs as [Tensor, Tensor, Tensor?];
  const window = tensor.attributes as SizedWindow;
  const [out, into, kernelHeight, kernelWidth] = weight.shape as [number, number, number, number];
  const [, , rows, columns] = y.shape as [number, number, number, number];
  const { emitter, block } = placement;
  const { stride } = window;
  // The result has `into` channels and sums over `out`: the convolution's roles are exchanged.
  if (!blockable(placement, out, into)) return undefined;
  const down = phases(window.height, rows, kernelHeight, window);
  const across = phases(window.width, columns, kernelWidth, window);
  if (down === undefined || across === undefined) return undefined;

  const kernel = blockTransposedKernel(placement, placement.plain(weight), weight.shape as number[]);
  const inputs = [operand(placement, y), ...(bias === undefined ? [] : [placement.plain(bias)])];
  const parts = down.flatMap((vertical) =>
    across.map((horizontal) => {
      const taps = vertical.taps.flatMap((i) => horizontal.taps.map((j) => i * kernelWidth + j));
      const shape = [into, out, vertical.taps.length, horizontal.taps.length];
      const picked = emitter.node("Gather", [kernel, emitter.integers(taps)], { axis: 2 });
      const [image, ...rest] = inputs as [string, ...string[]];
      return emitter.node(
        "Conv",
        [image, placement.reshape(picked, shape), ...rest],
        {
          kernel_shape: shape.slice(2),
          strides: [1, 1],
          pads: [vertical.before, horizontal.before, vertical.after, horizontal.after],
          ...activation,
        },
        BLOCKED_DOMAIN,
      );
    }),
  );
  if (stride === 1) return { blocked: parts[0]! };

  // Weave the phases together: pixels within a row, then rows. Concatenation moves the same blocks three
  // times as fast as a transposition does.
  const [high, wide] = [Math.ceil(window.height / stride), Math.ceil(window.width / stride)];
  const weave = (names: readonly string[], shape: readonly number[]) =>
    emitter.node(
      "Concat",
      names.map((name) => placement.reshape(name, shape)),
      { axis: shape.length - 2 },
    );
  const rowsOf = (a: number) => weave(parts.slice(a * stride, (a + 1) * stride), [-1, wide, 1, block]);
  const woven = weave(
    Array.from({ length: stride }, (_, a) => rowsOf(a)),
    [-1, 1, wide * stride * block],
  );
  const [fullHeight, fullWidth] = [high * stride, wide * stride];
  if (fullHeight === window.height && fullWidth === window.width) {
    return { blocked: placement.reshape(woven, [-1, into, fullHeight, fullWidth]) };
  }
  const framed = placement.reshape(woven, [-1, into / block, fullHeight, fullWidth, block]);
  const cropped = emitter.slice(framed, [
    { axis: 2, start: 0, end: window.height },
    { axis: 3, start: 0, end: window.width },
  ]);
  return { blocked: placement.reshape(cropped, [-1, into, window.height, window.width]) };
};

export const convolutionLowerings: readonly (readonly [string, Lowering])[] = [
  ["conv2d", forward],
  ["convInputGradient", inputGradient],
  ["convWeightGradient", weightGradient],
];
