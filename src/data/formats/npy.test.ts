import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { encodeNpy, encodeNpyHeader, encodeText, type NpyNumberType, parseNpyHeader } from "./npy.ts";
import { openArrays, writeNpz } from "./npz.ts";
import { findScale, type PixelScale, toPixels } from "./pixels.ts";

function fileOf(bytes: Uint8Array, name = "file.npy"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

const ranges: Record<NpyNumberType, fc.Arbitrary<number>> = {
  "|b1": fc.integer({ min: 0, max: 1 }),
  "|u1": fc.integer({ min: 0, max: 255 }),
  "<i4": fc.integer(),
  "<i8": fc.maxSafeInteger(),
  "<f4": fc.float(),
  "<f8": fc.double(),
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

  it.each(Object.keys(ranges) as NpyNumberType[])("round trips %s", async (type) => {
    const path = join(temporaryFolder(), "a.npy");
    await fc.assert(
      fc.asyncProperty(fc.array(ranges[type], { minLength: 1, maxLength: 40 }), async (values) => {
        writeFileSync(path, encodeNpy(type, [values.length, 1], values));
        const read = await openArrays(path).array("array");
        expect(read.shape).toEqual([values.length, 1]);
        expect([...read.numbers!]).toEqual(values);
      }),
      { numRuns: 25 },
    );
  });

  it("round trips text", async () => {
    const words = ["T-shirt/top", "", "été", "🙂"];
    expect((await openArrays(fileOf(encodeText(words))).array("array")).text).toEqual(words);
  });

  it("reads headers of versions 2 and 3, and Python 2's long integers", async () => {
    const text = "{'descr': '|u1', 'fortran_order': False, 'shape': (3L,), }\n";
    for (const version of [2, 3] as const) {
      const { numbers } = await openArrays(fileOf(longHeader(version, text, [7, 8, 9]))).array("array");
      expect([...numbers!]).toEqual([7, 8, 9]);
    }
    const future = longHeader(3, text, [7, 8, 9]);
    future[6] = 4;
    expect((await failure("data", () => openArrays(fileOf(future)).array("array"))).message).toContain(
      "version 4.0",
    );
  });

  it.each([
    ["{'descr': '|O', 'fortran_order': False, 'shape': (), }", "an array of Python objects"],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", "stored in Fortran order"],
    ["{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", 'values of type ">f4" are not read'],
    ["{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (2,), }", "a structured array"],
    ["{'descr': '<f4', 'shape': (2, 3), }", "can't be understood"],
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3), }", "has the shape"],
  ])("refuses %s", async (text, message) => {
    expect((await failure("data", () => parseNpyHeader(text, "a"))).message).toContain(message);
  });

  it("takes Fortran order where there is only one order", () => {
    expect(parseNpyHeader("{'descr': '<f4', 'fortran_order': True, 'shape': (3,), }", "a").shape).toEqual([
      3,
    ]);
  });

  it("names a truncated file, one that is too long, and integers that aren't exact", async () => {
    const bytes = encodeNpy("<f8", [4], [1, 2, 3, 4]);
    const cut = await failure("data", () => openArrays(fileOf(bytes.subarray(0, -3))).array("array"));
    expect(cut.message).toBe("file.npy: truncated, its header promises 32 bytes of values and it has 29");
    const long = await failure("data", () =>
      openArrays(fileOf(Buffer.concat([bytes, bytes]))).array("array"),
    );
    expect(long.message).toContain("longer than its header");
    const big = encodeNpy("<i8", [1], [0]).fill(0x7f, 128);
    expect((await failure("data", () => openArrays(fileOf(big)).array("array"))).message).toContain(
      "too large",
    );
  });
});

describe("NPZ", () => {
  it("round trips through our writer, and reads what others wrote", async () => {
    const path = join(temporaryFolder(), "a.npz");
    const pixels = Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) >> 3);
    writeNpz(path, [
      ["imgs", [encodeNpyHeader("|u1", [3, 100, 1000]), pixels.subarray(0, 1234), pixels.subarray(1234)]],
      ["names", [encodeText(["a", "bc"])]],
    ]);
    const file = openArrays(path);
    expect(file.names).toEqual(["imgs", "names"]);
    expect((await file.header("imgs")).shape).toEqual([3, 100, 1000]);
    expect(Uint8Array.from((await file.array("imgs")).numbers!)).toEqual(pixels);
    expect((await file.array("names")).text).toEqual(["a", "bc"]);

    const stored = zipSync({ "x.npy": encodeNpy("<f4", [2], [0.5, -2]) }, { level: 0 });
    const numbers = (await openArrays(fileOf(stored, "b.npz")).array("x")).numbers!;
    expect([...numbers]).toEqual([0.5, -2]);
  });

  it("reads zip64 sizes and offsets", async () => {
    expect([...(await openArrays(fileOf(zip64(encodeNpy("<i4", [2], [3, 4])))).array("x")).numbers!]).toEqual(
      [3, 4],
    );
  });

  it("names an archive that is cut off, a damaged member, and what is neither", async () => {
    const bytes = zipSync({ "x.npy": encodeNpy("<f8", [500], Array.from({ length: 500 }, Math.sqrt)) });
    const cut = await failure("data", () =>
      openArrays(fileOf(bytes.subarray(0, bytes.length - 30), "c.npz")),
    );
    expect(cut.message).toBe("c.npz: truncated or damaged, it has no complete zip directory at its end");
    const flipped = zipSync({ "x.npy": encodeNpy("<i4", [4], [1, 2, 3, 4]) }, { level: 0 });
    flipped[30 + 5 + 128] = 77;
    const damaged = await failure("data", () => openArrays(fileOf(flipped, "d.npz")).array("x"));
    expect(damaged.message).toContain("d.npz: x.npy is damaged (its checksum is wrong)");
    const torn = Uint8Array.from(bytes);
    torn.fill(0xff, 100, 400);
    expect((await failure("data", () => openArrays(fileOf(torn, "e.npz")).array("x"))).message).toContain(
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

describe("pixels of an array", () => {
  async function pixelsOf(type: NpyNumberType, values: number[]): Promise<[PixelScale, number[]]> {
    const bytes = encodeNpy(type, [values.length], values).subarray(128);
    // Cut in the middle of numbers, as a stream does.
    const pieces = async function* () {
      for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
    };
    const size = bytes.length / values.length;
    const scale = await findScale(pieces(), type, size, "a");
    const out: number[] = [];
    for await (const chunk of toPixels(pieces(), type, size, scale, "a")) out.push(...chunk);
    return [scale, out];
  }

  it("finds out what one unit is", async () => {
    expect(await pixelsOf("|u1", [0, 1, 1, 0])).toEqual([255, [0, 255, 255, 0]]);
    expect(await pixelsOf("|u1", [0, 1, 2, 255])).toEqual([1, [0, 1, 2, 255]]);
    expect(await pixelsOf("|b1", [1, 0])).toEqual([255, [255, 0]]);
    expect(await pixelsOf("<f4", [0, 0.5, 1, 0.2])).toEqual([255, [0, 128, 255, 51]]);
    expect(await pixelsOf("<f8", [0, 127.6, 255])).toEqual([1, [0, 128, 255]]);
    expect(await pixelsOf("<i8", [0, 3, 200])).toEqual([1, [0, 3, 200]]);
  });

  it("refuses values that are no pixels, with advice", async () => {
    const negative = await failure("data", () => pixelsOf("<f4", [-1, 0, 1]));
    expect(negative.message).toContain("the value -1 is no pixel");
    expect(negative.hint).toContain("(x + 1) / 2");
    expect((await failure("data", () => pixelsOf("<i4", [0, 256]))).message).toContain("the value 256");
    expect((await failure("data", () => pixelsOf("<f8", [Number.NaN]))).message).toContain("NaN");
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
