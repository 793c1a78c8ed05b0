/**
 * Where the values of tensors are while a program is written. On ONNX Runtime's CPU provider a value may exist
 * in three layouts: plain, as every ONNX operator reads it; blocked (`[batch, channel/B, height, width, B]`,
 * ONNX Runtime's NCHWc), which its fastest convolutions read; and as a sheet: plain data
 * reshaped so that element-wise work can run as a blocked convolution. Conversions are written where they are
 * first needed, once, so that a chain of convolutions and activations stays blocked from end to end.
 */

import type { Attributes, Emitter } from "../onnx/emitter.ts";
import { plainValue } from "../ops/custom-gradient.ts";
import { fillOf } from "../ops/source.ts";
import type { Tensor } from "../tensor.ts";
import { elementCount } from "../types.ts";

/** The domain of ONNX Runtime's blocked operators. */
export const BLOCKED_DOMAIN = "com.microsoft.nchwc";

/** The result of a lowering, and its layout. */
export type Placed =
  | { readonly plain: string }
  | { readonly blocked: string }
  | { readonly sheet: string; readonly plain?: string };

/** The name of a tensor in each layout that it exists in. */
interface Names {
  plain?: string;
  blocked?: string;
  sheet?: string;
}

/**
 * Another way to write an operator; `undefined` where it doesn't apply to this tensor.
 *
 * @param activation what a blocked kernel applies to its results: attributes of `Conv`
 */
export type Lowering = (tensor: Tensor, placement: Placement, activation?: Attributes) => Placed | undefined;

/** Lowerings by operator name that one kind of machine prefers to the portable ones. */
export interface Target {
  readonly lowerings: ReadonlyMap<string, Lowering>;
  /** B: channels in a block, a property of the processor (16 with AVX-512, 8 with AVX2); absent without such kernels. */
  readonly block?: number;
}

/** A tensor of at least this many elements is worth the reshapes around a sheet. */
const LARGE = 1 << 15;

export class Placement {
  readonly emitter: Emitter;
  readonly block: number;
  readonly #names = new Map<Tensor, Names>();
  readonly #kernels = new Map<string, string>();
  readonly #readers = new Map<Tensor, number>();

  /** @param read every tensor that is read, as often as it is */
  constructor(emitter: Emitter, block: number, read: Iterable<Tensor>) {
    this.emitter = emitter;
    this.block = block;
    for (const tensor of read) this.#readers.set(tensor, (this.#readers.get(tensor) ?? 0) + 1);
  }

  /** What the tensor is the value of, gradients of its own aside; undefined where either is read a second time. */
  readOnce(tensor: Tensor): Tensor | undefined {
    const value = plainValue(tensor);
    for (let one = tensor; this.#readers.get(one) === 1; one = one.inputs[0]!)
      if (one === value) return value;
    return undefined;
  }

  set(tensor: Tensor, placed: Placed): void {
    this.#names.set(tensor, { ...placed });
  }

  /** `tensor` is the same value as `other`: what is known of one from now on is known of both. */
  equate(tensor: Tensor, other: Tensor): void {
    this.#names.set(tensor, this.#namesOf(other));
  }

  has(tensor: Tensor): boolean {
    return this.#names.has(tensor);
  }

  #namesOf(tensor: Tensor): Names {
    const names = this.#names.get(tensor);
    if (names === undefined) throw new Error(`internal: ${tensor} was not written yet`);
    return names;
  }

  /** Whether the blocked value is there already. */
  isBlocked(tensor: Tensor): boolean {
    return this.#names.get(tensor)?.blocked !== undefined;
  }

  /** Whether the tensor can be blocked at all: four axes, whole blocks of channels. */
  canBlock(tensor: Tensor): boolean {
    const channels = tensor.shape[1];
    return tensor.shape.length === 4 && typeof channels === "number" && channels % this.block === 0;
  }

  /** The name of the plain value. */
  plain(tensor: Tensor): string {
    const names = this.#namesOf(tensor);
    names.plain ??=
      names.sheet !== undefined
        ? this.reshape(names.sheet, tensor.shape as number[])
        : this.#reordered(tensor, names.blocked!);
    return names.plain;
  }

  #reordered(tensor: Tensor, blocked: string): string {
    const channels = tensor.shape[1] as number;
    return this.emitter.node("ReorderOutput", [blocked], { channels }, BLOCKED_DOMAIN);
  }

  /** The name of the blocked value; its ONNX shape is still `[batch, channel, height, width]`. */
  blocked(tensor: Tensor): string {
    const names = this.#namesOf(tensor);
    names.blocked ??= this.emitter.node("ReorderInput", [this.plain(tensor)], {}, BLOCKED_DOMAIN);
    return names.blocked;
  }

  /** Whether the tensor is there as a sheet already. */
  isSheet(tensor: Tensor): boolean {
    return this.#names.get(tensor)?.sheet !== undefined;
  }

  /** The shape that a tensor would have as a sheet, with rows enough for many threads; undefined for small tensors. */
  sheetShape({ shape }: Tensor): readonly number[] | undefined {
    if (!shape.every((size) => typeof size === "number")) return undefined;
    const size = elementCount(shape as number[]);
    const channels = 4 * this.block;
    const rows = [4, 2, 1].find((count) => size % (channels * count) === 0);
    return size < LARGE || rows === undefined ? undefined : [1, channels, rows, size / (channels * rows)];
  }

  /** The name of the tensor as a sheet; it must have a shape as one. */
  sheet(tensor: Tensor): string {
    const names = this.#namesOf(tensor);
    names.sheet ??= this.reshape(this.plain(tensor), this.sheetShape(tensor)!);
    return names.sheet;
  }

  /** A tensor of one element without axes: it goes with any shape. */
  single(tensor: Tensor): string {
    const name = this.plain(tensor);
    return tensor.shape.length === 0 ? name : this.reshape(name, []);
  }

  /** The kernel `[channels, 1, 1, 1]` that multiplies every channel by the one number of `tensor`. */
  repeated(tensor: Tensor, channels: number): string {
    const number = fillOf(tensor);
    const shape = [channels, 1, 1, 1];
    const key = `${channels} of ${number ?? this.plain(tensor)}`;
    const name =
      this.#kernels.get(key) ??
      (number !== undefined
        ? this.emitter.floats(new Array<number>(channels).fill(number), shape)
        : this.emitter.node("Expand", [this.single(tensor), this.emitter.integers(shape)]));
    this.#kernels.set(key, name);
    return name;
  }

  /**
   * A blocked convolution by one of each channel by itself: the runtime's only operator that multiplies and adds in
   * one pass, and its only blocked one that adds zeros around an image.
   *
   * @param terms the kernel `[channels, 1, 1, 1]`; then, or "", a bias `[channels]`; then a blocked value to add
   */
  convolveByOne(
    name: string,
    channels: number,
    terms: readonly string[],
    { pads = [0, 0, 0, 0], ...activation }: Attributes = {},
  ): string {
    const attributes = { group: channels, kernel_shape: [1, 1], strides: [1, 1], pads, ...activation };
    return this.emitter.node("Conv", [name, ...terms], attributes, BLOCKED_DOMAIN);
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.emitter.node("Reshape", [name, this.emitter.integers(shape)]);
  }

  transpose(name: string, order: readonly number[]): string {
    return this.emitter.node("Transpose", [name], { perm: order });
  }
}
