import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { failure, realFolder, temporaryFolder } from "../../../test/helpers/data.ts";
import { range } from "../../base/lists.ts";
import type { Split } from "../dataset.ts";
import { encodeNpy, encodeText } from "../formats/npy.ts";
import { joinImages, takeImages } from "../images.ts";
import { openDataset } from "../node.ts";
import { divide, joinSplits } from "../split.ts";
import { dspritesFile } from "./dsprites.ts";
import type { DataConfigInput } from "./index.ts";

/** Opens with nothing but `dataDirectory` to find. */
function open(config: DataConfigInput, dataDirectory?: string, cacheDirectory = temporaryFolder()) {
  return openDataset(config, { dataDirectory, cacheDirectory });
}

/** The pixels of one image. */
function image({ images }: Split, index: number): number[] {
  const into = new Uint8Array(images.height * images.width * images.channels);
  images.read([index], into);
  return [...into];
}

/** A 2 × 3 grid of 1×1 images of 0 and 1 with dSprites' keys: colour (constant), and five more with two varying. */
function gridArrays() {
  const rows = [0, 1].flatMap((shape) => [0, 4, 8].map((x) => [0, shape, 0, 0, x, 0]));
  const values = rows.map(([, shape, , , x]) => [1, shape! + 1, 0.5, 0, x! / 31, 0]);
  return {
    imgs: encodeNpy("|u1", [6, 1, 1], [0, 1, 0, 1, 1, 1]),
    latents_classes: encodeNpy("<i8", [6, 6], rows.flat()),
    latents_values: encodeNpy("<f8", [6, 6], values.flat()),
  };
}

function writeArrays(path: string, arrays: Record<string, Uint8Array>): string {
  const entries = Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]);
  writeFileSync(path, zipSync(Object.fromEntries(entries)));
  return path;
}

describe("npz", () => {
  it("reads dSprites' keys: pixels 0 and 255, the factors that vary, and ignores a pickle", async () => {
    const object = Buffer.from(
      "\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (), }",
      "latin1",
    );
    const path = writeArrays(join(temporaryFolder(), "a.npz"), { metadata: object, ...gridArrays() });
    const data = await open({ source: "npz", path, heldOut: 0.5 });
    const whole = joinSplits(data.train, data.heldOut);
    expect(whole.factors!.factors).toEqual([
      { name: "shape", kind: "categorical", values: [1, 2] },
      { name: "x", kind: "ordinal", values: [0, 4 / 31, 8 / 31] },
    ]);
    expect(whole.factors!.complete).toBe(true);
    const pixelOf = new Map<string, number>();
    for (let i = 0; i < 6; i++) {
      pixelOf.set(whole.factors!.levels.subarray(2 * i, 2 * i + 2).join(), image(whole, i)[0]!);
    }
    expect(Object.fromEntries(pixelOf)).toEqual({
      "0,0": 0,
      "0,1": 255,
      "0,2": 0,
      "1,0": 255,
      "1,1": 255,
      "1,2": 255,
    });
    expect(data.notes).toContain(
      "color, scale, orientation, y are left out of the factors: all images share their one level",
    );
  });

  it("reads labels with names, a single .npy, Keras' splits, and an array by name", async () => {
    const folder = temporaryFolder();
    const images = encodeNpy("<f4", [3, 1, 1, 3], [0, 0.5, 1, 0, 0, 0, 1, 1, 1]);
    const labelled = writeArrays(join(folder, "l.npz"), {
      images,
      labels: encodeNpy("<i4", [3], [1, 0, 1]),
      label_names: encodeText(["cat", "dog"]),
    });
    const { train, heldOut } = await open({ source: "npz", path: labelled });
    expect(train.images.channels).toBe(3);
    expect(joinSplits(train, heldOut).labels!.names).toEqual(["cat", "dog"]);

    writeFileSync(join(folder, "s.npy"), images);
    const single = await open({ source: "npz", path: join(folder, "s.npy"), size: 2 });
    expect(single.train.images.height).toBe(2);

    const keras = writeArrays(join(folder, "k.npz"), {
      x_train: encodeNpy("|u1", [2, 1, 1], [7, 8]),
      y_train: encodeNpy("|u1", [2], [1, 0]),
      x_test: encodeNpy("|u1", [1, 1, 1], [9]),
      y_test: encodeNpy("|u1", [1], [1]),
    });
    const splits = await open({ source: "npz", path: keras });
    expect([image(splits.train, 1), image(splits.heldOut, 0)]).toEqual([[8], [9]]);
    const named = await open({ source: "npz", path: keras, images: "x_train" });
    expect(joinSplits(named.train, named.heldOut).images.count).toBe(2);
    const wrong = await failure("data", () => open({ source: "npz", path: keras, images: "x_trian" }));
    expect([wrong.message, wrong.hint]).toEqual([
      'data.images: k.npz has no array "x_trian"',
      'did you mean "x_train"?',
    ]);
  });

  it("refuses counts that differ, shapes that are no images, and files without any", async () => {
    const folder = temporaryFolder();
    const imgs = encodeNpy("|u1", [2, 1, 1], [1, 2]);
    const fail = async (arrays: Record<string, Uint8Array>) => {
      const path = writeArrays(join(folder, "f.npz"), arrays);
      return (await failure("data", () => open({ source: "npz", path }))).message;
    };
    expect(await fail({ imgs: encodeNpy("|u1", [2, 784], new Array(1568).fill(0)) })).toContain(
      "2 × 784 is not a set of images",
    );
    expect(await fail({ imgs: encodeNpy("|u1", [2, 5, 2, 6], new Array(120).fill(0)) })).toContain(
      "has no dimension of 1 to 4 channels",
    );
    expect(await fail({ a: encodeNpy("|u1", [2], [0, 1]), b: imgs, c: imgs })).toContain(
      "several arrays of images among a (2), b (2 × 1 × 1), c (2 × 1 × 1)",
    );
    expect(await fail({})).toContain("no arrays at all");
    expect((await failure("data", () => open({ source: "npz" }, temporaryFolder()))).message).toContain(
      "not found",
    );
  });
});

describe("dsprites", () => {
  it("prefers the published file, names the shapes, and needs the keys", async () => {
    const folder = temporaryFolder();
    const arrays = gridArrays();
    writeArrays(join(folder, "other.npz"), {
      ...arrays,
      imgs: encodeNpy("|u1", [6, 1, 1], [0, 0, 0, 0, 0, 0]),
    });
    writeArrays(join(folder, dspritesFile), arrays);
    const data = await open({ source: "dsprites" }, folder);
    expect(data.name).toBe("dSprites");
    const whole = joinSplits(data.train, data.heldOut);
    expect(whole.labels!.names).toEqual(["square", "ellipse", "heart"]);
    expect([...whole.labels!.values].sort()).toEqual([0, 0, 0, 1, 1, 1]);
    expect(
      Array.from({ length: 6 }, (_, i) => image(whole, i)[0]).filter((pixel) => pixel === 255),
    ).toHaveLength(4);

    const foreign = writeArrays(join(folder, "foreign.npz"), { x: arrays.imgs });
    const error = await failure("data", () => open({ source: "dsprites", path: foreign }));
    expect(error.message).toContain("no dSprites, it lacks imgs and latents_classes");
    const none = await failure("data", () => open({ source: "dsprites" }, temporaryFolder()));
    expect(none.hint).toContain("betalab data fetch dsprites");
  });

  it("refuses pixels that aren't 0 and 1", async () => {
    const path = join(temporaryFolder(), "a.npz");
    writeArrays(path, { ...gridArrays(), imgs: encodeNpy("|u1", [6, 1, 1], [0, 1, 7, 0, 0, 0]) });
    expect((await failure("data", () => open({ source: "dsprites", path }))).message).toContain(
      "the value 7",
    );
  });

  const real = realFolder("dsprites_subset");
  it.skipIf(!real)(
    "the real subset: the complete grid is chosen; from the packed cache it is the same",
    async () => {
      const cacheDirectory = temporaryFolder();
      const memory = await openDataset({ source: "dsprites" }, { dataDirectory: real, cacheDirectory });
      const packed = await openDataset(
        { source: "dsprites" },
        { dataDirectory: real, cacheDirectory, memoryLimit: 0 },
      );
      const whole = joinSplits(memory.train, memory.heldOut);
      expect(whole.factors!.complete).toBe(true);
      expect(whole.factors!.factors.map(({ name, values }) => [name, values.length])).toEqual([
        ["shape", 3],
        ["scale", 6],
        ["orientation", 10],
        ["x", 16],
        ["y", 16],
      ]);
      expect(packed.fingerprint).toBe(memory.fingerprint);
      for (const index of [0, 77, 4000])
        expect(image(packed.heldOut, index)).toEqual(image(memory.heldOut, index));
      packed.close();
    },
  );
});

it.each([
  ["NPZ", (bytes: Uint8Array) => zipSync({ "x.npy": bytes })],
  ["gzip", gzipSync],
])("numbers of several bytes that come in several pieces: %s", async (_, pack) => {
  const levels = Array.from({ length: 64 * 10_000 }, (_, i) => ((i * 7919) % 65_521) % 256);
  const path = join(temporaryFolder(), "a");
  writeFileSync(path, pack(encodeNpy("<f8", [10_000, 8, 8], levels)));
  const { train, heldOut } = await open({ source: "npz", path });
  const { heldOut: rows, train: others } = divide(10_000, 0.1);
  const pixels = takeImages(joinImages(heldOut.images, train.images), range(10_000)).pixels;
  const expected = Uint8Array.from({ length: levels.length }, (_, i) => {
    const row = Math.floor(i / 64);
    return levels[64 * (rows[row] ?? others[row - rows.length]!) + (i % 64)]!;
  });
  expect(Buffer.compare(pixels, expected)).toBe(0);
});

it.skipIf(!existsSync("/proc/self/fd"))("a data set that is closed leaves no file open", async () => {
  const folder = temporaryFolder();
  const path = writeArrays(join(folder, "a.npz"), gridArrays());
  const cacheDirectory = temporaryFolder();
  const openFiles = () => readdirSync("/proc/self/fd").length;
  const before = openFiles();
  for (const memoryLimit of [0, 1000]) {
    for (const config of [
      { source: "npz", path },
      { source: "dsprites", path },
    ] as const) {
      const data = await openDataset(config, { cacheDirectory, memoryLimit });
      data.close();
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(openFiles()).toBeLessThanOrEqual(before);
});
