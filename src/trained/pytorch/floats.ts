/** Weights of any type of number as float32, which is what a model computes with. */

import { BetalabError } from "../../base/errors.ts";
import { halfToFloat } from "../../base/half.ts";
import type { TensorRecord } from "../../base/safetensors.ts";

/** Throws "data" naming the tensor when a number is not finite in float32, or is of a type that holds no weights. */
export function floatsOf(tensor: TensorRecord, label: string): Float32Array {
  const floats = convert(tensor);
  if (floats === undefined) {
    throw new BetalabError("data", `${label} holds ${tensor.dtype}, which is not a type for weights`);
  }
  const broken = floats.findIndex((value) => !Number.isFinite(value));
  if (broken < 0) return floats;
  throw new BetalabError(
    "data",
    `${label} holds ${floats[broken]} at ${broken}: no model can be used with it`,
    "a training that diverged leaves such weights: take an earlier checkpoint",
  );
}

function convert(tensor: TensorRecord): Float32Array | undefined {
  switch (tensor.dtype) {
    case "F32":
      return tensor.data.slice();
    case "F64":
      return Float32Array.from(tensor.data);
    case "F16":
      return Float32Array.from(tensor.data, halfToFloat);
    case "BF16":
      // The upper half of a float32.
      return new Float32Array(Uint32Array.from(tensor.data, (bits) => bits * 2 ** 16).buffer);
    default:
      return undefined;
  }
}
