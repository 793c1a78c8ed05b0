/** Compiles what a `PictureMemory` is made of, once for all threads. */

import { wasm } from "../../base/webassembly.ts";
import { ModuleBuilder } from "../../wasm/index.ts";
import { compileJpegTurbo } from "./jpeg-turbo.ts";
import type { PictureModules } from "./picture-memory.ts";
import { writeColumns, writeRows } from "./reduce-kernels.ts";
import { writeUnfilter } from "./unfilter-kernel.ts";

let compiled: PictureModules | undefined;

export function pictureModules(): PictureModules {
  compiled ??= { turbo: compileJpegTurbo(), kernels: compileKernels() };
  return compiled;
}

/** In the order in which `PictureMemory` takes them. */
function compileKernels(): object {
  const module = new ModuleBuilder();
  module.define("rows", 6, writeRows);
  for (const channels of [1, 3] as const) {
    module.define(`columns ${channels}`, 5, (frame) => writeColumns(frame, channels));
  }
  for (const filter of [1, 2, 3, 4] as const) {
    module.define(`unfilter ${filter}`, 5, (frame) => writeUnfilter(frame, filter));
  }
  return new wasm.Module(module.toBytes(false));
}
