import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { storePixels } from "./collect.ts";
import { createPacked, openPacked, packedDirectory } from "./packed.ts";

const description = {
  count: 3,
  height: 1,
  width: 2,
  channels: 1 as const,
  fingerprint: "f",
  notes: ["a note"],
};

function entry(cache: string, key = "k"): string {
  const writer = createPacked(cache, key, description);
  writer.write(Uint8Array.from([1, 2, 3]));
  writer.write(Uint8Array.from([4, 5, 6]));
  const packed = writer.commit(description);
  packed.images.close();
  return packed.path;
}

describe("the packed cache", () => {
  it("gives back what was written, in any order, from disk", () => {
    const cache = temporaryFolder();
    entry(cache);
    const { images, description: read } = openPacked(cache, "k")!;
    const into = new Uint8Array(8);
    images.read([2, 0, 1, 1], into);
    expect([...into]).toEqual([5, 6, 1, 2, 3, 4, 3, 4]);
    expect(read.notes).toEqual(["a note"]);
    images.close();
    expect(() => images.read([0], new Uint8Array(2))).toThrow("after the data set was closed");
    images.close();
  });

  it("takes an entry that is absent, cut short, of another version or with a damaged description for none", () => {
    const cache = temporaryFolder();
    expect(openPacked(cache, "k")).toBeUndefined();
    const path = entry(cache);
    const whole = readFileSync(path);
    for (const length of [0, 5, 6, whole.length - 1]) {
      truncateSync(path, length);
      expect(openPacked(cache, "k")).toBeUndefined();
      writeFileSync(path, whole);
    }
    writeFileSync(path, Buffer.concat([Buffer.alloc(1), whole]));
    expect(openPacked(cache, "k")).toBeUndefined();
    const text = whole.toString("latin1");
    for (const other of [text.replace('"version":3', '"version":4'), text.replace("a note", "a mote")]) {
      writeFileSync(path, other, "latin1");
      expect(openPacked(cache, "k")).toBeUndefined();
    }
    writeFileSync(path, whole);
    openPacked(cache, "k")!.images.close();
  });

  it("notices zeroed bytes when the image is read, and removes the entry", async () => {
    const cache = temporaryFolder();
    const path = entry(cache);
    const file = openSync(path, "r+");
    writeSync(file, Uint8Array.of(0), 0, 1, 4);
    const { images } = openPacked(cache, "k")!;
    const into = new Uint8Array(2);
    images.read([1], into);
    expect([...into]).toEqual([3, 4]);
    const error = await failure("data", () => images.read([2], into));
    expect(error.message).toBe(`${path}: image 2 is damaged (its checksum is wrong)`);
    images.close();
    expect(openPacked(cache, "k")).toBeUndefined();
  });

  it("tells of the damage where the entry can't be removed", async () => {
    const cache = temporaryFolder();
    const path = entry(cache);
    const bytes = readFileSync(path);
    bytes[4] = 0;
    writeFileSync(path, bytes);
    const { images } = openPacked(cache, "k")!;
    rmSync(path);
    mkdirSync(path);
    const error = await failure("data", () => images.read([2], new Uint8Array(2)));
    expect(error.message).toBe(`${path}: image 2 is damaged (its checksum is wrong)`);
    images.close();
  });

  it("checks images that were written in pieces of any length", () => {
    const cache = temporaryFolder();
    const writer = createPacked(cache, "k", description);
    for (const piece of [[1], [2, 3, 4, 5], [], [6]]) writer.write(Uint8Array.from(piece));
    const { images } = writer.commit(description);
    const into = new Uint8Array(6);
    images.read([0, 1, 2], into);
    expect([...into]).toEqual([1, 2, 3, 4, 5, 6]);
    images.close();
  });

  it("leaves nothing when it was aborted, and what a killed process left goes in the end", () => {
    const cache = temporaryFolder();
    const writer = createPacked(cache, "k", description);
    writer.write(new Uint8Array(6));
    expect(openPacked(cache, "k")).toBeUndefined();
    writer.abort();
    expect(readdirSync(packedDirectory(cache))).toEqual([]);

    const left = join(packedDirectory(cache), `.k.u8.${process.pid}.0123456789ab.tmp`);
    const fresh = join(packedDirectory(cache), `.k.u8.${process.pid}.0123456789ac.tmp`);
    for (const path of [left, fresh]) writeFileSync(path, "");
    utimesSync(left, new Date(0), new Date(0));
    entry(cache);
    expect([existsSync(left), existsSync(fresh)]).toEqual([false, true]);
  });

  it("survives two builders of one entry, the readers of the first included", () => {
    const cache = temporaryFolder();
    const [one, two] = [createPacked(cache, "k", description), createPacked(cache, "k", description)];
    one.write(Uint8Array.from([1, 2, 3, 4, 5, 6]));
    two.write(Uint8Array.from([1, 2, 3, 4, 5, 6]));
    const first = one.commit(description);
    const second = two.commit(description);
    for (const { images } of [first, second]) {
      const into = new Uint8Array(2);
      images.read([1], into);
      expect([...into]).toEqual([3, 4]);
      images.close();
    }
    expect(readdirSync(packedDirectory(cache)).sort()).toEqual(["k.u8"]);
  });

  it("says so when the cache can't be there", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "cache"), "a file");
    const error = await failure("disk", () => createPacked(join(folder, "cache"), "k", description));
    expect(error.message).toContain(join(folder, "cache"));
    expect(error.hint).toContain("BETALAB_CACHE");
  });
});

describe("storePixels", () => {
  const shape = { count: 3, height: 1, width: 2, channels: 1 as const };
  async function* pixels() {
    yield Uint8Array.from([1, 2, 3, 4]);
    yield Uint8Array.from([5, 6]);
  }

  it("keeps small sets in memory and large ones on disk, with the same pixels; and opens the disk's again", async () => {
    const cacheDirectory = temporaryFolder();
    let opened = 0;
    const stream = {
      shape,
      key: "k",
      stage: "reading",
      async open() {
        opened++;
        return { chunks: pixels(), notes: ["a note"] };
      },
    };
    const memory = await storePixels(stream, { cacheDirectory });
    expect(memory.cachePath).toBeUndefined();
    expect(existsSync(packedDirectory(cacheDirectory))).toBe(false);
    for (const expected of [2, 2]) {
      const disk = await storePixels(stream, { cacheDirectory, memoryLimit: 5 });
      expect(opened).toBe(expected);
      expect(disk.cachePath).toBe(join(packedDirectory(cacheDirectory), "k.u8"));
      const [a, b] = [new Uint8Array(4), new Uint8Array(4)];
      expect([memory.notes, disk.notes]).toEqual([["a note"], ["a note"]]);
      memory.images.read([2, 0], a);
      disk.images.read([2, 0], b);
      expect([...a]).toEqual([5, 6, 1, 2]);
      expect(b).toEqual(a);
      disk.close();
    }
  });

  it("stops when it is told to, and leaves nothing", async () => {
    const cacheDirectory = temporaryFolder();
    const stop = new AbortController();
    const context = { cacheDirectory, memoryLimit: 0, signal: stop.signal, onProgress: () => stop.abort() };
    await failure("interrupted", () =>
      storePixels(
        { shape, key: "k", stage: "", open: async () => ({ chunks: pixels(), notes: [] }) },
        context,
      ),
    );
    expect(readdirSync(packedDirectory(cacheDirectory))).toEqual([]);
  });
});
