/** Arrays as people bring them, read through the source `npz`; values by hand, some checked with numpy 1.26. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { imgs, open, pixels, whole, write } from "../../../test/helpers/array-files.ts";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import type { Split } from "../dataset.ts";
import { encodeNpy, encodeText } from "../formats/npy.ts";
import { openDataset } from "../node.ts";

it("of many arrays that may be images some are named", async () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`a${i}`, imgs]));
  expect((await failure("data", () => open(many))).message).toMatch(/, a11 \(2 × 2 × 3\), and 18 more$/);
});

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

  it("labels that are asked for are those of every split; an array of factors is refused, not passed over", async () => {
    const numbers = (...values: number[]) => encodeNpy("<i8", [values.length], values);
    const keras = {
      x_train: encodeNpy("|u1", [2, 1, 1], [1, 200]),
      y_train: numbers(0, 1),
      fine_train: numbers(4, 3),
      x_test: encodeNpy("|u1", [1, 1, 1], [3]),
      y_test: numbers(0),
      fine_test: numbers(2),
      other: numbers(1, 1),
    };
    const fine = await open(keras, { labels: "fine_train" });
    expect([...fine.train.labels!.values, ...fine.heldOut.labels!.values]).toEqual([4, 3, 2]);
    expect((await open(keras)).heldOut.labels!.values).toEqual(Int32Array.of(0));
    const other = await failure("data", () => open(keras, { labels: "other" }));
    expect(other.message).toBe('data.labels: "other", but not every split of a.npz has such an array');
    for (const factors of ["fine_train", { array: "fine_train" }])
      expect((await failure("data", () => open(keras, { factors }))).message).toContain(
        'data.factors: "fine_train", but a.npz has splits of its own',
      );
  });

  it("of two sizes are refused", async () => {
    const error = await failure("data", () =>
      open({ x_train: imgs, x_test: encodeNpy("|u1", [1, 1, 1], [3]) }),
    );
    expect(error.message).toContain("a.npz: x_train has images of 2×3×1, a.npz: x_test of 1×1×1");
  });
});
