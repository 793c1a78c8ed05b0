import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { openDataset } from "./node.ts";

/** A record of the bytes 0a 05 "hello"; both checksums from a CRC-32C in Python that goes bit by bit. */
const record = Buffer.from("0700000000000000bbd79f110a0568656c6c6f7e3af661", "hex");

const refused = (source: string, place: string) =>
  failure("data", () => openDataset({ source }, { dataDirectory: place, cacheDirectory: temporaryFolder() }));

it.each(["npz", "hdf5", "mat", "csv", "parquet", "folder", "cifar", "idx", "dsprites"])(
  "a TFRecord given to %s is named, whatever it is called, with what to do instead",
  async (source) => {
    const [plain, nameless] = [join(temporaryFolder(), "mine.tfrecord"), join(temporaryFolder(), "records")];
    writeFileSync(plain, "any");
    writeFileSync(nameless, record);
    for (const place of [plain, nameless]) {
      const { message, hint } = await refused(source, place);
      expect(message).toBe(
        `${place}: TFRecord is not read, because no library on npm that reads it is kept up`,
      );
      expect(hint).toContain("NPZ, HDF5, Parquet or a tar");
    }
  },
);

it("a folder of TensorFlow Datasets is named; one that has other things in it fails with its own reason", async () => {
  const folder = join(temporaryFolder(), "dsprites", "2.0.0");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "dsprites-train.tfrecord-00000-of-00001"), record);
  writeFileSync(join(folder, "dataset_info.json"), "{}");
  for (const source of ["dsprites", "folder", "npz"])
    expect((await refused(source, folder)).message).toContain("TFRecord is not read");
  writeFileSync(join(folder, "1.doc"), "");
  expect((await refused("folder", folder)).message).toMatch(/no pictures in it; 3 other files/);
});

it("a place below a file, or that nobody may read, keeps its own error", async () => {
  const [file, closed] = [join(temporaryFolder(), "file"), join(temporaryFolder(), "closed")];
  writeFileSync(file, "any");
  mkdirSync(closed, { mode: 0 });
  expect((await refused("folder", join(file, "below"))).message).toContain("not a folder of pictures");
  expect((await refused("npz", closed)).message).not.toContain("TFRecord");
});

it("a length without its checksum is no TFRecord", async () => {
  const place = join(temporaryFolder(), "records");
  writeFileSync(place, record.with(8, 0));
  expect((await refused("hdf5", place)).message).toContain("not an HDF5 file");
});
