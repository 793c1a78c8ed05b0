/** Whether a device computes. */

import { add, input } from "../graph/index.ts";
import type { Runtime } from "./runtime.ts";

/** Runs a graph of one node; throws why it can't be run: a provider that is there may still lack its driver. */
export async function tryDevice({ compile }: Pick<Runtime, "compile">): Promise<void> {
  const x = input("x", [1]);
  const session = await compile({ name: "probe", inputs: [x], outputs: { y: add(x, x) } });
  const { y } = await session.run({ x: { dtype: "float32", shape: [1], data: Float32Array.of(21) } });
  await session.release();
  if ((y!.data as Float32Array)[0] !== 42) throw new Error("it computes wrong results");
}
