/** Which kernels a processor has, found by trying. */

import { blockedTarget, blockProbe, type Target } from "../graph/index.ts";
import type { Runtime } from "./runtime.ts";

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
