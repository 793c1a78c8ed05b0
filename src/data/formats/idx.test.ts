import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { encodeIdx, openIdx } from "./idx.ts";

const readIdx = async (path: string, expected: number[]) => (await openIdx(path, expected)).whole();

function fileOf(bytes: Uint8Array, name = "train-images-idx3-ubyte"): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

describe("IDX", () => {
  it("is what Yann LeCun's page says, byte for byte", () => {
    expect([...encodeIdx([2, 1, 3], Uint8Array.from([1, 2, 3, 4, 5, 6]))]).toEqual([
      0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6,
    ]);
  });

  it("round trips, plain and gzip, whatever the name says of it", async () => {
    const path = join(temporaryFolder(), "file.gz");
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(
          fc.integer({ min: 1, max: 4 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 5 }),
        ),
        fc.boolean(),
        async (dimensions, gzip) => {
          const values = Uint8Array.from({ length: dimensions.reduce((a, b) => a * b) }, (_, i) => 37 * i);
          const bytes = encodeIdx(dimensions, values);
          writeFileSync(path, gzip ? gzipSync(bytes) : bytes);
          const read = await readIdx(path, [3]);
          expect(read.shape).toEqual(dimensions);
          expect(read.numbers).toEqual(values);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("reads its other types, big-endian as they are, and holds no more than the file can", async () => {
    const words = Uint8Array.from([0, 0, 0x0b, 1, 0, 0, 0, 2, 0xff, 0xfe, 1, 2]);
    expect(Array.from((await readIdx(fileOf(words), [1])).numbers!)).toEqual([-2, 258]);
    const float = Uint8Array.from([0, 0, 0x0d, 1, 0, 0, 0, 1, 0x3f, 0, 0, 0]);
    expect(Array.from((await readIdx(fileOf(float), [1])).numbers!)).toEqual([0.5]);
    const promise = Uint8Array.from([0, 0, 8, 1, 0xff, 0xff, 0xff, 0xff]);
    expect((await failure("data", () => readIdx(fileOf(promise), [1]))).message).toContain(
      "promises 4294967295 bytes of values and it has 0",
    );
  });

  it("names a truncated file, plain or gzip, in header or values", async () => {
    const bytes = encodeIdx([2, 2, 2], new Uint8Array(8));
    const cut = await failure("data", () => readIdx(fileOf(bytes.subarray(0, 20)), [3]));
    expect(cut.message).toBe(
      "train-images-idx3-ubyte: truncated, its header promises 8 bytes of values and it has 4",
    );
    const header = await failure("data", () => readIdx(fileOf(bytes.subarray(0, 9)), [3]));
    expect(header.message).toContain("truncated, it ends inside the IDX header");
    const packed = gzipSync(
      encodeIdx(
        [20, 28, 28],
        Uint8Array.from({ length: 15680 }, (_, i) => i * i),
      ),
    );
    const torn = await failure("data", () =>
      readIdx(fileOf(packed.subarray(0, packed.length >> 1), "a.gz"), [3]),
    );
    expect(torn.message).toMatch(/a\.gz: damaged gzip \(unexpected end of file\)/);
  });

  it("names a file that is longer than its header says", async () => {
    const bytes = encodeIdx([1, 2, 2], new Uint8Array(5));
    expect((await failure("data", () => readIdx(fileOf(bytes), [3]))).message).toContain(
      "longer than its header",
    );
  });

  it("tells labels under an images' name, and the other way round", async () => {
    const labels = encodeIdx([3], new Uint8Array(3));
    expect((await failure("data", () => readIdx(fileOf(labels), [3]))).message).toBe(
      "train-images-idx3-ubyte: has 1 dimension where 3 belong: it holds labels, not images",
    );
    const images = encodeIdx([1, 1, 1], new Uint8Array(1));
    expect((await failure("data", () => readIdx(fileOf(images, "labels"), [1]))).message).toContain(
      "it holds images, not labels",
    );
  });

  it("refuses other formats, other types, and no file", async () => {
    const png = await failure("data", () =>
      readIdx(fileOf(Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 1])), [3]),
    );
    expect(png.message).toContain("not an IDX file (it begins with 89 50 4e 47)");
    const none = await failure("data", () => readIdx(join(temporaryFolder(), "none"), [3]));
    expect(none.message).toContain("no such file");
    const nothing = encodeIdx([0, 28, 28], new Uint8Array(0));
    expect((await failure("data", () => readIdx(fileOf(nothing), [3]))).message).toContain("0 × 28 × 28");
  });
});
