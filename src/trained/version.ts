/** Versions that a run records. */

import { createRequire } from "node:module";
import { runtimeVersion } from "../runtime/node.ts";

export function versions(): { betalab: string; node: string; onnxruntime: string } {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  return { betalab: version, node: process.versions.node, onnxruntime: runtimeVersion() };
}
