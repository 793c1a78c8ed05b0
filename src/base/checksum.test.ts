/** CRC-32 and CRC-32C against the check values of their definitions, and CRC-32 against zlib's own. */

import { crc32 as zlibs } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { crc32, crc32c } from "./checksum.ts";

test("the check value: of the digits 1 to 9", () => {
  expect(crc32(new TextEncoder().encode("123456789"))).toBe(0xcbf43926);
  expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
  expect(crc32(new Uint8Array(0))).toBe(0);
});

test("is zlib's, of any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => crc32(bytes) === zlibs(bytes)));
});
