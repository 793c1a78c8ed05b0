import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import type { ArrayFile } from "./array-file.ts";
import { encodeNpy, encodeNpyHeader, encodeText, parseNpyHeader } from "./npy.ts";
import { openArrays, writeNpz } from "./npz.ts";

function fileOf(bytes: Uint8Array, name = "file.npy"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

const whole = async (file: ArrayFile, name: string) => (await file.open(name)).whole();

const ranges = {
  "|b1": fc.integer({ min: 0, max: 1 }),
  "|u1": fc.integer({ min: 0, max: 255 }),
  "<i4": fc.integer(),
  "<i8": fc.maxSafeInteger(),
  "<f4": fc.float(),
  "<f8": fc.double(),
  "|i1": fc.integer({ min: -128, max: 127 }),
  "<u2": fc.nat({ max: 65535 }),
  "<i2": fc.integer({ min: -32768, max: 32767 }),
  "<u4": fc.nat({ max: 2 ** 32 - 1 }),
  "<u8": fc.maxSafeNat(),
};

/** A version-2 or -3 header as numpy writes it for long ones. */
function longHeader(version: 2 | 3, text: string, values: number[]): Uint8Array {
  const bytes = new Uint8Array(12 + text.length + values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  new DataView(bytes.buffer).setUint32(8, text.length, true);
  bytes.set(new TextEncoder().encode(text), 12);
  bytes.set(values, 12 + text.length);
  return bytes;
}

describe("NPY", () => {
  it("has numpy's own bytes", () => {
    // numpy.save of numpy.array([[1, 2]], dtype='<i4'), numpy 1.26.
    const text = "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2), }";
    const expected = `\x93NUMPY\x01\x00v\x00${text.padEnd(117)}\n\x01\0\0\0\x02\0\0\0`;
    expect(Buffer.from(encodeNpy("<i4", [1, 2], [1, 2])).toString("latin1")).toBe(expected);
  });

  it.each(Object.keys(ranges) as (keyof typeof ranges)[])("round trips %s", async (type) => {
    const path = join(temporaryFolder(), "a.npy");
    await fc.assert(
      fc.asyncProperty(
        fc.array(ranges[type] as fc.Arbitrary<number>, { minLength: 1, maxLength: 40 }),
        async (values) => {
          writeFileSync(path, encodeNpy(type, [values.length, 1], values));
          const read = await whole(openArrays(path), "array");
          expect(read.shape).toEqual([values.length, 1]);
          expect(Array.from(read.numbers!)).toEqual(values);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("round trips text", async () => {
    const words = ["T-shirt/top", "", "été", "🙂"];
    expect((await whole(openArrays(fileOf(encodeText(words))), "array")).text).toEqual(words);
  });

  it("reads headers of versions 2 and 3, and Python 2's long integers", async () => {
    const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (3L,), }\n";
    for (const version of [2, 3] as const) {
      const { numbers } = await whole(openArrays(fileOf(longHeader(version, text, [7, 8, 9]))), "array");
      expect(Array.from(numbers!)).toEqual([7, 8, 9]);
    }
    const future = longHeader(3, text, [7, 8, 9]);
    future[6] = 4;
    expect((await failure("data", () => whole(openArrays(fileOf(future)), "array"))).message).toContain(
      "version 4.0",
    );
  });

  it.each([
    ["{'descr': '|O', 'fortran_order': False, 'shape': (), }", "an array of Python objects"],
    ["{'descr': '<c8', 'fortran_order': False, 'shape': (2, 3), }", 'values of type "<c8" are not read'],
    ["{'descr': '<U0', 'fortran_order': False, 'shape': (3000000000,), }", "has no letters"],
    ["{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", "a structured array"],
    ["{'descr': '<f4', 'shape': (2, 3), }", "can't be understood"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3), }", "has the shape"],
  ])("refuses %s", async (text, message) => {
    expect((await failure("data", () => parseNpyHeader(text, "a"))).message).toContain(message);
  });

  it("reads big-endian numbers, halves, and Fortran order", async () => {
    const read = async (code: string, fortran: boolean, shape: number[], bytes: number[]) => {
      const header = `{'descr': '${code}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${shape.join(", ")},), }`;
      const file = openArrays(fileOf(longHeader(2, header, bytes)));
      return Array.from((await whole(file, "array")).numbers!);
    };
    // struct.pack('>hh', -2, 258), '>d' of -2.5, '<eeee' of 1, -2, 65504 and 2**-24, '>e' of 0.333251953125.
    expect(await read(">i2", false, [2], [0xff, 0xfe, 1, 2])).toEqual([-2, 258]);
    expect(await read(">f8", false, [1], [0xc0, 4, 0, 0, 0, 0, 0, 0])).toEqual([-2.5]);
    expect(await read("<f2", false, [4], [0, 0x3c, 0, 0xc0, 0xff, 0x7b, 1, 0])).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
    ]);
    expect(await read(">f2", false, [1], [0x35, 0x55])).toEqual([0.333251953125]);
    expect(await read("<f2", false, [2], [0, 0x7c, 0, 0x7e])).toEqual([Number.POSITIVE_INFINITY, Number.NaN]);
    // numpy.arange(12).reshape(2, 3, 2) in Fortran order lies in memory as below.
    const fortran = [0, 6, 2, 8, 4, 10, 1, 7, 3, 9, 5, 11];
    expect(await read("|u1", true, [2, 3, 2], fortran)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(await read("|u1", true, [3], [7, 8, 9])).toEqual([7, 8, 9]);
  });

  it("refuses what the file can't hold before it takes memory, and a header of no length", async () => {
    const promise = encodeNpyHeader("<i8", [10 ** 12]);
    const npy = await failure("data", () => openArrays(fileOf(promise)).open("array"));
    expect(npy.message).toBe(
      "file.npy: truncated, its header promises 8000000000000 bytes of values and it has 0",
    );
    const npz = await failure("data", () => openArrays(fileOf(zipSync({ "x.npy": promise }))).open("x"));
    expect(npz.message).toContain("file.npy: x: truncated, its header promises 8000000000000 bytes");
    const empty = Uint8Array.from(encodeNpy("|u1", [1], [1]));
    empty.set([0, 0], 8);
    const header = await failure("data", () => openArrays(fileOf(empty)).open("array"));
    expect(header.message).toBe("file.npy: damaged, its NPY header has a length of 0");
  });

  it("names a truncated file, one that is too long, and integers that aren't exact", async () => {
    const bytes = encodeNpy("<f8", [4], [1, 2, 3, 4]);
    const cut = await failure("data", () => openArrays(fileOf(bytes.subarray(0, -3))).open("array"));
    expect(cut.message).toBe("file.npy: truncated, its header promises 32 bytes of values and it has 29");
    const long = await failure("data", () =>
      whole(openArrays(fileOf(Buffer.concat([bytes, bytes]))), "array"),
    );
    expect(long.message).toContain("longer than its header");
    const big = encodeNpy("<i8", [1], [0]).fill(0x7f, 128);
    expect((await failure("data", () => whole(openArrays(fileOf(big)), "array"))).message).toContain(
      "too large",
    );
  });
});

describe("NPZ", () => {
  it("round trips through our writer, and reads what others wrote", async () => {
    const path = join(temporaryFolder(), "a.npz");
    const pixels = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 3);
    await writeNpz(path, [
      ["imgs", [encodeNpyHeader("|u1", [3, 100, 1000]), pixels.subarray(0, 1234), pixels.subarray(1234)]],
      ["names", [encodeText(["a", "bc"])]],
    ]);
    const file = openArrays(path);
    expect(file.names).toEqual(["imgs", "names"]);
    expect((await file.open("imgs")).shape).toEqual([3, 100, 1000]);
    expect(Uint8Array.from((await whole(file, "imgs")).numbers!)).toEqual(pixels);
    expect((await whole(file, "names")).text).toEqual(["a", "bc"]);

    const stored = zipSync({ "x.npy": encodeNpy("<f4", [2], [0.5, -2]) }, { level: 0 });
    const numbers = (await whole(openArrays(fileOf(stored, "b.npz")), "x")).numbers!;
    expect(Array.from(numbers)).toEqual([0.5, -2]);
  });

  it("refuses a member that claims more than deflate can make of its bytes", async () => {
    const bytes = zipSync({ "x.npy": encodeNpyHeader("|u1", [2 ** 31]) });
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const central = bytes.findIndex((_, i) => view.getUint32(i, true) === 0x02014b50);
    view.setUint32(central + 24, 2 ** 31 + 128, true);
    const error = await failure("data", () => openArrays(fileOf(bytes, "claims.npz")).open("x"));
    expect(error.message).toMatch(/^claims\.npz: x\.npy: truncated, its header promises 2147483776 bytes/);
  });

  it("reads zip64 sizes and offsets", async () => {
    const file = openArrays(fileOf(zip64(encodeNpy("<i4", [2], [3, 4]))));
    expect(Array.from((await whole(file, "x")).numbers!)).toEqual([3, 4]);
  });

  it("names an archive that is cut off, a damaged member, and what is neither", async () => {
    const bytes = zipSync({ "x.npy": encodeNpy("<f8", [500], Array.from({ length: 500 }, Math.sqrt)) });
    const cut = await failure("data", () =>
      openArrays(fileOf(bytes.subarray(0, bytes.length - 30), "c.npz")),
    );
    expect(cut.message).toBe("c.npz: truncated or damaged, it has no complete zip directory at its end");
    const flipped = zipSync({ "x.npy": encodeNpy("<i4", [4], [1, 2, 3, 4]) }, { level: 0 });
    flipped[30 + 5 + 128] = 77;
    const damaged = await failure("data", () => whole(openArrays(fileOf(flipped, "d.npz")), "x"));
    expect(damaged.message).toContain("d.npz: x.npy is damaged (its checksum is wrong)");
    const torn = Uint8Array.from(bytes);
    torn.fill(0xff, 100, 400);
    expect((await failure("data", () => whole(openArrays(fileOf(torn, "e.npz")), "x"))).message).toContain(
      "e.npz",
    );
    expect(
      (await failure("data", () => openArrays(fileOf(Buffer.from("hello"), "f.npz")))).message,
    ).toContain("neither NPZ nor NPY");
    expect((await failure("data", () => openArrays(fileOf(new Uint8Array(0), "g.npz")))).message).toContain(
      "empty",
    );
  });

  it("says which file can't be written", async () => {
    const path = join(temporaryFolder(), "missing", "a.npz");
    const error = await failure("disk", () => writeNpz(path, []));
    expect(error.message).toContain(path);
    expect(error.message).toContain("its folder is not there");
  });
});

/** A stored archive of one member whose sizes stand in zip64 fields, as archives beyond 4 GB have them. */
function zip64(content: Uint8Array): Uint8Array {
  const plain = zipSync({ "x.npy": content }, { level: 0 });
  const directory = 30 + 5 + content.length;
  const central = Uint8Array.from(plain.subarray(directory, directory + 46 + 5));
  const view = new DataView(central.buffer);
  for (const at of [20, 24, 42]) view.setUint32(at, 0xffffffff, true);
  view.setUint16(30, 28, true);
  const extra = new DataView(new ArrayBuffer(28));
  extra.setUint16(0, 1, true);
  extra.setUint16(2, 24, true);
  extra.setBigUint64(4, BigInt(content.length), true);
  extra.setBigUint64(12, BigInt(content.length), true);
  const end64 = new DataView(new ArrayBuffer(56));
  end64.setUint32(0, 0x06064b50, true);
  end64.setBigUint64(4, 44n, true);
  end64.setBigUint64(24, 1n, true);
  end64.setBigUint64(32, 1n, true);
  end64.setBigUint64(40, BigInt(central.length + 28), true);
  end64.setBigUint64(48, BigInt(directory), true);
  const locator = new DataView(new ArrayBuffer(20));
  locator.setUint32(0, 0x07064b50, true);
  locator.setBigUint64(8, BigInt(directory + central.length + 28), true);
  locator.setUint32(16, 1, true);
  const end = new Uint8Array(22).fill(0xff, 8, 20);
  end.set([0x50, 0x4b, 5, 6]);
  const parts = [extra, end64, locator].map((part) => new Uint8Array(part.buffer));
  return Buffer.concat([plain.subarray(0, directory), central, ...parts, end]);
}
