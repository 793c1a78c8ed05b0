/** A small net that looks at pictures: one convolution, its maps, and their means as features. */

import { constant, conv2d, input, mean, relu, type Value, writeOnnx } from "../../src/graph/index.ts";
import { made } from "./made.ts";

export function featureNet(metadata: Record<string, string> = {}, size = 7): Uint8Array {
  const images = input("images", ["batch", 3, size, size]);
  const weight = input("weight", [4, 3, 3, 3]);
  const maps = relu(conv2d(images, weight, constant(new Float32Array(4), [4]), { stride: 1, padding: 0 }));
  const given: Value = { dtype: "float32", shape: [4, 3, 3, 3], data: made(108, 7, -1, 1) };
  const outputs = { maps, features: mean(maps, [2, 3]) };
  const program = { name: "net", inputs: [images, weight], outputs, metadata };
  return writeOnnx(program, { weights: { weight: given } });
}
