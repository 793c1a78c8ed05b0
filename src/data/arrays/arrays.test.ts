/** Arrays as people bring them, read through the source `npz`; values by hand, some checked with numpy 1.26. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import type { Dataset, Split } from "../dataset.ts";
import { encodeNpy, encodeNpyHeader, encodeText } from "../formats/npy.ts";
import { takeImages } from "../images.ts";
import { openDataset } from "../node.ts";
import { joinSplits } from "../split.ts";

function write(arrays: Record<string, Uint8Array>): string {
  const path = join(temporaryFolder(), "a.npz");
  writeFileSync(
    path,
    zipSync(Object.fromEntries(Object.entries(arrays).map(([name, bytes]) => [`${name}.npy`, bytes]))),
  );
  return path;
}

function open(
  arrays: Record<string, Uint8Array>,
  options: object = {},
  memoryLimit?: number,
): Promise<Dataset> {
  return openDataset(
    { source: "npz", path: write(arrays), ...options },
    { cacheDirectory: temporaryFolder(), memoryLimit },
  );
}

const pixels = ({ images }: Split) => [
  ...takeImages(
    images,
    Array.from({ length: images.count }, (_, i) => i),
  ).pixels,
];
/** Both sides of a set that was divided, its images in order of their first pixel. */
async function whole(arrays: Record<string, Uint8Array>, options: object = {}) {
  const data = await open(arrays, options);
  const { images, labels, factors } = joinSplits(data.train, data.heldOut);
  const order = Array.from({ length: images.count }, (_, i) => ({
    i,
    pixels: [...takeImages(images, [i]).pixels],
  }));
  order.sort((a, b) => a.pixels[0]! - b.pixels[0]!);
  return {
    images: order.map((one) => one.pixels),
    shape: [images.height, images.width, images.channels],
    labels: labels && order.map(({ i }) => labels.names[labels.values[i]!]!),
    factors,
    notes: data.notes,
  };
}

/** Two images of 2×3 with first pixels 10 and 20. */
const two = [10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 250];
const imgs = encodeNpy("|u1", [2, 2, 3], two);

describe("layout", () => {
  it("[count, pixels] with data.shape; without it the hint says which, and works", async () => {
    const flat = encodeNpy("|u1", [2, 4], [1, 2, 3, 4, 5, 6, 7, 200]);
    const error = await failure("data", () => open({ x: flat }));
    expect(error.message).toBe("a.npz: x: 2 × 4 is not a set of images");
    expect(error.hint).toBe("say how the 4 values of an image lie: data.shape: [2, 2]");
    expect(await whole({ x: flat }, { shape: [2, 2] })).toMatchObject({
      images: [
        [1, 2, 3, 4],
        [5, 6, 7, 200],
      ],
      shape: [2, 2, 1],
    });
    const wrong = await failure("data", () => open({ x: flat }, { shape: [2, 3] }));
    expect(wrong.message).toBe("data.shape: [2, 3] has 6 values, an image of a.npz: x 4 (2 × 4)");
    const colour = await failure("data", () =>
      open({ x: encodeNpy("|u1", [1, 3072], new Array(3072).fill(9)) }),
    );
    expect(colour.hint).toContain("data.shape: [32, 32, 3], or [3, 32, 32]");
  });

  it("channels first are told from channels last, and said", async () => {
    // One pixel row of two: red 1, 2; green 3, 4; blue 5, 206. numpy: x.transpose(0, 2, 3, 1).
    const planar = encodeNpy(
      "|u1",
      [2, 3, 1, 5],
      [...Array.from({ length: 15 }, (_, i) => i), ...new Array(15).fill(99)],
    );
    const { images, shape, notes } = await whole({ x: planar });
    expect(shape).toEqual([1, 5, 3]);
    expect(images[0]).toEqual([0, 5, 10, 1, 6, 11, 2, 7, 12, 3, 8, 13, 4, 9, 14]);
    expect(notes).toContain("a.npz: x: 2 × 3 × 1 × 5 is read as [count, channel, height, width]");
    const last = await whole({
      x: encodeNpy(
        "|u1",
        [2, 1, 5, 3],
        Array.from({ length: 30 }, (_, i) => i),
      ),
    });
    expect([last.shape, last.images[0]]).toEqual([[1, 5, 3], Array.from({ length: 15 }, (_, i) => i)]);
  });

  it("two and four channels have opacity last, and lie on white", async () => {
    const grey = await whole({ x: encodeNpy("|u1", [2, 1, 1, 2], [100, 255, 100, 0]) });
    expect([grey.shape, grey.images]).toEqual([
      [1, 1, 1],
      [[100], [255]],
    ]);
    const colour = await whole({ x: encodeNpy("|u1", [2, 1, 1, 4], [10, 20, 30, 255, 100, 0, 200, 51]) });
    // 100·0.2 + 255·0.8 and so on.
    expect([colour.shape, colour.images]).toEqual([
      [1, 1, 3],
      [
        [10, 20, 30],
        [224, 204, 244],
      ],
    ]);
    expect(colour.notes).toContain(
      "a.npz: x: the last of 4 channels is taken as opacity; the images lie on white",
    );
    const planar = await whole({
      x: encodeNpy(
        "|u1",
        [2, 2, 1, 5],
        [...[1, 2, 3, 4, 5], ...[255, 255, 255, 255, 0], ...new Array(10).fill(255)],
      ),
    });
    expect(planar.images[0]).toEqual([1, 2, 3, 4, 255]);
  });

  it("Fortran order gives the same images, from memory and from the packed cache", async () => {
    const folder = temporaryFolder();
    const values = Uint8Array.from({ length: 2 * 2 * 3 * 3 }, (_, i) => 7 * i);
    const fortran = new Uint8Array(36);
    for (let n = 0; n < 2; n++)
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 3; x++)
          for (let c = 0; c < 3; c++)
            fortran[n + 2 * (y + 2 * (x + 3 * c))] = values[((n * 2 + y) * 3 + x) * 3 + c]!;
    const plain = Buffer.from(encodeNpy("|u1", [2, 2, 3, 3], values));
    const header = plain.subarray(0, 128).toString("latin1").replace("False", "True ");
    const path = join(folder, "f.npy");
    writeFileSync(path, Buffer.concat([Buffer.from(header, "latin1"), fortran]));
    for (const memoryLimit of [0, 1000]) {
      const data = await openDataset(
        { source: "npz", path, heldOut: 0.5 },
        { cacheDirectory: folder, memoryLimit },
      );
      const both = [pixels(data.train), pixels(data.heldOut)].sort((a, b) => a[0]! - b[0]!);
      expect(both).toEqual([[...values.subarray(0, 18)], [...values.subarray(18)]]);
      data.close();
    }
  });

  it("data.size pads where it is larger, and crops and shrinks by area where it is smaller", async () => {
    expect((await whole({ imgs }, { size: [2, 5] })).images).toContainEqual([
      0, 10, 11, 12, 0, 0, 13, 14, 15, 0,
    ]);
    // The middle 2×2 of 2×3, half a column from each side: (10/2 + 11 + 12/2 …): mean of 2×2 area.
    const { images } = await whole({ imgs }, { size: 1 });
    expect(images[0]).toEqual([Math.round((10 / 2 + 11 + 12 / 2 + 13 / 2 + 14 + 15 / 2) / 4)]);
    const four = encodeNpy(
      "|u1",
      [2, 4, 4],
      [...Array.from({ length: 16 }, (_, i) => i), ...new Array(16).fill(99)],
    );
    expect((await whole({ x: four }, { size: 2 })).images[0]).toEqual([3, 5, 11, 13]);
  });
});

describe("range", () => {
  it("is one for all splits, refused where they differ, and can be said", async () => {
    const keras = {
      x_train: encodeNpy("|u1", [2, 1, 2], [0, 255, 7, 9]),
      x_test: encodeNpy("|u1", [1, 1, 2], [0, 1]),
    };
    const error = await failure("data", () => open(keras));
    expect(error.message).toBe(
      "the splits differ in their range of values: a.npz: x_train (uint8) has 0…255, a.npz: x_test (uint8) has 0…1",
    );
    expect(error.hint).toBe("say one range for all: data.range: [0, 255]");
    const said = await open(keras, { range: [0, 255] });
    expect([pixels(said.train), pixels(said.heldOut)]).toEqual([
      [0, 255, 7, 9],
      [0, 1],
    ]);
    const dark = await open({ ...keras, x_test: encodeNpy("|u1", [1, 1, 2], [0, 0]) });
    expect(pixels(dark.heldOut)).toEqual([0, 0]);
    const floats = await open({
      x_train: encodeNpy("<f4", [1, 1, 2], [0, 1]),
      x_test: encodeNpy("<f4", [1, 1, 2], [0.2, 1.05]),
    });
    expect(pixels(floats.heldOut)).toEqual([51, 255]);
    expect(floats.notes).toContain("float32, 0…1.05 read as [0, 1], 1 value clipped");
  });

  it("is part of the fingerprint and of the cache's key, and its notes come from the cache too", async () => {
    const cacheDirectory = temporaryFolder();
    const path = write({ x: encodeNpy("<u2", [2, 1, 2], [0, 4000, 7, 9]) });
    const look = async (options: object) => {
      const data = await openDataset({ source: "npz", path, ...options }, { cacheDirectory, memoryLimit: 0 });
      const found = {
        print: data.fingerprint,
        top: Math.max(...pixels(data.train), ...pixels(data.heldOut)),
        notes: data.notes,
      };
      data.close();
      return found;
    };
    const [first, again, said] = [await look({}), await look({}), await look({ range: [0, 4000] })];
    expect(again).toEqual(first);
    expect([first.top, said.top]).toEqual([16, 255]);
    expect(first.notes.join()).toContain("set data.range: [0, 4095]");
    expect(said.print).not.toBe(first.print);
  });
});

describe("labels", () => {
  const labelled = async (labels: Uint8Array, more: Record<string, Uint8Array> = {}) =>
    whole({ imgs, labels, ...more });
  it.each<[string, Uint8Array, string[]]>([
    ["class numbers", encodeNpy("<i8", [2], [3, 0]), ["3", "0"]],
    ["of any type", encodeNpy("<u2", [2], [1, 2]), ["1", "2"]],
    ["as floats", encodeNpy("<f4", [2], [1, 0]), ["1", "0"]],
    ["in a column", encodeNpy("|u1", [2, 1], [1, 0]), ["1", "0"]],
    ["−1 for none, which is a class of its own", encodeNpy("|i1", [2], [-1, 1]), ["none", "1"]],
    ["one-hot", encodeNpy("<f8", [2, 3], [0, 0, 1, 1, 0, 0]), ["2", "0"]],
    ["text", encodeText(["dog 10", "dog 2"]), ["dog 10", "dog 2"]],
    ["far apart", encodeNpy("<i8", [2], [9_000_000, 7]), ["9000000", "7"]],
  ])("%s", async (_, labels, expected) => {
    expect((await labelled(labels)).labels).toEqual(expected);
  });

  it("have the classes in natural order, and names where the file has them", async () => {
    const data = await open({ imgs, labels: encodeText(["dog 10", "dog 2"]) });
    expect(data.train.labels!.names).toEqual(["dog 2", "dog 10"]);
    const names = { label_names: encodeText(["cat", "dog"]) };
    expect((await labelled(encodeNpy("|u1", [2], [1, 0]), names)).labels).toEqual(["dog", "cat"]);
  });

  it.each<[string, Uint8Array, string]>([
    ["fractions", encodeNpy("<f4", [2], [1, 0.5]), "0.5 is not a class number (0, 1, 2 …; −1 for none)"],
    ["another count", encodeNpy("<i4", [3], [1, 0, 1]), "3 labels for 2 images"],
    ["no class at all", encodeNpy("<i4", [2], [-1, -1]), "no image has a class"],
  ])("%s: left out with a note, an error only where asked for, and off is off", async (_, labels, reason) => {
    const { images, labels: none, notes } = await labelled(labels);
    expect([images, none]).toEqual([[two.slice(0, 6), two.slice(6)], undefined]);
    expect(notes).toContain(`labels left out: a.npz: labels: ${reason}`);
    const error = await failure("data", () => open({ imgs, labels }, { labels: "labels" }));
    expect(error.message).toBe(`a.npz: labels: ${reason}`);
    expect((await whole({ imgs, labels }, { labels: "none" })).notes.join()).not.toContain("labels");
  });

  it.each([
    ["attributes", encodeNpy("<f8", [2, 2], [0.5, 1, 0, 0.1]), ["factor1", "factor2"]],
    ["several at once", encodeNpy("|u1", [2, 2], [1, 1, 0, 1]), ["factor1"]],
  ])("%s: read as factors, with a note, and an error where they were asked for", async (_, labels, names) => {
    const reason = "2 × 2 is neither one class an image nor one-hot";
    const { labels: none, notes } = await labelled(labels);
    expect(none).toBeUndefined();
    expect(notes).toContain(`labels left out: a.npz: labels: they are read as factors: ${reason}`);
    const read = await whole({ imgs, labels });
    expect(read.factors!.factors.map(({ name }) => name)).toEqual(names);
    const error = await failure("data", () => open({ imgs, labels }, { labels: "labels" }));
    expect(error.message).toBe(`a.npz: labels: ${reason}`);
    expect((await whole({ imgs, labels }, { labels: "none" })).factors).toBeUndefined();
  });

  it("a pickle in their place does no harm", async () => {
    const text = "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }".padEnd(117);
    const pickle = Buffer.from(`\x93NUMPY\x01\x00v\x00${text}\n`, "latin1");
    const { labels, notes } = await labelled(pickle);
    expect(labels).toBeUndefined();
    expect(notes[0]).toMatch(/^labels left out: a\.npz: labels: an array of Python objects/);
    const many = encodeNpyHeader("<i8", [10 ** 12]);
    expect((await failure("data", () => labelled(many))).message).toContain("promises 8000000000000 bytes");
  });
});

describe("factors", () => {
  it("are read from classes, from values alone, and by name; one that doesn't fit is left out with a note", async () => {
    const levels = (factors: { levels: Int32Array } | undefined) => factors && [...factors.levels].sort();
    const classes = encodeNpy("<i4", [2, 2], [0, 5, 1, 5]);
    expect(levels((await whole({ imgs, latents_classes: classes })).factors)).toEqual([0, 1]);
    const values = encodeNpy("<f8", [2, 2], [0.25, 1, 0.75, 1]);
    const read = await whole({ imgs, latents_values: values });
    expect(read.factors!.factors).toEqual([{ name: "factor1", kind: "ordinal", values: [0.25, 0.75] }]);
    const named = await whole(
      { imgs, mine: values, factor_names: encodeText(["angle", "colour"]) },
      { factors: "mine" },
    );
    expect(named.factors!.factors[0]!.name).toBe("angle");
    expect(named.notes).toContain("colour is left out of the factors: all images share its one level");
    const off = await whole({ imgs, factors: values }, { factors: "none" });
    expect(off.factors).toBeUndefined();
    expect(read.notes).toContain(
      "a.npz: latents_values has no names for its columns: factor1, factor2; data.factors.columns gives them others",
    );
    expect(named.notes.join()).not.toContain("no names");
    const short = await whole({ imgs, factors: encodeNpy("<i4", [3, 1], [0, 1, 2]) });
    expect(short.notes).toContain("factors left out: a.npz: factors: 3 factors for 2 images");
  });

  const angle = (2 * Math.PI) / 39;
  const [made, dsprites] = [
    [1, 2, 3, 4, 5].map((i) => `factor${i}`),
    ["shape", "scale", "orientation", "x", "y"],
  ];
  it.each<[string, string, Uint8Array, string[]]>([
    [
      "dSprites' classes",
      "latents_classes",
      encodeNpy("<i8", [2, 5], [0, 5, 39, 31, 0, 2, 0, 0, 0, 31]),
      dsprites,
    ],
    [
      "dSprites' values, whatever they are called",
      "factors",
      encodeNpy("<f8", [2, 5], [1, 0.5, angle, 1, 0, 3, 0.7, 39 * angle, 0, 2 / 31]),
      dsprites,
    ],
    ["five attributes", "factors", encodeNpy("|u1", [2, 5], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]), made],
    [
      "classes beyond dSprites'",
      "latents_classes",
      encodeNpy("<i8", [2, 5], [3, 5, 39, 31, 0, 2, 0, 0, 0, 31]),
      made,
    ],
    [
      "six of them, the colour not constant",
      "latents_classes",
      encodeNpy("<i8", [2, 6], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]),
      [...made, "factor6"],
    ],
    [
      "other values",
      "latents_values",
      encodeNpy("<f8", [2, 5], [1, 0.5, 0.2, 1, 0, 3, 0.7, 0, 0, 0.5]),
      made,
    ],
  ])("columns without names: %s", async (_, key, table, names) => {
    const { factors, notes } = await whole({ imgs, [key]: table });
    expect(factors!.factors.map(({ name }) => name)).toEqual(names);
    expect(notes.join()).toContain(`no names for its columns: ${names.join(", ")};`);
  });
});

describe("splits", () => {
  const parts = (names: [string, string, string]) => ({
    [names[0]]: encodeNpy("|u1", [2, 1, 1], [1, 200]),
    [names[1]]: encodeNpy("|u1", [1, 1, 1], [3]),
    [names[2]]: encodeNpy("|u1", [1, 1, 1], [4]),
  });
  const medmnist = {
    ...parts(["train_images", "val_images", "test_images"]),
    train_labels: encodeNpy("|u1", [2, 1], [2, 0]),
    val_labels: encodeNpy("|u1", [1, 1], [1]),
    test_labels: encodeNpy("|u1", [1, 1], [1]),
  };

  it("MedMNIST's: test is held out, val unused, and labels have one list of classes", async () => {
    const data = await open(medmnist);
    expect([pixels(data.train), pixels(data.heldOut)]).toEqual([[1, 200], [4]]);
    expect([...data.train.labels!.values, ...data.heldOut.labels!.values]).toEqual([2, 0, 1]);
    expect([data.train.labels!.names, data.heldOut.labels!.names]).toEqual([
      ["0", "1", "2"],
      ["0", "1", "2"],
    ]);
    expect(data.notes).toContain(
      "the set's own splits: 2 train, 1 val, 1 test; test is held out; val is not used",
    );
  });

  it("data.split takes val, or all as one set", async () => {
    expect(pixels((await open(medmnist, { split: "val" })).heldOut)).toEqual([3]);
    const all = await whole(medmnist, { split: "all" });
    expect(all.images).toEqual([[1], [3], [4], [200]]);
    expect(all.labels).toEqual(["2", "1", "1", "0"]);
    const none = await failure("config", () => open({ imgs }, { split: "val" }));
    expect(none.message).toBe('data.split: "val", but the set has no splits of its own');
  });

  it("text labels of two splits get one list", async () => {
    const data = await open({
      X_train: encodeNpy("|u1", [2, 1, 1], [1, 200]),
      y_train: encodeText(["b", "c"]),
      X_test: encodeNpy("|u1", [2, 1, 1], [3, 4]),
      y_test: encodeText(["a", "c"]),
    });
    const names = ({ labels }: Split) => [...labels!.values].map((value) => labels!.names[value]);
    expect([names(data.train), names(data.heldOut), data.train.labels!.names]).toEqual([
      ["b", "c"],
      ["a", "c"],
      ["a", "b", "c"],
    ]);
  });

  it("of two sizes are refused", async () => {
    const error = await failure("data", () =>
      open({ x_train: imgs, x_test: encodeNpy("|u1", [1, 1, 1], [3]) }),
    );
    expect(error.message).toContain("a.npz: x_train has images of 2×3×1, a.npz: x_test of 1×1×1");
  });
});
