/**
 * The gradient of a convolution for its kernel, by ONNX Runtime's blocked kernels: a convolution over the batch
 * (see `ops/convolution.lowering.ts`). Images become channels, one operand becomes the filter, which is
 * then as large as a feature map, while the result is tiny. Three adaptations make that fast.
 *
 * - They go through the whole kernel for each row of the result. A large one is cut, by images and by rows, into
 *   bands that a core's own cache holds, and the sum handed from one to the next (measured: 2 times as fast).
 * - Columns of the result that see padding take a slow path, and here that is most columns. The zeros are
 *   written out beforehand (1.3 to 3 times as fast).
 * - Which operand is the kernel is ours to choose where the stride is 1: the one that has whole blocks of
 *   channels (17 times as fast for an output layer of three channels than no blocked kernel at all).
 */

import type { SizedWindow } from "../ops/convolution.window.ts";
import type { Tensor } from "../tensor.ts";
import { BLOCKED_DOMAIN, type Lowering, type Placement } from "./placement.ts";

/** A kernel of more bytes is cut into bands: below, what is gained is lost again in moving data about. */
const WHOLE_BYTES = 3 * 1024 ** 2;

/** How much of a band a core should go through at a time: 64 filters of that many bytes together. */
const BAND_BYTES = 512 * 1024;

/** No more bands than that: each is a handful of nodes. */
const MOST_BANDS = 16;

const FLOAT_BYTES = 4;

/** Taps of all input channels together, up to which the gradient is a matrix product. */
const FEW_TAPS = 64;

export const weightGradient: Lowering = (tensor, placement) => {
  const [x, y] = tensor.inputs as [Tensor, Tensor];
  const { stride, padding, height, width } = tensor.attributes as SizedWindow;
  const { emitter, block } = placement;
  const [batch, into] = x.shape as [number, number];
  const [, out] = y.shape as [number, number];
  const taps = height * width;
  if (typeof x.shape[0] !== "number") return undefined;
  const forth: Correlation = { stride, padding: [padding, padding], size: [height, width] };
  const few = (images: number, filters: number) =>
    images < block && images * taps <= FEW_TAPS && filters % block === 0;
  if (few(into, out)) return { plain: ofFewChannels(placement, x, y, forth) };
  if (batch % block !== 0) return undefined;
  if (out % block === 0) {
    const blocked = correlate(placement, x, y, forth);
    // `[into, out, height, width]`: blocks change places as they are, then the runtime's own reordering takes them apart.
    const blocks = placement.reshape(blocked, [into, out / block, taps * block]);
    const turned = placement.transpose(blocks, [1, 0, 2]);
    const rows = placement.reshape(turned, [out / block, block, into, taps]);
    const plain = emitter.node("ReorderOutput", [rows], { channels: block }, BLOCKED_DOMAIN);
    return { plain: placement.reshape(plain, [out, into, height, width]) };
  }
  if (into % block !== 0 || stride !== 1 || padding >= Math.min(height, width)) return undefined;
  // Σ x[u]·y[u + padding − i] over u is the correlation of y with x at height − 1 − i.
  const back: Correlation = { ...forth, padding: [height - 1 - padding, width - 1 - padding] };
  const plain = few(out, into)
    ? placement.transpose(ofFewChannels(placement, y, x, back), [1, 0, 2, 3])
    : emitter.node("ReorderOutput", [correlate(placement, y, x, back)], { channels: into }, BLOCKED_DOMAIN);
  const backwards = Array.from({ length: taps }, (_, i) => taps - 1 - i);
  const turned = emitter.node(
    "Gather",
    [placement.reshape(plain, [out, into, taps]), emitter.integers(backwards)],
    { axis: 2 },
  );
  return { plain: placement.reshape(turned, [out, into, height, width]) };
};

/**
 * What `correlate` gives, plain and with the channels of `filters` first, for images of few channels (a first layer, or
 * a last one): a matrix product with what lies under each tap of the kernel, which a convolution by kernels of a
 * single one gathers. The other operand, the large one, stays as it is.
 */
function ofFewChannels(
  placement: Placement,
  images: Tensor,
  filters: Tensor,
  { stride, padding, size: [height, width] }: Correlation,
): string {
  const { emitter, block } = placement;
  const [batch, into, ...size] = images.shape as [number, number, number, number];
  const [, out, rows, columns] = filters.shape as [number, number, number, number];
  const taps = into * height * width;
  const whole = Math.ceil(taps / block) * block;
  // `[taps/B, in, height, width, B]`: kernel t is one at tap t.
  const gather = new Array<number>(whole * taps).fill(0);
  for (let t = 0; t < taps; t++) gather[(Math.floor(t / block) * taps + t) * block + (t % block)] = 1;
  const end = [height, width].map((kernel, i) =>
    Math.max(0, kernel + stride * ([rows, columns][i]! - 1) - padding[i]! - size[i]!),
  );
  const gathered = emitter.node(
    "Conv",
    [placement.plain(images), emitter.floats(gather, [whole, into, height, width])],
    { kernel_shape: [height, width], strides: [stride, stride], pads: [...padding, ...end] },
    BLOCKED_DOMAIN,
  );
  const plain = emitter.node("ReorderOutput", [gathered], { channels: taps }, BLOCKED_DOMAIN);
  const underTaps = placement.reshape(plain, [batch, 1, taps, rows * columns]);
  const blocks = placement.reshape(placement.blocked(filters), [batch, out / block, rows * columns, block]);
  const sum = emitter.reduce("ReduceSum", emitter.node("MatMul", [underTaps, blocks]), [0], false);
  return placement.reshape(placement.transpose(sum, [0, 2, 1]), [out, into, height, width]);
}

interface Correlation {
  /** Distance between the pixels of `images` that neighbouring pixels of `filters` meet. */
  readonly stride: number;
  /** Zeros before the first row and the first column of `images`. */
  readonly padding: readonly [number, number];
  /** Rows and columns of the result. */
  readonly size: readonly [number, number];
}

/**
 * `[batch, a, …]` and `[batch, b, …]` → `[a, b, height, width]`, blocked: at (i, j) the sum of
 * images[n, a, stride·r + i − padding, stride·c + j − padding]·filters[n, b, r, c] over n, r and c.
 */
function correlate(
  placement: Placement,
  images: Tensor,
  filters: Tensor,
  { stride, padding, size: [height, width] }: Correlation,
): string {
  const { emitter, block } = placement;
  const [batch, out, rows, columns] = filters.shape as [number, number, number, number];
  const into = images.shape[1] as number;
  // Few images go through the kernel too few times for the cutting to pay.
  const isBanded = into >= block && batch * out * rows * columns * FLOAT_BYTES > WHOLE_BYTES;
  // Images that are channels of one convolution, and rows of the kernel in each.
  const together = isBanded ? block : batch;
  const groups = batch / together;
  const rowBytes = Math.min(out, 4 * block) * together * columns * FLOAT_BYTES;
  const fitting = Math.max(1, Math.floor(BAND_BYTES / rowBytes), Math.ceil((groups * rows) / MOST_BANDS));
  const high = isBanded ? Math.ceil(rows / Math.ceil(rows / fitting)) : rows;

  const span = (count: number, extent: number) => extent + stride * (count - 1);
  const wide = span(columns, width);
  const pictures = pictureOperand(placement, images, together, padding, [span(rows, height), wide]);
  const kernels = kernelOperand(placement, filters, together);
  let sum: string | undefined;
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < rows; first += high) {
      const count = Math.min(high, rows - first);
      const picture = band(placement, pictures, group, stride * first, span(count, height));
      const kernel = band(placement, kernels, group, first, count);
      const operands = [
        placement.reshape(picture, [into, together, span(count, height), wide]),
        placement.reshape(kernel, [out, together, count, columns]),
      ];
      sum = emitter.node(
        "Conv",
        sum === undefined ? operands : [...operands, "", sum],
        {
          kernel_shape: [count, columns],
          dilations: [stride, stride],
          strides: [1, 1],
          pads: [0, 0, 0, 0],
        },
        BLOCKED_DOMAIN,
      );
    }
  }
  return sum!;
}

/** An operand in the order of memory that convolutions read, its rows an axis of their own. */
interface Operand {
  readonly name: string;
  /** `[groups of images, blocks, rows, everything within a row]`. */
  readonly shape: readonly number[];
}

/** `[batch, channel, rows, columns]` → one image for each channel and group, whose channels are images. */
function pictureOperand(
  placement: Placement,
  x: Tensor,
  together: number,
  [top, left]: readonly [number, number],
  [height, width]: readonly [number, number],
): Operand {
  const { emitter, block } = placement;
  const [batch, channels, rows, columns] = x.shape as [number, number, number, number];
  const groups = batch / together;
  let name = placement.plain(x);
  // Columns that the stride left unused at the end would only make a larger result.
  const used = Math.min(columns, width - left);
  if (used < columns) {
    name = emitter.slice(name, [{ axis: 3, start: 0, end: used }]);
  }
  // A group of one block is what the runtime's own reordering makes of the batch, taken for channels of one image.
  const order =
    together === block
      ? placement.reshape(name, [1, batch, channels * rows, used])
      : placement.transpose(name, [1, 0, 2, 3]);
  name = emitter.node("ReorderInput", [order], {}, BLOCKED_DOMAIN);
  const pads = [top, left, Math.max(0, height - top - rows), width - left - used];
  if (pads.some((pad) => pad > 0)) {
    const ones = emitter.floats(new Array<number>(together).fill(1), [together, 1, 1, 1]);
    const image = placement.reshape(name, [groups * channels, together, rows, used]);
    name = placement.convolveByOne(image, together, [ones], { pads });
  }
  const framedRows = rows + pads[0]! + pads[2]!;
  const shape = [groups, (channels * together) / block, framedRows, width * block];
  return { name: placement.reshape(name, shape), shape };
}

/** `[batch, channel, rows, columns]` → one filter for each channel and group, over the group's images. */
function kernelOperand(placement: Placement, x: Tensor, together: number): Operand {
  const { emitter, block } = placement;
  const [batch, channels, rows, columns] = x.shape as [number, number, number, number];
  const area = rows * columns;
  let name: string;
  if (together === block) {
    const one = placement.reshape(placement.plain(x), [1, batch, channels * rows, columns]);
    const blocks = emitter.node("ReorderInput", [one], {}, BLOCKED_DOMAIN);
    const images = placement.reshape(blocks, [batch / block, channels, rows, columns * block]);
    name = emitter.node("ReorderInput", [images], {}, BLOCKED_DOMAIN);
  } else {
    const blocks = [batch / block, block, channels / block, area, block];
    name = placement.transpose(placement.reshape(placement.blocked(x), blocks), [2, 0, 3, 1, 4]);
  }
  const shape = [batch / together, (channels * together) / block ** 2, rows, columns * block ** 2];
  return { name: placement.reshape(name, shape), shape };
}

/** Some rows of one group. */
function band(
  { emitter }: Placement,
  { name, shape }: Operand,
  group: number,
  first: number,
  count: number,
): string {
  const ranges = [
    { axis: 0, start: group, end: group + 1 },
    { axis: 2, start: first, end: first + count },
  ].filter(({ axis, start, end }) => start > 0 || end < shape[axis]!);
  return emitter.slice(name, ranges);
}
