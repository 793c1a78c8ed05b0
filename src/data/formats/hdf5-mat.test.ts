/** HDF5 and MAT by files of h5py's and scipy's: values, layouts, side arrays, and what is refused. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { classes, fixture, fuzz, grey, images, opened } from "../../../test/helpers/data-fixtures.ts";
import { joinSplits } from "../split.ts";
import { openHdf5 } from "./hdf5.ts";
import { openMat } from "./mat.ts";

describe("hdf5", () => {
  it("reads compressed chunks and labels; what else lies there does no harm", async () => {
    const { whole, notes } = await opened("hdf5", "plain.h5");
    expect(whole.pixels).toEqual(images);
    expect(whole.labels).toEqual(classes);
    expect(notes.join()).not.toContain("left out");
  });

  it("reads every type of number, and text as labels", async () => {
    expect((await opened("hdf5", "types.h5", { images: "u1", labels: "words" })).whole).toMatchObject({
      pixels: grey,
      labels: classes,
      names: ["class 0", "class 1", "class 2"],
    });
    expect((await opened("hdf5", "types.h5", { images: "u1", labels: "fixed" })).whole.labels).toEqual(
      classes,
    );
    for (const type of ["f2", "f8", "be"]) {
      const range = type === "be" ? [0, 255] : [0, 255 / 256];
      expect((await opened("hdf5", "types.h5", { images: type, range })).whole.pixels).toEqual(grey);
    }
    const { whole } = await opened("hdf5", "types.h5", { images: "flags" });
    expect(whole.pixels.filter((value) => value === 255)).toHaveLength(
      grey.filter((value) => value > 100).length,
    );
  });

  it("takes groups that are called train and test for splits", async () => {
    const { data } = await opened("hdf5", "splits.h5");
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 2]);
    expect([...data.heldOut.labels!.values]).toEqual(classes.slice(4));
  });

  it("reads labels that are a table of values as factors, as 3DShapes has them", async () => {
    const { data, notes } = await opened("hdf5", "shapes.h5");
    const { factors } = joinSplits(data.train, data.heldOut);
    expect(factors!.factors.map(({ values }) => values)).toEqual([
      [0, 0.1],
      [0, 1.5, 3],
    ]);
    expect(factors!.complete).toBe(true);
    expect(notes.join()).toContain("read as factors");
  });

  it("refuses filters that it lacks, values in other files, and files of another format", async () => {
    expect((await failure("data", () => opened("hdf5", "lzf.h5"))).message).toContain(
      "'lzf' is not registered",
    );
    expect((await failure("data", () => opened("hdf5", "virtual.h5"))).message).toContain("other files");
    const error = await failure("data", () => opened("npz", "plain.h5"));
    expect([error.message, error.hint]).toEqual([
      expect.stringContaining("it is HDF5"),
      "read it by data.source: hdf5",
    ]);
  });

  it("damaged files are data errors", { timeout: 60_000 }, async () => {
    await fuzz(fixture("plain.h5"), async (path) => readAll(await openHdf5(path)), 60);
  });
});

describe("mat", () => {
  it("reads columns that are images, row by row (Frey's faces) and column by column (Omniglot)", async () => {
    const frey = await opened("mat", "frey.mat", { shape: [4, 3] });
    expect(frey.whole.pixels).toEqual(grey);
    expect(frey.notes.join()).toContain("12 × 6 is read as [height, width, count]");
    expect((await failure("data", () => opened("mat", "frey.mat"))).hint).toContain(
      "the 12 values of an image",
    );
    const { data, whole } = await opened("mat", "omniglot.mat", {
      shape: [4, 3],
      transposed: true,
      range: [0, 255 / 256],
    });
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 2]);
    expect([whole.pixels, whole.labels]).toEqual([grey, classes]);
  });

  it("reads the count last (SVHN), first (scipy), and version 7.3", async () => {
    const fromOne = classes.map((one) => one + 1);
    for (const [name, labels, options] of [
      ["svhn.mat", fromOne, {}],
      ["first.mat", classes, { count: "first" }],
      ["v73.mat", fromOne, {}],
    ] as const) {
      const { whole } = await opened("mat", name, options);
      expect([name, whole.pixels, whole.labels]).toEqual([name, images, labels]);
    }
  });

  it("names what it doesn't read, and refuses other files", async () => {
    const file = await openMat(fixture("first.mat"));
    const refused = async (name: string) => (await failure("data", () => file.open(name))).message;
    expect(await refused("s")).toContain("a structure; arrays of numbers are read");
    expect(await refused("cell")).toContain("a cell array");
    expect(await refused("z")).toContain("complex numbers");
    const other = join(temporaryFolder(), "x.mat");
    copyFileSync(fixture("frey.mat"), other);
    expect((await failure("data", () => openMat(fixture("make.py")))).hint).toContain("-v7");
  });

  it("damaged files are data errors", { timeout: 60_000 }, async () => {
    for (const name of ["first.mat", "omniglot.mat"])
      await fuzz(fixture(name), async (path) => readAll(await openMat(path)), 150);
  });
});

describe("a MAT that claims what it hasn't", () => {
  const numbers = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const element = (type: number, content: Buffer, length = content.length) =>
    Buffer.concat([numbers(type, length), content, Buffer.alloc(-content.length & 7)]);
  const matrix = (dimensions: number[], claim?: { values?: number; matrix?: number }) =>
    element(
      14,
      Buffer.concat([
        element(6, numbers(9, 0)),
        element(5, numbers(...dimensions)),
        element(1, Buffer.from("images")),
        element(2, Buffer.alloc(784, 1), claim?.values),
      ]),
      claim?.matrix,
    );
  const head = Buffer.alloc(128, " ");
  head.write("MATLAB 5.0 MAT-file");
  head.set([0, 1, 0x49, 0x4d], 124);
  const packed = (content: Buffer) => element(15, deflateSync(content));
  const open = (content: Buffer) => {
    const path = join(temporaryFolder(), "x.mat");
    writeFileSync(path, Buffer.concat([head, content]));
    return opened("mat", path);
  };

  it.each<[string, Buffer]>([
    ["2 000 000 000 images in 784 bytes", matrix([28, 28, 2_000_000_000])],
    ["−1 images", matrix([28, 28, -1])],
    ["2⁵¹ and more values", matrix([2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1])],
    ["4 GiB of values", matrix([28, 28, 12], { values: 0xfffffff0 })],
    ["an array of 4 GiB", matrix([28, 28, 1], { matrix: 0xfffffff0 })],
    ["packed, 2 000 000 000 images", packed(matrix([28, 28, 2_000_000_000]))],
    ["packed, 4 GiB of values", packed(matrix([28, 28, 12], { values: 0xfffffff0 }))],
    ["ten thousand arrays in each other", Buffer.concat(Array(10_000).fill(numbers(14, 0xffffff)))],
  ])("%s: a data error at once", async (_, content) => {
    const start = performance.now();
    const { message } = await failure("data", () => open(content));
    expect([message, performance.now() - start < 2000]).toEqual([expect.stringContaining("x.mat: "), true]);
  });

  it("and one that claims what it has is read", async () => {
    const { whole } = await open(packed(matrix([28, 14, 2])));
    expect(whole.pixels).toEqual(Array(784).fill(255));
  });
});

async function readAll(file: Awaited<ReturnType<typeof openMat>>): Promise<void> {
  for (const name of file.names) {
    try {
      await (await file.open(name)).whole();
    } catch (error) {
      // One bad array leaves the others to be tried.
      if ((error as { code?: string }).code !== "data") throw error;
    }
  }
}
