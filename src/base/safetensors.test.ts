import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32 } from "./checksum.ts";
import { BetalabError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors, type TensorRecord } from "./safetensors.ts";

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 });
const count = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

/** A tensor of any dtype and shape with any bits, NaN payloads included. */
const tensor: fc.Arbitrary<TensorRecord> = shape.chain((sizes) => {
  const bytes = (width: number): fc.Arbitrary<ArrayBuffer> =>
    fc
      .uint8Array({ minLength: count(sizes) * width, maxLength: count(sizes) * width })
      .map((values) => Uint8Array.from(values).buffer);
  const of = <R extends TensorRecord>(width: number, make: (buffer: ArrayBuffer) => R) =>
    bytes(width).map(make);
  return fc.oneof(
    of(8, (b): TensorRecord => ({ dtype: "F64", shape: sizes, data: new Float64Array(b) })),
    of(4, (b): TensorRecord => ({ dtype: "F32", shape: sizes, data: new Float32Array(b) })),
    of(2, (b): TensorRecord => ({ dtype: "BF16", shape: sizes, data: new Uint16Array(b) })),
    of(8, (b): TensorRecord => ({ dtype: "I64", shape: sizes, data: new BigInt64Array(b) })),
    of(4, (b): TensorRecord => ({ dtype: "I32", shape: sizes, data: new Int32Array(b) })),
    of(1, (b): TensorRecord => ({ dtype: "U8", shape: sizes, data: new Uint8Array(b) })),
    of(1, (b): TensorRecord => ({ dtype: "BOOL", shape: sizes, data: new Uint8Array(b) })),
  );
});
const name = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) => text !== "__metadata__");
const tensors = fc.dictionary(name, tensor, { maxKeys: 6, noNullPrototype: true });
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4, noNullPrototype: true });

const raw = ({ data }: TensorRecord): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** A file with any header, right or wrong. */
function file(header: unknown, data: ArrayLike<number> = []): Uint8Array {
  const json = typeof header === "string" ? header : JSON.stringify(header);
  const text = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

describe("round trip", () => {
  test("names, order, dtypes, shapes, bits and metadata come back, wherever the bytes lie", () => {
    fc.assert(
      fc.property(tensors, metadata, fc.integer({ min: 0, max: 9 }), (given, notes, shift) => {
        const encoded = encodeSafetensors(given, notes);
        const moved = new Uint8Array(encoded.length + shift).subarray(shift);
        moved.set(encoded);
        const decoded = decodeSafetensors(moved, "x.safetensors");
        expect(decoded.metadata).toEqual(notes);
        expect(Object.keys(decoded.tensors)).toEqual(Object.keys(given));
        for (const [key, expected] of Object.entries(given)) {
          const found = decoded.tensors[key]!;
          expect(found.dtype).toBe(expected.dtype);
          expect(found.shape).toEqual(expected.shape);
          expect(found.data.constructor).toBe(expected.data.constructor);
          expect(raw(found)).toEqual(raw(expected));
        }
      }),
    );
  });

  test("every cut of a file is refused and named", () => {
    fc.assert(
      fc.property(tensors, metadata, fc.double({ min: 0, max: 1, noNaN: true }), (given, notes, fraction) => {
        const encoded = encodeSafetensors(given, notes);
        const length = Math.min(encoded.length - 1, Math.floor(fraction * encoded.length));
        const cut = () => decodeSafetensors(encoded.subarray(0, length), "cut.safetensors");
        expect(cut).toThrow(BetalabError);
        expect(cut).toThrow(/^cut\.safetensors is not a usable safetensors file: /);
      }),
    );
  });

  test("any bytes at all give tensors or a BetalabError, nothing else", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.json(), (noise, header) => {
        for (const bytes of [noise, file(header, noise)]) {
          try {
            decodeSafetensors(bytes, "x");
          } catch (error) {
            expect(error).toBeInstanceOf(BetalabError);
          }
        }
      }),
    );
  });
});

describe("layout", () => {
  test("the bytes are those of the format", () => {
    const bytes = encodeSafetensors(
      { w: { dtype: "F32", shape: [2], data: Float32Array.of(1, -2) } },
      { a: "b" },
    );
    const sum = crc32(Uint8Array.of(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0)).toString(16);
    const told = crc32(new TextEncoder().encode('{"a":"b"}')).toString(16);
    const header = `{"__metadata__":{"a":"b","crc32":"{\\"__metadata__\\":\\"${told}\\",\\"w\\":\\"${sum}\\"}"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`;
    const padded = Math.ceil(header.length / 8) * 8;
    expect([...bytes.subarray(0, 8)]).toEqual([padded, 0, 0, 0, 0, 0, 0, 0]);
    expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded))).toBe(header.padEnd(padded));
    expect([...bytes.subarray(8 + padded)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
  });

  test("wider elements lie first, so that nothing is misaligned and nothing is copied", () => {
    const bytes = encodeSafetensors({
      flags: { dtype: "U8", shape: [3], data: Uint8Array.of(1, 2, 3) },
      position: { dtype: "I64", shape: [], data: BigInt64Array.of(-5n) },
      weights: { dtype: "F32", shape: [1], data: Float32Array.of(0.5) },
    });
    const decoded = decodeSafetensors(bytes, "x").tensors;
    expect(Object.keys(decoded)).toEqual(["flags", "position", "weights"]);
    for (const { data } of Object.values(decoded)) expect(data.buffer).toBe(bytes.buffer);
    expect(decoded.position!.data[0]).toBe(-5n);
  });

  test("misaligned data of another writer is copied", () => {
    const header = {
      flag: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] },
      weights: { dtype: "F32", shape: [1], data_offsets: [1, 5] },
    };
    const decoded = decodeSafetensors(file(header, [1, 0, 0, 0x80, 0x3f]), "x").tensors;
    expect(decoded.weights!.data).toEqual(Float32Array.of(1));
  });
});

describe("malformed files say why", () => {
  const w = (change: object) => ({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...change } });
  test.each<[string, Uint8Array, string]>([
    ["empty", new Uint8Array(0), "it has 0 bytes, fewer than the 8 of the header length"],
    ["a PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0), "its first 8 bytes give a header of"],
    [
      "header beyond the file",
      file("{}").subarray(0, 9),
      "the header should have 2 bytes, but only 1 follow",
    ],
    ["not JSON", file("{nope}"), "its header is not a JSON object"],
    ["an array", file([]), "its header is not a JSON object"],
    ["not UTF-8", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff), "its header is not a JSON object"],
    ["unknown dtype", file(w({ dtype: "F12" }), [0, 0, 0, 0]), 'tensor "w" has the unknown dtype "F12"'],
    ["an inherited name as dtype", file(w({ dtype: "toString" }), [0]), 'unknown dtype "toString"'],
    ["negative size", file(w({ shape: [-1] })), 'tensor "w" has the impossible shape [-1]'],
    ["no shape", file({ w: { dtype: "F32" } }), 'tensor "w" has the impossible shape undefined'],
    ["offsets reversed", file(w({ data_offsets: [4, 0] })), "impossible data_offsets [4,0]"],
    [
      "shape and bytes differ",
      file(w({ shape: [2] }), [0, 0, 0, 0]),
      "F32 [2] needs 8 bytes, its data_offsets span 4",
    ],
    ["out of range", file(w({}), [0, 0]), "ends at byte 4 of the data, but there are only 2 (truncated?)"],
    ["overlap", file({ ...w({}), v: w({}).w }, [0, 0, 0, 0]), "overlaps another: it starts at 0, before 4"],
    ["hole", file(w({ data_offsets: [4, 8] }), new Uint8Array(8)), 'bytes 0 to 4 of the data, before "w"'],
    ["trailing bytes", file(w({}), new Uint8Array(9)), "5 bytes after the last tensor belong to no tensor"],
    ["metadata", file({ __metadata__: { a: 1 } }), '"__metadata__" gives "a" a value that is not a string'],
    ["a tensor that is no object", file({ w: 3 }), 'tensor "w" is not described by an object'],
    [
      "checksums that are no object",
      file({ __metadata__: { crc32: "[" } }),
      'its "crc32" is not a JSON object',
    ],
    [
      "no checksum among others",
      file({ __metadata__: { crc32: "{}" }, ...w({}) }, [0, 0, 0, 0]),
      'tensor "w" does not have its checksum',
    ],
  ])("%s", (_what, bytes, reason) => {
    try {
      decodeSafetensors(bytes, "some/model.safetensors");
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BetalabError);
      expect((error as BetalabError).code).toBe("data");
      expect((error as BetalabError).message).toContain("some/model.safetensors is not a usable");
      expect((error as BetalabError).message).toContain(reason);
    }
  });
});

test("any flipped bit of the data is found, and the tensor named", () => {
  const values = { a: Float32Array.of(1, 2, 3), b: Float32Array.of(4) };
  const encoded = encodeSafetensors({
    a: { dtype: "F32", shape: [3], data: values.a },
    b: { dtype: "F32", shape: [1], data: values.b },
  });
  const start = encoded.length - 16;
  for (let bit = 0; bit < 8 * 16; bit++) {
    const damaged = encoded.slice();
    damaged[start + (bit >> 3)]! ^= 1 << (bit & 7);
    const name = bit < 8 * 12 ? "a" : "b";
    expect(() => decodeSafetensors(damaged, "step-1.safetensors")).toThrow(
      `step-1.safetensors is not a usable safetensors file: tensor "${name}" does not have its checksum`,
    );
  }
});

test("a tensor that contradicts itself is our own mistake", () => {
  const wrong = { w: { dtype: "F32", shape: [3], data: Float32Array.of(1) } } as const;
  expect(() => encodeSafetensors(wrong)).toThrow(
    'internal: tensor "w" is F32 [3] but holds a Float32Array of 1',
  );
});

test("metadata that was changed after it was written is refused", () => {
  const tensors = { w: { dtype: "F32", shape: [1], data: Float32Array.of(1) } } as const;
  const sealed = encodeSafetensors(tensors, { progress: "step 120" });
  expect(decodeSafetensors(sealed, "x").metadata).toEqual({ progress: "step 120" });
  sealed[new TextDecoder().decode(sealed).indexOf("120")] = 0x32;
  expect(() => decodeSafetensors(sealed, "x")).toThrow(/its metadata does not have its checksum/);
});
