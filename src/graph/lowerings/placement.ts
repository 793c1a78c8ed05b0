/**
 * Where the values of tensors are while a program is written. On ONNX Runtime's CPU provider a value may exist
 * in three layouts: plain, as every ONNX operator reads it; blocked (`[batch, channel/B, height, width, B]`,
 * ONNX Runtime's NCHWc), which its fastest convolutions read; and flat, the numbers of a large tensor in their
 * order under the shape of such an image, for element-by-element work by a convolution. Conversions are written
 * where they are first needed, once, so that a chain of convolutions and activations stays blocked from end to end.
 */

import type { Emitter } from "../onnx/emitter.ts";
import type { Tensor } from "../tensor.ts";
import { elementCount } from "../types.ts";

/** The domain of ONNX Runtime's blocked operators. */
export const BLOCKED_DOMAIN = "com.microsoft.nchwc";

/** The result of a lowering, in the layout that it came out in. */
export type Placed = { readonly plain: string } | { readonly blocked: string } | { readonly flat: string };

/** Another way to write an operator; `undefined` where it doesn't apply to this tensor. */
export type Lowering = (tensor: Tensor, placement: Placement) => Placed | undefined;

/** Lowerings by operator name that one kind of machine prefers to the portable ones. */
export interface Target {
  readonly lowerings: ReadonlyMap<string, Lowering>;
  /** B: channels in a block, a property of the processor (16 with AVX-512, 8 with AVX2). */
  readonly block: number;
}

/** Smaller tensors gain less from a faster operator than its preparation costs. */
const LEAST_FLAT = 65_536;

/** Blocks of channels that a flat tensor has: the runtime's threads divide them among themselves. */
const FLAT_BLOCKS = { least: 4, most: 16 };

export class Placement {
  readonly emitter: Emitter;
  readonly block: number;
  readonly #plain = new Map<Tensor, string>();
  readonly #blocked = new Map<Tensor, string>();
  readonly #flat = new Map<Tensor, string>();

  constructor(emitter: Emitter, block: number) {
    this.emitter = emitter;
    this.block = block;
  }

  set(tensor: Tensor, placed: Placed): void {
    if ("plain" in placed) this.#plain.set(tensor, placed.plain);
    else if ("blocked" in placed) this.#blocked.set(tensor, placed.blocked);
    else this.#flat.set(tensor, placed.flat);
  }

  has(tensor: Tensor): boolean {
    return this.#plain.has(tensor) || this.#blocked.has(tensor) || this.#flat.has(tensor);
  }

  /** Whether the blocked value is there already. */
  isBlocked(tensor: Tensor): boolean {
    return this.#blocked.has(tensor);
  }

  /** Whether the tensor can be blocked at all: four axes, whole blocks of channels. */
  canBlock(tensor: Tensor): boolean {
    const channels = tensor.shape[1];
    return tensor.shape.length === 4 && typeof channels === "number" && channels % this.block === 0;
  }

  /** Whether the flat value is there already. */
  isFlat(tensor: Tensor): boolean {
    return this.#flat.has(tensor);
  }

  /** The shape `[1, channels, 1, width]` that a tensor has when flat; undefined where it can't be. */
  flatShape({ shape, dtype }: Tensor): readonly [1, number, 1, number] | undefined {
    if (dtype !== "float32" || shape.some((size) => typeof size !== "number")) return undefined;
    const count = elementCount(shape as number[]);
    if (count < LEAST_FLAT || count % this.block !== 0) return undefined;
    for (let blocks = FLAT_BLOCKS.most; blocks >= FLAT_BLOCKS.least; blocks--) {
      const channels = blocks * this.block;
      if (count % channels === 0) return [1, channels, 1, count / channels];
    }
    return undefined;
  }

  /** The name of the plain value. */
  plain(tensor: Tensor): string {
    let name = this.#plain.get(tensor);
    if (name === undefined) {
      const flat = this.#flat.get(tensor);
      const channels = tensor.shape[1] as number;
      name =
        flat === undefined
          ? this.emitter.node("ReorderOutput", [this.#blocked.get(tensor)!], { channels }, BLOCKED_DOMAIN)
          : this.reshape(flat, tensor.shape as number[]);
      this.#plain.set(tensor, name);
    }
    return name;
  }

  /** The name of the flat value of a tensor that has a flat shape. */
  flat(tensor: Tensor): string {
    let name = this.#flat.get(tensor);
    if (name === undefined) {
      name = this.reshape(this.plain(tensor), this.flatShape(tensor)!);
      this.#flat.set(tensor, name);
    }
    return name;
  }

  /** The name of the blocked value; its ONNX shape is still `[batch, channel, height, width]`. */
  blocked(tensor: Tensor): string {
    let name = this.#blocked.get(tensor);
    if (name === undefined) {
      name = this.emitter.node("ReorderInput", [this.plain(tensor)], {}, BLOCKED_DOMAIN);
      this.#blocked.set(tensor, name);
    }
    return name;
  }

  reshape(name: string, shape: readonly number[]): string {
    return this.emitter.node("Reshape", [name, this.emitter.integers(shape)]);
  }

  transpose(name: string, order: readonly number[]): string {
    return this.emitter.node("Transpose", [name], { perm: order });
  }
}
