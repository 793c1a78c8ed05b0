/** Pictures in tar, zip and Parquet files, which are read where they lie, and tables of attributes beside pictures. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { classes, fixture, fuzz, images, opened } from "../../../test/helpers/data-fixtures.ts";
import { scanArchive } from "../folder/archive.ts";
import { scanParquet } from "../folder/parquet.ts";
import { scanFolder } from "../folder/scan.ts";
import { openDataset } from "../node.ts";
import { joinSplits } from "../split.ts";

const asTheyAre = { size: [4, 3] };

describe("archives of pictures", () => {
  it("tar as webdataset has it: a class beside each picture", async () => {
    const { whole, data } = await opened("folder", "web.tar", asTheyAre);
    expect([data.name, whole.pixels]).toEqual(["pictures in web.tar", images]);
    expect([whole.labels, whole.names]).toEqual([classes, ["0", "1", "2"]]);
  });

  it("tar and zip with folders that are labels, with long names and what a Mac leaves behind", async () => {
    for (const [name, labels] of [
      ["folders.tar", ["a".repeat(120), "b"]],
      ["folders.zip", ["even", "odd"]],
    ] as const) {
      const { whole, notes } = await opened("folder", name, asTheyAre);
      expect([whole.pixels, whole.names]).toEqual([images, labels]);
      expect(whole.labels).toEqual([0, 1, 2, 3, 4, 5].map((i) => (i + (labels[1] === "b" ? 1 : 0)) % 2));
      expect(notes.join()).not.toContain("other file");
    }
  });

  it("tar.gz: the same pictures and fingerprint as the plain one; nothing of it stays in the cache", async () => {
    const folder = temporaryFolder();
    const [packed, cut, other] = ["web.tar.gz", "cut.tgz", "text.tar.xz"].map((name) => join(folder, name));
    const bytes = gzipSync(readFileSync(fixture("web.tar")));
    writeFileSync(packed!, bytes);
    const cacheDirectory = temporaryFolder();
    const read = (path: string) =>
      openDataset({ source: "folder", ...asTheyAre }, { dataDirectory: path, cacheDirectory });
    const data = await read(packed!);
    expect(data.fingerprint).toBe((await read(fixture("web.tar"))).fingerprint);
    expect((await opened("folder", packed!, asTheyAre)).whole).toMatchObject({
      pixels: images,
      labels: classes,
    });
    writeFileSync(cut!, bytes.subarray(0, bytes.length / 2));
    const damaged = await failure("data", () => read(cut!));
    expect([damaged.message, damaged.hint]).toEqual([
      expect.stringContaining("cut.tgz: damaged gzip"),
      undefined,
    ]);
    expect(readdirSync(join(cacheDirectory, "packed")).map((name) => name.replace(/^.*\./, ""))).toEqual([
      "u8",
      "u8",
    ]);
    writeFileSync(other!, bytes.subarray(100));
    expect((await failure("data", () => read(other!))).hint).toContain(".tar.gz are read: unpack it");
  });

  it("says what other files are", async () => {
    expect((await failure("data", () => opened("folder", "plain.h5"))).hint).toContain("data.source: hdf5");
  });

  it("looking for pictures stops when it is asked to", async () => {
    const watch = { signal: AbortSignal.abort() };
    await failure("interrupted", () => scanArchive(fixture("web.tar"), "tar", watch));
    await failure("interrupted", () => scanParquet([fixture("pictures.zstd.parquet")], watch));
    await failure("interrupted", () => scanFolder(temporaryFolder(), watch));
  });

  it("a tar that ends within a header is truncated", async () => {
    const path = join(temporaryFolder(), "cut.tar");
    // The sixth picture's header begins at byte 10 240.
    writeFileSync(path, readFileSync(fixture("web.tar")).subarray(0, 10_240 + 100));
    const { message } = await failure("data", () => scanArchive(path, "tar"));
    expect(message).toContain("truncated or damaged at byte 10240");
  });

  it("a tar that was cut between two members is read, and said to have no end", async () => {
    const path = join(temporaryFolder(), "cut.tar");
    writeFileSync(path, readFileSync(fixture("web.tar")).subarray(0, 10_240));
    const { whole, notes } = await opened("folder", path, asTheyAre);
    expect(whole.labels).toEqual(classes.slice(0, 5));
    expect(notes.join()).toContain("the archive ends without the zeros that close a tar");
    expect((await opened("folder", "web.tar", asTheyAre)).notes.join()).not.toContain("close a tar");
  });

  it("damaged archives are data errors", { timeout: 60_000 }, async () => {
    const readAll = async (path: string, kind: "tar" | "zip") => {
      const { pictures } = await scanArchive(path, kind);
      await Promise.all(pictures.map(({ read }) => read()));
    };
    await fuzz(fixture("web.tar"), (path) => readAll(path, "tar"), 100);
    await fuzz(fixture("folders.zip"), (path) => readAll(path, "zip"), 100);
  });
});

describe("parquet", () => {
  it("an archive of archives is told from one of pictures", async () => {
    const path = join(temporaryFolder(), "outer.zip");
    writeFileSync(path, zipSync({ "inner/a.zip": zipSync({ "1.png": Uint8Array.of(1) }) }));
    const error = await failure("data", () => openDataset({ source: "folder", path }));
    expect(error.message).toBe(`${path}: no pictures in it; 1 other file is not read: 1 .zip`);
    expect(error.hint).toContain("archives in it are not opened: unpack them");
  });

  it.each(["snappy", "zstd", "gzip", "none"])(
    "%s: pictures with the names of their classes",
    async (codec) => {
      const { whole } = await opened("parquet", `pictures.${codec}.parquet`, asTheyAre);
      expect([whole.pixels, whole.labels]).toEqual([images, classes]);
      expect(whole.names).toEqual(["cat", "dog", "eel"]);
    },
  );

  it("files called train and test are splits", async () => {
    const folder = temporaryFolder();
    for (const name of ["train-00000-of-00001", "test-00000-of-00001"])
      writeFileSync(join(folder, `${name}.parquet`), readFileSync(fixture("pictures.zstd.parquet")));
    const { data } = await opened("parquet", folder, asTheyAre);
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([6, 6]);
  });

  it("refuses a table without pictures; damage is a data error", { timeout: 60_000 }, async () => {
    expect((await failure("data", () => opened("parquet", "attributes.parquet"))).message).toContain(
      "no column of pictures among file_name, age, hair",
    );
    const readAll = async (path: string) => {
      const { pictures } = await scanParquet([path]);
      await Promise.all(pictures.map(({ read }) => read().catch(() => {})));
    };
    await fuzz(fixture("pictures.snappy.parquet"), readAll, 100);
  });

  it("a group whose columns are not those of the schema, one of them damaged: a data error, and no rejection of nobody's", async () => {
    const path = join(temporaryFolder(), "renamed.parquet");
    const bytes = readFileSync(fixture("pictures.snappy.parquet"));
    const messages: string[] = [];
    for (let at = bytes.indexOf("label"); at >= 0; at = bytes.indexOf("label", at + 1)) {
      const renamed = Buffer.from(bytes);
      renamed.write("lobel", at);
      renamed.fill(0xff, 4, 12); // The header of the first column's first page.
      writeFileSync(path, renamed);
      messages.push((await failure("data", () => scanParquet([path]))).message);
    }
    expect(messages).toContain("renamed.parquet: its rows have other columns than its schema");
  });
});

it("a table of attributes beside a folder, as CelebA has it: by name, in any order, for the pictures that are there", async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "img"));
  for (const grey of [10, 20, 30, 40]) {
    const picture = sharp({
      create: { width: 4, height: 4, channels: 3, background: { r: grey, g: grey, b: grey } },
    });
    await picture.png().toFile(join(folder, "img", `${grey}.png`));
  }
  const rows = [50, 40, 30, 20, 10].map(
    (grey) => `${grey}.jpg ${grey > 20 ? 1 : -1} ${grey % 20 === 0 ? 1 : -1}`,
  );
  writeFileSync(join(folder, "list_attr_celeba.txt"), ["5", "Bright Even", ...rows].join("\n"));
  const factors = { file: "list_attr_celeba.txt" };
  const { data, whole, notes } = await opened("folder", join(folder, "img"), { size: 4, factors });
  const { factors: found } = joinSplits(data.train, data.heldOut);
  expect(found!.complete).toBe(true);
  const values = whole.order.map((i) =>
    found!.factors.map(({ values }, k) => values[found!.levels[2 * i + k]!]),
  );
  expect(values).toEqual([
    [-1, -1],
    [-1, 1],
    [1, -1],
    [1, 1],
  ]);
  expect(notes).toContain("list_attr_celeba.txt: 1 of its 5 rows is of a picture that is not here");
  // The zip of the aligned pictures as it is published, beside the list.
  const names = [10, 20, 30, 40].map((grey) => `${grey}.png`);
  const members = names.map((name) => [`img_align_celeba/${name}`, readFileSync(join(folder, "img", name))]);
  writeFileSync(join(folder, "img_align_celeba.zip"), zipSync(Object.fromEntries(members)));
  const zipped = await opened("folder", join(folder, "img_align_celeba.zip"), { size: 4, factors });
  expect(zipped.whole.pixels).toEqual(whole.pixels);
  expect(joinSplits(zipped.data.train, zipped.data.heldOut).factors!.factors).toEqual(found!.factors);
  writeFileSync(join(folder, "short.csv"), "name,bright\n10.png,1\n20.png,0\n");
  const error = await failure("data", () =>
    opened("folder", join(folder, "img"), { size: 4, factors: { file: "short.csv" } }),
  );
  expect(error.message).toContain("2 of 4 pictures have no row in it: 30.png, 40.png");
});

describe("a table beside pictures whose names are numbers", () => {
  /** 0.png to 5.png, of grey 10·i, in `a/` and `b/` by turns or side by side. */
  async function numbered(table: string, place = (name: string, _: number) => name) {
    const folder = temporaryFolder();
    for (let i = 0; i < 6; i++) {
      const path = join(folder, "img", place(`${i}.png`, i));
      mkdirSync(dirname(path), { recursive: true });
      const background = { r: 10 * i, g: 10 * i, b: 10 * i };
      await sharp({ create: { width: 4, height: 4, channels: 3, background } })
        .png()
        .toFile(path);
    }
    writeFileSync(join(folder, "table.csv"), table);
    const { data, whole, notes } = await opened("folder", join(folder, "img"), {
      size: 4,
      factors: { file: "table.csv" },
    });
    const { factors } = joinSplits(data.train, data.heldOut);
    const all = factors!.factors;
    const size = all.findIndex(({ name }) => name === "size");
    return {
      notes,
      sizes: whole.order.map((i) => all[size]!.values[factors!.levels[i * all.length + size]!]),
    };
  }
  const order = [3, 0, 5, 1, 4, 2];
  const table = (head: string, row: (i: number, at: number) => string) =>
    [head, ...order.map(row), ""].join("\n");

  it("the index that pandas writes is not taken for the names", async () => {
    const { sizes } = await numbered(table(",image,size", (i, at) => `${at},${i}.png,${i % 3}`));
    expect(sizes).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it("000003.png is row 3 of a column of numbers, which is said; 03.png beside it would be the same row", async () => {
    const padded = (name: string) => name.padStart(10, "0");
    const rows = table("index,size", (i) => `${i},${i % 3}`);
    const { sizes, notes } = await numbered(rows, padded);
    expect(sizes).toEqual([0, 1, 2, 0, 1, 2]);
    expect(notes).toContain("table.csv: pictures are found by their number in column index: 0 is 000000.png");
    expect((await numbered(rows)).notes.join()).not.toContain("by their number");
    // From 1 on, the pictures from 0 on: one of them has none.
    const late = table("index,size", (i) => `${i + 1},${i % 3}`);
    expect((await failure("data", () => numbered(late, padded))).message).toContain(
      "1 of 6 pictures has no row in it: 000000.png",
    );
    const twice = (_: string, i: number) => (i === 5 ? "04.png" : `00${i}.png`);
    expect((await failure("data", () => numbered(rows, twice))).message).toContain(
      "its row 4 is of two pictures, 004.png and 04.png",
    );
  });

  it("two rows of one picture, and one row of two pictures, are refused", async () => {
    const twice = `${table("image,size", (i) => `${i}.png,${i % 3}`)}4.png,9\n`;
    expect((await failure("data", () => numbered(twice))).message).toContain(
      "table.csv: 2 of its rows are called 4.png",
    );
    const short = "image,size\n0.png,1\n1.png,2\n2.png,3\n";
    const folders = (_: string, i: number) => `${"ab"[i % 2]}/${Math.floor(i / 2)}.png`;
    const { message, hint } = await failure("data", () => numbered(short, folders));
    expect(message).toMatch(/table\.csv: its row 0\.png is of two pictures, a\/0\.png and b\/0\.png$/);
    expect(hint).toContain("by its path: b/0.png");
  });
});

it("a picture that is given as Parquet is said to be one, and where a table was looked for is said once", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "one.png");
  await sharp({ create: { width: 4, height: 4, channels: 3, background: "red" } }).toFile(path);
  expect(await failure("data", () => openDataset({ source: "parquet", path }, {}))).toMatchObject({
    message: `${path}: it is a picture, not a Parquet file`,
    hint: "read it by data.source: folder",
  });
  const csv = join(folder, "a.csv");
  writeFileSync(csv, Array.from({ length: 4 }, (_, i) => `${i},255,0,9`).join("\n"));
  const section = { source: "csv", path: csv, shape: [2, 2], labels: "none", factors: { file: "gone.csv" } };
  const { message } = await failure("data", () => openDataset(section, {}));
  expect(message.split("\n").slice(1)).toEqual([
    `  ${join(folder, "gone.csv")}`,
    `  ${join(process.cwd(), "gone.csv")}`,
  ]);
});
