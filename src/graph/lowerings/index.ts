/** Targets: kinds of machine that prefer other lowerings than the portable ones. */

import { writeOnnx } from "../onnx/write.ts";
import { relu } from "../ops/rectifiers.ts";
import { constantValue } from "../ops/source.ts";
import { activationLowerings } from "./activations.ts";
import { convolutionLowerings } from "./convolution.ts";
import { denseLowerings } from "./dense.ts";
import type { Lowering, Target } from "./placement.ts";
import { pointwiseLowerings } from "./pointwise.ts";

export { gpuTarget } from "./gpu.ts";
export type { Target } from "./placement.ts";

/** ONNX Runtime's CPU provider on a processor whose blocked convolutions work in blocks of `block` channels. */
export function blockedTarget(block: number): Target {
  const lowerings = new Map<string, Lowering>();
  for (const [name, next] of [
    ...activationLowerings,
    ...convolutionLowerings,
    ...denseLowerings,
    ...pointwiseLowerings,
  ]) {
    const first = lowerings.get(name);
    lowerings.set(
      name,
      first ? (tensor, placement) => first(tensor, placement) ?? next(tensor, placement) : next,
    );
  }
  return { block, lowerings };
}

const PROBED = 64;

/**
 * A program that shows the size of a block, which is the processor's business: 64 channels of two pixels, each
 * pixel the number of its channel, come out as `order` in the order in which they lie in memory.
 */
export function blockProbe(): { program: Uint8Array; blockOf(order: ArrayLike<number>): number | undefined } {
  const data = Float32Array.from({ length: 2 * PROBED }, (_, i) => Math.floor(i / 2));
  const channels = constantValue({ dtype: "float32", shape: [1, PROBED, 1, 2], data });
  // A blocked value can't leave the graph, so it is called plain after it was reordered.
  const reveal: Lowering = (tensor, placement) => ({ plain: placement.blocked(tensor.inputs[0]!) });
  const target = { block: PROBED, lowerings: new Map([["relu", reveal]]) };
  return {
    program: writeOnnx({ name: "blockProbe", inputs: [], outputs: { order: relu(channels) } }, { target }),
    // The first block holds the first pixel of its channels; then their second pixel follows: channel 0 again.
    blockOf(order) {
      const block = Array.from(order).indexOf(0, 1);
      return block > 1 && block < PROBED ? block : undefined;
    },
  };
}
