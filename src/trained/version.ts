/** Versions that a run records. */

import { version } from "../base/version.ts";
import { engineInformation } from "../runtime/node.ts";

export function versions(): { betalab: string; node: string; onnxruntime: string; engine: string } {
  const { name, version: onnxruntime } = engineInformation();
  return { betalab: version(), node: process.versions.node, onnxruntime, engine: name };
}
