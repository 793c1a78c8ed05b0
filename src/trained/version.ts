/** Versions that a run records. */

import { version } from "../base/version.ts";
import type { Runtime } from "../runtime/index.ts";

/** `engine` is what computes, its package and version: "onnxruntime-node 1.30.0". */
export const versions = ({ description: engine }: Pick<Runtime, "description">) => ({
  betalab: version(),
  node: process.versions.node,
  engine,
});
