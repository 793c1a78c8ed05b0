/**
 * Where the values of tensors are while a program is written. On ONNX Runtime's CPU provider a value may exist
 * in two layouts: plain, as every ONNX operator reads it, and blocked (`[batch, channel/B, height, width, B]`,
 * ONNX Runtime's NCHWc), which its fastest convolutions read. Conversions are written where they are first
 * needed, once, so that a chain of convolutions and activations stays blocked from end to end.
 */

import type { Attributes, Emitter } from "../onnx/emitter.ts";
import type { Tensor } from "../tensor.ts";

/** The domain of ONNX Runtime's blocked operators. */
export const BLOCKED_DOMAIN = "com.microsoft.nchwc";

/** The result of a lowering, in the layout that it came out in. */
export type Placed = { readonly plain: string } | { readonly blocked: string };

/** Another way to write an operator; `undefined` where it doesn't apply to this tensor. */
export type Lowering = (tensor: Tensor, placement: Placement) => Placed | undefined;

/** Lowerings by operator name that one kind of machine prefers to the portable ones. */
export interface Target {
  readonly lowerings: ReadonlyMap<string, Lowering>;
  /** B: channels in a block, a property of the processor (16 with AVX-512, 8 with AVX2). */
  readonly block: number;
}

export class Placement {
  readonly emitter: Emitter;
  readonly block: number;
  readonly #plain = new Map<Tensor, string>();
  readonly #blocked = new Map<Tensor, string>();

  constructor(emitter: Emitter, block: number) {
    this.emitter = emitter;
    this.block = block;
  }

  set(tensor: Tensor, placed: Placed): void {
    if ("plain" in placed) this.#plain.set(tensor, placed.plain);
    else this.#blocked.set(tensor, placed.blocked);
  }

  has(tensor: Tensor): boolean {
    return this.#plain.has(tensor) || this.#blocked.has(tensor);
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

  /** The name of the plain value. */
  plain(tensor: Tensor): string {
    let name = this.#plain.get(tensor);
    if (name === undefined) {
      const channels = tensor.shape[1] as number;
      name = this.emitter.node("ReorderOutput", [this.#blocked.get(tensor)!], { channels }, BLOCKED_DOMAIN);
      this.#plain.set(tensor, name);
    }
    return name;
  }

  /** The name of the blocked value; its ONNX shape is still `[batch, channel, height, width]`. */
  blocked(tensor: Tensor): string {
    let name = this.#blocked.get(tensor);
    if (name === undefined) {
      name = this.emitter.node("ReorderInput", [this.#plain.get(tensor)!], {}, BLOCKED_DOMAIN);
      this.#blocked.set(tensor, name);
    }
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
