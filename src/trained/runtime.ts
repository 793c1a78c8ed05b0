/** The runtime of an opened model: one, however much is done with it. */

import type { Device, Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";

/** Opens it when it is first asked for. @param device default: `BETALAB_DEVICE`, or the CPU */
export function openedOnce(device: Device | undefined): () => Promise<Runtime> {
  let runtime: Promise<Runtime> | undefined;
  return () => {
    runtime ??= createRuntime(device && { device });
    return runtime;
  };
}
