/** Versions that a run records. */

import { createRequire } from "node:module";
import { engineInformation } from "../runtime/node.ts";

export function versions(): { betalab: string; node: string; onnxruntime: string; engine: string } {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  const { name, version: onnxruntime } = engineInformation();
  return { betalab: version, node: process.versions.node, onnxruntime, engine: name };
}
