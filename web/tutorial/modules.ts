/**
 * A learner's file as a module: types taken away, imports answered from what is here. Nothing is fetched. For the worker alone: the
 * whole of the rooms, with the ONNX writer, would take the page's thread longer to begin than a frame.
 */

import { transform } from "sucrase";
import * as graph from "../../src/graph/index.ts";
import * as nn from "../../src/nn/index.ts";
import type { Exports } from "./step.ts";

const rooms: Readonly<Record<string, unknown>> = { "betalab/graph": graph, "betalab/nn": nn };

/**
 * Runs a file and returns what it exports.
 *
 * @param files the other files of the tutorial, by name ("recognition"), run when they are imported
 * @throws Error with the learner's words: a syntax error with its line, an import that is not there
 */
export function load(source: string, files: Readonly<Record<string, string>> = {}): Exports {
  const { code } = transform(source, { transforms: ["typescript", "imports"], preserveDynamicImport: true });
  const require = (name: string): unknown => {
    if (Object.hasOwn(rooms, name)) return rooms[name];
    const file = /^\.\/([\w-]+)\.ts$/.exec(name)?.[1];
    if (file !== undefined && Object.hasOwn(files, file)) return load(files[file]!, files);
    const known = [...Object.keys(rooms), ...Object.keys(files).map((one) => `./${one}.ts`)];
    throw new Error(`there is no module "${name}" here; there are ${known.join(", ")}`);
  };
  const exports: Record<string, never> = {};
  new Function("require", "exports", code)(require, exports);
  return exports;
}
