/** Published sets of which one part lies there alone, or not the one that was asked for; and that their pixels are kept once. */
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { fixture, opened } from "../../test/helpers/data-fixtures.ts";
import { openDataset } from "./node.ts";
import { chooseParts } from "./parts.ts";

it("a split that is there alone is divided, and that is said", async () => {
  const folder = temporaryFolder();
  const batch = gunzipSync(readFileSync(fixture("cifar-data_batch_1.bin.gz")));
  for (const name of ["data_batch_1.bin", "data_batch_2.bin"]) writeFileSync(join(folder, name), batch);
  // The same batch, packed, is not read once more.
  copyFileSync(fixture("cifar-data_batch_1.bin.gz"), join(folder, "data_batch_1.bin.gz"));
  const { data, notes } = await opened("cifar", folder, { heldOut: 0.5 });
  expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 4]);
  expect(notes).toContain("of the set's own splits there is train alone, 8 train");
  expect(chooseParts({ test: 9 }, undefined).heldOut).toBeUndefined();
  expect((await failure("config", () => chooseParts({ train: 9 }, "val"))).hint).toBe("choose one of: all");
});

it("STL-10: files that data.unlabelled asks for, or leaves out, are not taken for others", async () => {
  const [folder, other] = [temporaryFolder(), temporaryFolder()];
  const pictures = gunzipSync(readFileSync(fixture("stl-train_X.bin.gz")));
  for (const name of ["train_X.bin", "test_X.bin"]) writeFileSync(join(folder, name), pictures);
  const missing = await failure("data", () => opened("stl10", folder, { unlabelled: true }));
  expect(missing.message).toBe(`${folder}: there is no unlabeled_X.bin`);
  writeFileSync(join(other, "unlabeled_X.bin"), pictures);
  const { message, hint } = await failure("data", () => opened("stl10", other));
  expect([message, hint]).toEqual([
    `${other}: there is no train_X.bin or test_X.bin`,
    "data.unlabelled: true takes unlabeled_X.bin",
  ]);
  const { data } = await opened("stl10", other, { unlabelled: true });
  expect(data.train.images.count + data.heldOut.images.count).toBe(6);
});

it.each([
  [
    "smallnorb",
    2,
    ["training", "testing"].flatMap((word) =>
      ["dat", "cat", "info"].map((one) => `smallnorb-${word}-${one}.mat.gz`),
    ),
  ],
  ["shapes3d", 1, ["3dshapes.h5"]],
])("%s: the cache keeps the pixels once, whatever size is asked for", async (source, files, names) => {
  const [dataDirectory, cacheDirectory] = [temporaryFolder(), temporaryFolder()];
  for (const name of names) copyFileSync(fixture(name), join(dataDirectory, name));
  const prints = new Set<string>();
  for (const size of [undefined, 2]) {
    const data = await openDataset({ source, size }, { dataDirectory, cacheDirectory, memoryLimit: 0 });
    prints.add(data.fingerprint);
    data.close();
  }
  expect([prints.size, readdirSync(join(cacheDirectory, "packed")).length]).toEqual([2, files]);
});
