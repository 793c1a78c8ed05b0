/** CIFAR, STL-10 and smallNORB from small files in their published forms; and pickles that would do harm. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { classes, fixture, fuzz, images, opened } from "../../../test/helpers/data-fixtures.ts";
import { readNumpyPickle } from "../formats/pickle-numpy.ts";
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
      ["instance", "ordinal", [0, 1, 4, 6]],
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
