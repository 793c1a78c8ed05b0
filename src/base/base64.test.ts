import { expect, test } from "vitest";
import { decodeBase64, encodeBase64 } from "./base64.ts";

test("bytes come back as they were, and are what Node calls base64", () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) % 256);
  expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
  expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
  expect(decodeBase64("")).toEqual(new Uint8Array());
});

test("a view gives its own bytes, not those of its buffer", () => {
  const floats = Float32Array.of(0, -1.5, 1e-40);
  expect(encodeBase64(floats.subarray(1))).toBe(Buffer.from(floats.slice(1).buffer).toString("base64"));
});
