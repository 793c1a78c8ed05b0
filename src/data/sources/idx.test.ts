import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { failure, realFolder, temporaryFolder } from "../../../test/helpers/data.ts";
import type { Split } from "../dataset.ts";
import { encodeIdx } from "../formats/idx.ts";
import { measurePixels } from "../inspect.ts";
import { listSources, openDataset } from "../node.ts";
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

/** MNIST's four files with `count` training and 2 test images of 2×2; training image i is all i. */
function writeMnist(folder: string, count = 4, labels = count, gzip = false): void {
  mkdirSync(folder, { recursive: true });
  const end = gzip ? ".gz" : "";
  const save = (name: string, bytes: Uint8Array) =>
    writeFileSync(join(folder, name + end), gzip ? gzipSync(bytes) : bytes);
  const pixels = Uint8Array.from({ length: 4 * count }, (_, i) => i >> 2);
  save("train-images-idx3-ubyte", encodeIdx([count, 2, 2], pixels));
  save(
    "train-labels-idx1-ubyte",
    encodeIdx(
      [labels],
      Uint8Array.from({ length: labels }, (_, i) => i % 10),
    ),
  );
  save("t10k-images-idx3-ubyte", encodeIdx([2, 2, 2], new Uint8Array(8).fill(200)));
  save("t10k-labels-idx1-ubyte", encodeIdx([2], Uint8Array.from([9, 8])));
}

describe("mnist", () => {
  it("is found where --data says, in a folder of its name there, and in the cache; plain or gzip", async () => {
    for (const [below, gzip] of [
      ["", false],
      ["mnist", true],
    ] as const) {
      const folder = temporaryFolder();
      writeMnist(join(folder, below), 4, 4, gzip);
      const data = await open({ source: "mnist" }, folder);
      expect(data.name).toBe("MNIST");
      expect(image(data.train, 3)).toEqual([3, 3, 3, 3]);
      expect([...data.heldOut.labels!.values]).toEqual([9, 8]);
      data.close();
    }
    const cache = temporaryFolder();
    writeMnist(join(cache, "datasets", "fashion-mnist"));
    const data = await open({ source: "fashion-mnist" }, undefined, cache);
    expect(data.heldOut.labels!.names[data.heldOut.labels!.values[0]!]).toBe("ankle boot");
    data.close();
  });

  it("lists where it looked, and says how to get it", async () => {
    const folder = temporaryFolder();
    const error = await failure("data", () => open({ source: "mnist" }, folder, join(folder, "cache")));
    for (const place of ["", "/mnist", "/cache/datasets/mnist"]) {
      expect(error.message.split("\n").map((line) => line.trim())).toContain(`${folder}${place}`);
    }
    expect(error.hint).toContain("betalab data fetch mnist");
    expect(error.hint).toContain("the folder with the four files by `data`");
  });

  it("one set is not read as the other, nor hidden by it or by several", async () => {
    const [root, cacheDirectory] = [temporaryFolder(), temporaryFolder()];
    const fetched = join(cacheDirectory, "datasets", "fashion-mnist");
    const fashion = () => open({ source: "fashion-mnist" }, root, cacheDirectory);
    writeMnist(join(root, "MNIST", "raw"));
    expect((await failure("data", fashion)).message).toContain("the four files of Fashion-MNIST: not found");
    writeMnist(root);
    const labels = encodeIdx([10], Uint8Array.of(7, 2, 1, 0, 4, 1, 4, 9, 5, 9));
    writeFileSync(join(root, "t10k-labels-idx1-ubyte"), labels);
    expect((await failure("data", fashion)).message).toBe(
      `${root}: its files are those of MNIST, not of Fashion-MNIST`,
    );
    writeMnist(fetched, 3);
    expect((await fashion()).train.images.count).toBe(3);
    for (const name of ["a", "b"])
      writeFileSync(join(root, `${name}-train-images-idx3-ubyte`), encodeIdx([1, 1, 1], new Uint8Array(1)));
    expect((await fashion()).train.images.count).toBe(3);
    const context = { dataDirectory: root, cacheDirectory };
    expect(listSources(context).find(({ name }) => name === "fashion-mnist")?.place).toBe(fetched);
  });

  it("refuses images and labels of different counts", async () => {
    const folder = temporaryFolder();
    writeMnist(folder, 4, 3);
    const error = await failure("data", () => open({ source: "mnist" }, folder));
    expect(error.message).toBe("train-labels-idx1-ubyte: 3 labels for 4 images");
  });

  it("refuses a class that it has no name for", async () => {
    const folder = temporaryFolder();
    writeMnist(folder);
    writeFileSync(join(folder, "t10k-labels-idx1-ubyte"), encodeIdx([2], Uint8Array.from([1, 10])));
    expect((await failure("data", () => open({ source: "mnist" }, folder))).message).toContain(
      "class 10, and there are 10 names",
    );
  });

  it("pads to a larger size and shrinks to a smaller one; limit leaves the test split whole", async () => {
    const folder = temporaryFolder();
    writeMnist(folder);
    const data = await open({ source: "mnist", size: 4, limit: 3 }, folder);
    expect(image(data.train, 2)).toEqual([0, 0, 0, 0, 0, 2, 2, 0, 0, 2, 2, 0, 0, 0, 0, 0]);
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([3, 2]);
    expect(data.notes).toEqual([
      "the set's own splits: 4 train, 2 test; test is held out",
      "data.limit: the first 3 of 4 training images",
    ]);
    const small = await open({ source: "mnist", size: 1 }, folder);
    expect([image(small.train, 3), image(small.heldOut, 0)]).toEqual([[3], [200]]);
    const whole = await open({ source: "mnist" }, folder);
    expect(whole.fingerprint).not.toBe(data.fingerprint);
    expect((await open({ source: "mnist", flip: true, batchSize: 2 }, folder)).fingerprint).toBe(
      whole.fingerprint,
    );
  });

  const real = realFolder("mnist");
  it.skipIf(!real)("the real one has the published counts, mean and deviation", async () => {
    const { train, heldOut } = await open({ source: "mnist" }, real);
    expect([train.images.count, heldOut.images.count]).toEqual([60000, 10000]);
    expect([...train.labels!.values.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    const { mean, standardDeviation, binary } = await measurePixels(train.images, {});
    // The numbers that every tutorial normalises by.
    expect(mean[0]).toBeCloseTo(0.1307, 4);
    expect(standardDeviation[0]).toBeCloseTo(0.3081, 4);
    expect(binary).toBe(false);
  });
});

describe("idx", () => {
  it("takes one file and divides it, or a folder in MNIST's layout and doesn't", async () => {
    const folder = temporaryFolder();
    writeMnist(folder, 10);
    const one = await open({ source: "idx", path: join(folder, "train-images-idx3-ubyte"), heldOut: 0.2 });
    expect([one.train.images.count, one.heldOut.images.count]).toEqual([8, 2]);
    for (const split of [one.train, one.heldOut]) {
      split.labels!.values.forEach((label, i) => {
        expect(image(split, i)).toEqual([label, label, label, label]);
      });
    }
    const both = await open({ source: "idx" }, folder);
    expect([both.train.images.count, both.heldOut.images.count]).toEqual([10, 2]);
  });

  it("reads images of nothing but 0 and 1 as black and white, whatever the split", async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, "train-images-idx3-ubyte"),
      encodeIdx([2, 1, 2], Uint8Array.from([0, 1, 1, 1])),
    );
    writeFileSync(join(folder, "t10k-images-idx3-ubyte"), encodeIdx([1, 1, 2], Uint8Array.from([0, 0])));
    const data = await open({ source: "idx" }, folder);
    expect([image(data.train, 0), image(data.train, 1), image(data.heldOut, 0)]).toEqual([
      [0, 255],
      [255, 255],
      [0, 0],
    ]);
    expect(data.notes).toContain("uint8, 0…1 read as [0, 1]");
  });

  it("finds torchvision's folders, and Kaggle's of a folder for each file", async () => {
    for (const below of ["raw", "MNIST/raw", "MNIST"]) {
      const folder = temporaryFolder();
      writeMnist(join(folder, below), 4, 4, true);
      const data = await open({ source: "mnist" }, folder);
      expect([...data.heldOut.labels!.values]).toEqual([9, 8]);
    }
    const [flat, nested] = [temporaryFolder(), temporaryFolder()];
    writeMnist(flat);
    for (const name of readdirSync(flat)) {
      const kaggle = name.replace("-idx", ".idx");
      mkdirSync(join(nested, name));
      writeFileSync(join(nested, name, name), readFileSync(join(flat, name)));
      writeFileSync(join(nested, kaggle), readFileSync(join(flat, name)));
    }
    for (const config of [{ source: "mnist" }, { source: "idx" }] as const) {
      const data = await open(config, nested);
      expect([image(data.train, 3), [...data.heldOut.labels!.values]]).toEqual([
        [3, 3, 3, 3],
        [9, 8],
      ]);
    }
  });

  it("labels that lie around a folder are those of another set", async () => {
    const folder = temporaryFolder();
    writeMnist(folder);
    mkdirSync(join(folder, "mine"));
    const images = encodeIdx([4, 1, 1], Uint8Array.of(1, 2, 3, 4));
    writeFileSync(join(folder, "mine", "train-images-idx3-ubyte"), images);
    expect((await open({ source: "idx" }, join(folder, "mine"))).train.labels).toBeUndefined();
  });

  it("asks which set is meant, and says when there is none", async () => {
    const folder = temporaryFolder();
    for (const name of ["a", "b"]) {
      writeFileSync(join(folder, `${name}-images-idx3-ubyte`), encodeIdx([1, 1, 1], new Uint8Array(1)));
    }
    const several = await failure("data", () => open({ source: "idx" }, folder));
    expect(several.message).toContain("several IDX sets: a-images-idx3-ubyte, b-images-idx3-ubyte");
    expect((await failure("data", () => open({ source: "idx" }))).message).toContain(
      "not found, as no place was named",
    );
  });
});

it.skipIf(!existsSync("/proc/self/fd"))("a data set that is closed leaves no file open", async () => {
  const folder = temporaryFolder();
  writeMnist(folder);
  const cacheDirectory = temporaryFolder();
  const openFiles = () => readdirSync("/proc/self/fd").length;
  const before = openFiles();
  for (const memoryLimit of [0, 1000]) {
    const data = await openDataset(
      { source: "mnist" },
      { dataDirectory: folder, cacheDirectory, memoryLimit },
    );
    data.close();
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(openFiles()).toBeLessThanOrEqual(before);
});
