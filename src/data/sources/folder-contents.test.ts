/** What of a folder is read, left out, counted, and known again. */

import { execFileSync } from "node:child_process";
import { symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import {
  blue,
  type FolderOptions,
  green,
  imagesOf,
  openFolder,
  paint,
  red,
} from "../../../test/helpers/pictures.ts";
import type { Dataset } from "../dataset.ts";
import { joinSplits } from "../split.ts";

describe("what lies in a folder", () => {
  it("train, val and test are splits and not classes; what systems leave is neither", async () => {
    const folder = temporaryFolder();
    const colours = { train: red, val: green, test: blue };
    for (const [split, colour] of Object.entries(colours)) {
      for (const name of split === "train" ? ["cats/1", "cats/2", "dogs/3"] : ["cats/4", "dogs/5"]) {
        await paint(join(folder, split, `${name}.png`), colour);
      }
    }
    for (const name of ["@eaDir/1.png", "__MACOSX/1.png", ".hidden/1.png", "train/@eaDir/cats/1.png"]) {
      await paint(join(folder, name), green);
    }
    const cacheDirectory = temporaryFolder();
    const look = async (options: FolderOptions) => {
      const data = await openFolder(folder, { size: 1, ...options }, cacheDirectory);
      const colour = ({ images }: Dataset["train"]) =>
        Array.from({ length: images.count }, (_, i) => {
          const into = new Uint8Array(3);
          images.read([i], into);
          return into.join();
        });
      const found = {
        names: data.train.labels!.names,
        train: colour(data.train),
        heldOut: colour(data.heldOut),
      };
      const labels = [...data.train.labels!.values, ...data.heldOut.labels!.values].join("");
      data.close();
      return { ...found, labels, notes: data.notes, print: data.fingerprint };
    };
    const test = await look({});
    expect(test).toMatchObject({
      names: ["cats", "dogs"],
      train: ["255,0,0", "255,0,0", "255,0,0"],
      heldOut: ["0,0,255", "0,0,255"],
      labels: "00101",
    });
    expect(test.notes).toContain(
      "the set's own splits: 3 train, 2 val, 2 test; test is held out; val is not used",
    );
    const val = await look({ split: "val" });
    expect([val.heldOut, val.print === test.print]).toEqual([["0,255,0", "0,255,0"], false]);
    const all = await look({ split: "all" });
    expect(all.train.length + all.heldOut.length).toBe(7);
  });

  it("BMP and every ending of JPEG are read; others are counted and named by kind", async () => {
    const folder = temporaryFolder();
    const jpeg = await sharp({ create: { width: 8, height: 8, channels: 3, background: red } })
      .jpeg()
      .toBuffer();
    for (const name of ["1.jfif", "2.jpe", "3.JPEG"]) writeFileSync(join(folder, name), jpeg);
    for (const name of ["a.heic", "b.heic", "c.txt", "noending"]) writeFileSync(join(folder, name), "x");
    const data = await openFolder(folder, { size: 1 });
    expect(imagesOf(data)).toHaveLength(3);
    expect(data.notes).toContain(
      "4 other files are not read: 2 .heic, 1 .txt, 1 without an ending; convert HEIC to JPEG or PNG",
    );
    data.close();
  });

  it("a folder that all lie in is no label; those in it are labels, or splits", async () => {
    const folder = temporaryFolder();
    for (const name of ["a/1.png", "b/2.png"]) await paint(join(folder, "all", "mine", name), red);
    const labelled = await openFolder(folder);
    expect(joinSplits(labelled.train, labelled.heldOut).labels!.names).toEqual(["a", "b"]);
    labelled.close();
    const divided = temporaryFolder();
    for (const name of ["train/a/1.png", "train/b/2.png", "test/a/3.png"])
      await paint(join(divided, "all", name), red);
    const { train, heldOut, close } = await openFolder(divided);
    expect([train.images.count, heldOut.images.count, train.labels!.names]).toEqual([2, 1, ["a", "b"]]);
    close();
  });

  it("an animated PNG has several frames", async () => {
    const folder = temporaryFolder();
    const still = await sharp({ create: { width: 4, height: 4, channels: 3, background: red } })
      .png()
      .toBuffer();
    const control = Buffer.alloc(20);
    control.writeUInt32BE(8);
    control.write("acTL", 4, "latin1");
    control.writeUInt32BE(3, 8);
    control.writeUInt32BE(crc32(control.subarray(4, 16)), 16);
    const afterHeader = 8 + 25;
    writeFileSync(
      join(folder, "1.png"),
      Buffer.concat([still.subarray(0, afterHeader), control, still.subarray(afterHeader)]),
    );
    writeFileSync(join(folder, "2.png"), still);
    const data = await openFolder(folder);
    expect(data.notes).toContain("1 picture has several frames or pages; the first is taken");
    data.close();
  });

  it.skipIf(process.platform === "win32")("links to folders are followed, each folder once", async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    await paint(join(elsewhere, "a", "1.png"), red);
    await paint(join(elsewhere, "b", "2.png"), blue);
    for (const name of ["a", "b"]) symlinkSync(join(elsewhere, name), join(folder, name));
    symlinkSync(folder, join(elsewhere, "a", "loop"));
    symlinkSync(elsewhere, join(elsewhere, "b", "up"));
    const data = await openFolder(folder, { size: 1 });
    expect(imagesOf(data)).toEqual([
      [0, 0, 255],
      [255, 0, 0],
    ]);
    expect(joinSplits(data.train, data.heldOut).labels!.names).toEqual(["a", "b"]);
    data.close();
  });

  it.skipIf(process.platform !== "linux")(
    "pipes, devices and drawings named .png are named, and nothing hangs",
    async () => {
      const folder = temporaryFolder();
      await paint(join(folder, "good.png"), red);
      execFileSync("mkfifo", [join(folder, "pipe.png")]);
      symlinkSync("/dev/zero", join(folder, "zero.png"));
      writeFileSync(
        join(folder, "drawing.png"),
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
      );
      const error = await failure("data", () => openFolder(folder));
      expect(error.message).toContain(
        'drawing.png: it begins with "<svg ", as no picture does; pipe.png: it is not a file; zero.png: it is not a file',
      );
    },
  );

  it("a picture of more pixels than any camera has is named, not decoded", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "good.png"), red);
    const bomb = sharp({
      create: { width: 12_000, height: 12_000, channels: 3, background: red },
      limitInputPixels: false,
    });
    await bomb.toColourspace("b-w").png({ compressionLevel: 1 }).toFile(join(folder, "bomb.png"));
    const error = await failure("data", () => openFolder(folder));
    expect(error.message).toMatch(/bomb\.png: Input image exceeds pixel limit/);
  });

  it("a file, and a place below a file, are no folders", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect((await failure("data", () => openFolder(file))).message).toBe(
      `${file}: not a folder of pictures, nor a tar or zip archive`,
    );
    const below = join(file, "below");
    expect((await failure("data", () => openFolder(below))).message).toBe(
      `${below}: is not a folder of pictures (a part of its path is a file, not a folder)`,
    );
  });

  it("two folders that agree in names, sizes and times are two; so is one whose file was exchanged", async () => {
    const [one, two, cacheDirectory] = [temporaryFolder(), temporaryFolder(), temporaryFolder()];
    const picture = (value: number) => {
      // Uncompressed, so that every picture has the same size.
      const raw = { width: 2, height: 2, channels: 3 as const };
      return sharp(new Uint8Array(12).fill(value), { raw }).png({ compressionLevel: 0 }).toBuffer();
    };
    const write = async (folder: string, value: number) => {
      for (const name of ["1.png", "2.png"]) {
        writeFileSync(join(folder, name), await picture(value));
        utimesSync(join(folder, name), new Date(1000), new Date(1000));
      }
    };
    const look = async (folder: string) => {
      const data = await openFolder(folder, { size: 1 }, cacheDirectory);
      const found = [data.fingerprint, imagesOf(data)[0]![0]] as const;
      data.close();
      return found;
    };
    await write(one, 100);
    await write(two, 200);
    const [first, second] = [await look(one), await look(two)];
    expect([first[1], second[1], first[0] === second[0]]).toEqual([100, 200, false]);
    await write(one, 200);
    expect(await look(one)).toEqual(second);
  });
});
