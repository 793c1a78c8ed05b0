/** Numbers in files, for two languages: float64 or int32, little-endian as every machine here has them. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export function writeNumbers(folder: string, name: string, values: Float64Array | Int32Array): void {
  writeFileSync(join(folder, name), values);
}

export function readFloats(folder: string, name: string): Float64Array {
  return new Float64Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
}

export function readIntegers(folder: string, name: string): Int32Array {
  return new Int32Array(new Uint8Array(readFileSync(join(folder, name))).buffer);
}
