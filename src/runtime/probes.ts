/** What a machine can, found by trying. */

import { add, blockedTarget, blockProbe, input, type Target } from "../graph/index.ts";
import type { Runtime } from "./runtime.ts";

/** Runs a graph of one node; throws why it can't be run: a provider that is there may still lack its driver. */
export async function tryDevice({ compile }: Pick<Runtime, "compile">): Promise<void> {
  const x = input("x", [1]);
  const session = await compile({ name: "probe", inputs: [x], outputs: { y: add(x, x) } });
  const { y } = await session.run({ x: { dtype: "float32", shape: [1], data: Float32Array.of(21) } });
  await session.release();
  if ((y!.data as Float32Array)[0] !== 42) throw new Error("it computes wrong results");
}

let knownTarget: Promise<Target | undefined> | undefined;

/** Which blocks of channels this processor's convolutions work in: looked up once, by reordering known numbers. */
export function findBlocks(open: Runtime["open"]): Promise<Target | undefined> {
  knownTarget ??= (async () => {
    const { program, blockOf } = blockProbe();
    try {
      const session = await open(program, "block probe");
      const { order } = await session.run({});
      await session.release();
      const block = blockOf(order!.data as Float32Array);
      return block === undefined ? undefined : blockedTarget(block);
    } catch {
      return undefined; // No such kernels on this processor: the portable lowerings work everywhere.
    }
  })();
  return knownTarget;
}
