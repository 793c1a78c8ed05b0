/**
 * libjpeg-turbo in WebAssembly.
 *
 * https://github.com/LinusU/cwasm-jpeg-turbo
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Memory, wasm } from "../../base/webassembly.ts";

export interface JpegTurbo {
  readonly memory: Memory;
  malloc(bytes: number): number;
  free(address: number): void;
  tjInitDecompress(): number;
  tjDestroy(decoder: number): void;
  /** 0 when all went well without a warning. */
  tjDecompress2(
    decoder: number,
    file: number,
    fileBytes: number,
    pixels: number,
    width: number,
    stride: number,
    height: number,
    format: number,
    flags: number,
  ): number;
}

const require = createRequire(import.meta.url);

export function compileJpegTurbo(): object {
  return new wasm.Module(readFileSync(require.resolve("@cwasm/jpeg-turbo/jpeg-turbo.wasm")));
}

/** With a memory of its own. After an error that it throws nothing more is to be done with it. */
export function openJpegTurbo(compiled: object): JpegTurbo {
  const refuse = () => {
    throw new Error("libjpeg-turbo gave up");
  };
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module, name } of wasm.Module.imports(compiled)) {
    imports[module] = { ...imports[module], [name]: refuse };
  }
  const memory = () => new DataView((exports.memory as Memory).buffer);
  Object.assign(imports.env!, { setjmp: () => 0 });
  Object.assign(imports.wasi_snapshot_preview1!, {
    // There are no variables of the environment.
    environ_sizes_get(count: number, bytes: number) {
      memory().setUint32(count, 0, true);
      memory().setUint32(bytes, 0, true);
      return 0;
    },
    environ_get: () => 0,
  });
  const { exports } = new wasm.Instance(compiled, imports);
  return exports as unknown as JpegTurbo;
}
