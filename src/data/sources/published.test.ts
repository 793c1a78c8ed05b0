/** CIFAR, STL-10 and smallNORB from small files in their published forms; and pickles that would do harm. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { classes, fixture, fuzz, images, opened } from "../../../test/helpers/data-fixtures.ts";
import { type PickledArray, readNumpyPickle } from "../formats/pickle-numpy.ts";
import { openDataset } from "../node.ts";
import { joinSplits } from "../split.ts";

/** Fixtures under their published names. */
function folderWith(files: Readonly<Record<string, string>>, unpack = false): string {
  const folder = temporaryFolder();
  for (const [name, from] of Object.entries(files)) {
    const bytes = readFileSync(fixture(from));
    writeFileSync(join(folder, name), unpack && from.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  }
  return folder;
}

/** The corner of each image in which `make.py` put something, `[6, 4, 3, channels]`. */
function corners({ pixels }: { pixels: readonly number[] }, side: number, channels: number): number[] {
  return pixels.filter((_, at) => {
    const pixel = Math.floor((at % (side * side * channels)) / channels);
    return pixel % side < 3 && Math.floor(pixel / side) < 4;
  });
}

describe("cifar", () => {
  it.each([
    ["binary", "cifar-data_batch_1.bin.gz", "cifar-test_batch.bin.gz"],
    ["pickles of protocol 2", "cifar-data_batch_1.2.pickle.gz", "cifar-test_batch.2.pickle.gz"],
    ["pickles of protocol 4", "cifar-data_batch_1.4.pickle.gz", "cifar-test_batch.2.pickle.gz"],
  ])("%s", async (_, train, test) => {
    const folder = folderWith({ data_batch_1: train, test_batch: test }, true);
    writeFileSync(join(folder, "batches.meta.txt"), "cat\ndog\neel\n");
    const { data, whole } = await opened("cifar", folder);
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 2]);
    expect(corners(whole, 32, 3)).toEqual(images);
    expect([whole.labels, whole.names]).toEqual([classes, ["cat", "dog", "eel"]]);
  });

  it.each([
    ["binary", "bin"],
    ["pickles", "pickle"],
  ])("CIFAR-100, %s: classes, or their groups, with their names", async (_, ending) => {
    const folder = folderWith(
      {
        train: `cifar100-train.${ending}.gz`,
        test: `cifar100-test.${ending}.gz`,
        meta: "cifar100-meta.pickle",
      },
      true,
    );
    const { data, whole } = await opened("cifar", folder);
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 2]);
    expect(corners(whole, 32, 3)).toEqual(images);
    expect([whole.labels, whole.names]).toEqual([classes, ["apple", "bear", "cup"]]);
    const { whole: coarse } = await opened("cifar", folder, { classes: "coarse" });
    expect([coarse.labels, coarse.names]).toEqual([
      [0, 0, 1, 0, 0, 1],
      ["fruit", "thing"],
    ]);
  });

  it("damaged batches and names are data errors", { timeout: 60_000 }, async () => {
    const folder = folderWith({ train: "cifar100-train.pickle.gz", meta: "cifar100-meta.pickle" }, true);
    for (const name of ["train", "meta"]) {
      const sound = readFileSync(join(folder, name));
      await fuzz(
        join(folder, name),
        async (path) => {
          writeFileSync(join(folder, name), readFileSync(path));
          await opened("cifar", folder);
        },
        40,
      );
      writeFileSync(join(folder, name), sound);
    }
  });

  it("runs no pickle: what it would call is named", async () => {
    const folder = folderWith({ data_batch_1: "hostile.pickle" });
    const error = await failure("data", () => opened("cifar", folder));
    expect(error.message).toMatch(/a pickle that would call (builtins|__builtin__)\.eval, which is not run/);
    expect(existsSync("/tmp/owned")).toBe(false);
    const old = new TextEncoder().encode("cos\nsystem\n(S'touch /tmp/owned'\ntR.");
    expect((await failure("data", () => readNumpyPickle(old, "p"))).message).toContain(
      "would call os.system",
    );
  });

  it("protocol 0: bytes as text with escapes, as Python 3 and Python 2 write them, and arrays in Fortran's order", () => {
    const array = (order: string, bytes: string) =>
      `cnumpy.core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\np1\n(I0\ntp2\nS'b'\np3\ntp4\nRp5\n(I1\n(I2\nI4\ntp6\ncnumpy\ndtype\np7\n(S'u1'\np8\nI0\nI1\ntp9\nRp10\n(I3\nS'|'\np11\nNNNI-1\nI-1\nI0\ntp12\nbI${order}\n${bytes}\ntp13\nb.`;
    const read = (pickle: string) => {
      const { numbers } = readNumpyPickle(
        Uint8Array.from(Buffer.from(pickle, "latin1")),
        "p",
      ) as PickledArray;
      return Array.from(numbers);
    };
    const python3 =
      "c_codecs\nencode\np14\n(V\\u000a\\u000d\\u0000\\u001a\\u005c\x80\x9f\xff\np15\nVlatin1\np16\ntp17\nRp18";
    const python2 = "S'\\n\\r\\x00\\x1a\\\\\\x80\\x9f\\xff'\np14";
    for (const bytes of [python3, python2]) {
      expect(read(array("00", bytes))).toEqual([10, 13, 0, 26, 92, 128, 159, 255]);
      expect(read(array("01", bytes))).toEqual([10, 0, 92, 159, 13, 26, 128, 255]);
    }
    expect(() => read(array("00", "S'123456789'\np14"))).toThrow("more bytes than its shape has");
  });

  it("damaged pickles are data errors", { timeout: 60_000 }, async () => {
    const plain = join(temporaryFolder(), "p");
    writeFileSync(
      plain,
      gunzipSync(readFileSync(fixture("cifar-data_batch_1.4.pickle.gz"))).subarray(0, 400),
    );
    await fuzz(plain, async (path) => readNumpyPickle(Uint8Array.from(readFileSync(path)), "p"), 500);
  });
});

it("cars3d: a file a car, every view of it with its factors", async () => {
  const folder = folderWith({
    "car_001_mesh.mat": "car_001_mesh.mat",
    "car_002_mesh.mat": "car_002_mesh.mat",
  });
  const { data, whole } = await opened("cars3d", folder);
  const { factors } = joinSplits(data.train, data.heldOut);
  expect(factors!.complete).toBe(true);
  expect(factors!.factors.map(({ name, kind, values }) => [name, kind, values.length])).toEqual([
    ["elevation", "ordinal", 2],
    ["azimuth", "ordinal", 3],
    ["object_type", "categorical", 2],
  ]);
  for (const [place, image] of whole.order.entries()) {
    const [elevation, azimuth, car] = [0, 1, 2].map((k) => factors!.levels[3 * image + k]!);
    const base = 100 * car! + 30 * azimuth! + 10 * elevation!;
    expect(whole.pixels.slice(36 * place, 36 * place + 36)).toEqual(
      images.slice(0, 36).map((one) => one + base),
    );
  }
});

describe("stl10", () => {
  it("reads pictures column by column, and classes from 1", async () => {
    const folder = folderWith(
      { "train_X.bin": "stl-train_X.bin.gz", "train_y.bin": "stl-train_y.bin" },
      true,
    );
    const { whole } = await opened("stl10", folder);
    expect(corners(whole, 96, 3)).toEqual(images);
    expect(whole.labels).toEqual(classes);
  });

  it("splits, pictures without labels, names of classes", async () => {
    const x = "stl-train_X.bin.gz";
    const folder = folderWith(
      { "train_X.bin": x, "test_X.bin": x, "unlabeled_X.bin": x, "test_y.bin": "stl-train_y.bin" },
      true,
    );
    writeFileSync(join(folder, "class_names.txt"), "airplane\nbird\ncar\n");
    writeFileSync(join(folder, "train_y.bin"), Uint8Array.of(1, 2, 3, 1, 2));
    const { data, notes } = await opened("stl10", folder);
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([6, 6]);
    expect(data.heldOut.labels).toEqual({
      names: ["airplane", "bird", "car"],
      values: Int32Array.from(classes),
    });
    expect(notes.join()).toContain("5 labels for 6 images");
    const { data: without } = await opened("stl10", folder, { unlabelled: true });
    expect([without.train.images.count, without.train.labels]).toEqual([6, undefined]);
  });

  it("damaged files are data errors", { timeout: 60_000 }, async () => {
    const folder = folderWith(
      { "train_X.bin": "stl-train_X.bin.gz", "train_y.bin": "stl-train_y.bin" },
      true,
    );
    for (const name of ["train_X.bin", "train_y.bin"]) {
      const sound = readFileSync(join(folder, name));
      await fuzz(
        join(folder, name),
        async (path) => {
          writeFileSync(join(folder, name), readFileSync(path));
          await opened("stl10", folder);
        },
        30,
      );
      writeFileSync(join(folder, name), sound);
    }
  });
});

describe.each([
  [
    "shapes3d",
    "3dshapes.h5",
    { floor_hue: 10, wall_hue: 10, object_hue: 10, scale: 8, shape: 4, orientation: 15 },
  ],
  [
    "mpi3d",
    "mpi3d_toy.npz",
    {
      object_color: 6,
      object_shape: 6,
      object_size: 2,
      camera_height: 3,
      background_color: 3,
      horizontal_axis: 40,
      vertical_axis: 40,
    },
  ],
])("%s", (name, file, sizes) => {
  it("every picture of the published order has its factors", { timeout: 60_000 }, async () => {
    const data = await openDataset(
      { source: name },
      { dataDirectory: fixture(file), explicit: true, cacheDirectory: temporaryFolder() },
    );
    const { images: all, factors } = joinSplits(data.train, data.heldOut);
    expect(factors!.complete).toBe(true);
    expect(Object.fromEntries(factors!.factors.map((one) => [one.name, one.values.length]))).toEqual(sizes);
    const pixels = new Uint8Array(all.count);
    all.read(Uint32Array.from(pixels.keys()), pixels);
    const lengths = Object.values(sizes);
    let wrong = 0;
    for (let i = 0; i < all.count; i++) {
      const place = lengths.reduce(
        (sum, size, k) => sum * size + factors!.levels[lengths.length * i + k]!,
        0,
      );
      if (place % 251 !== pixels[i]) wrong++;
    }
    expect([all.count, wrong]).toEqual([lengths.reduce((a, b) => a * b), 0]);
  });

  it("damage is a data error, and so is another set", { timeout: 60_000 }, async () => {
    const folder = temporaryFolder();
    const read = async (path: string) => {
      writeFileSync(join(folder, file), readFileSync(path));
      await opened(name, folder);
    };
    await fuzz(
      fixture(file),
      async (path) => {
        // Only what ends soon: sound files of half a million pictures are read above.
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.subarray(0, bytes.length - 1));
        await read(path);
      },
      8,
    );
    const other = name === "mpi3d" ? fixture("web.tar") : fixture("plain.h5");
    await failure("data", () => read(other));
  });
});

describe("smallnorb", () => {
  const names = ["training", "testing"].flatMap((word) =>
    ["dat", "cat", "info"].map((kind) => `smallnorb-${word}-${kind}.mat.gz`),
  );
  const folder = () => folderWith(Object.fromEntries(names.map((name) => [name, name])));

  it("reads the left picture of each pair, with its five factors", async () => {
    const { data, whole } = await opened("smallnorb", folder());
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 2]);
    expect(corners(whole, 96, 1)).toEqual(images.filter((_, at) => at % 3 === 0));
    expect(whole.labels).toEqual(classes);
    const { factors } = joinSplits(data.train, data.heldOut);
    expect(factors!.factors.map(({ name, kind, values }) => [name, kind, values])).toEqual([
      ["category", "categorical", [0, 1, 2]],
      ["instance", "categorical", [0, 1, 4, 6]],
      ["elevation", "ordinal", [0, 1, 2, 3, 7, 8]],
      ["azimuth", "ordinal", [0, 2, 4, 6, 32, 34]],
      ["lighting", "ordinal", [0, 1, 2, 3, 4, 5]],
    ]);
  });

  it("damaged matrices are data errors", { timeout: 60_000 }, async () => {
    const place = folder();
    const name = join(place, "smallnorb-training-dat.mat.gz");
    await fuzz(
      name,
      async (path) => {
        writeFileSync(name, readFileSync(path));
        await opened("smallnorb", place);
      },
      25,
    );
  });
});
