/** How fast a machine is now, by two small programs: for forecasts, which are about right. */

import { conv2d, input, type Program, type Tensor, tanh, type Value } from "../graph/index.ts";
import type { Runtime } from "./runtime.ts";

const CHANNELS = 32;
const SIDE = 64;
const IMAGES = 4;
const ELEMENTS = IMAGES * CHANNELS * SIDE * SIDE;
const RUNS = 5;

/** @returns FLOP a second in convolutions of 32 channels, bytes a second in element-by-element work */
export async function measureSpeed(runtime: Runtime): Promise<{ flops: number; traffic: number }> {
  const x = input("x", [IMAGES, CHANNELS, SIDE, SIDE]);
  const weight = input("weight", [CHANNELS, CHANNELS, 3, 3]);
  const convolved = conv2d(x, weight, undefined, { stride: 1, padding: 1 });
  const seconds = (name: string, inputs: readonly Tensor[], y: Tensor) =>
    fastest(runtime, { name, inputs, outputs: { y } });
  // Both read and write one feature map; tanh is as much work as the gates and the optimiser's roots.
  const passes = await seconds("passes", [x], tanh(x));
  const both = await seconds("convolution", [x, weight], convolved);
  const flops = 2 * ELEMENTS * CHANNELS * 9;
  return { flops: flops / both, traffic: (8 * ELEMENTS) / passes };
}

/** Seconds of the fastest of a few runs; what others do meanwhile only slows. */
async function fastest(runtime: Runtime, program: Program): Promise<number> {
  const feeds = Object.fromEntries(
    program.inputs.map((tensor, i): [string, Value] => {
      const shape = tensor.shape as number[];
      const data = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(0.5);
      return [i === 0 ? "x" : "weight", { dtype: "float32", shape, data }];
    }),
  );
  const session = await runtime.compile(program);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await session.run(feeds);
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  await session.release();
  return best;
}
