import { readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { failure, realFolder, temporaryFolder } from "../../../test/helpers/data.ts";
import {
  blue,
  type Colour,
  green,
  imagesOf,
  openFolder,
  paint,
  red,
} from "../../../test/helpers/pictures.ts";
import { openDataset } from "../node.ts";
import { joinSplits } from "../split.ts";

describe("folder", () => {
  it("reads every format; subfolders are labels, hidden and other files are nothing", async () => {
    const folder = temporaryFolder();
    const names = ["a/1.png", "a/2.webp", "b/3.tiff", "b/4.gif", "b/deep/5.PNG"];
    for (const name of names) await paint(join(folder, name), red);
    await paint(join(folder, "c.jpg"), red);
    writeFileSync(join(folder, "a", "._1.png"), "resource fork");
    writeFileSync(join(folder, "a", "notes.txt"), "text");
    const mixed = await openFolder(folder, { heldOut: 0.2 });
    expect(mixed.train.labels).toBeUndefined();
    expect(mixed.notes).toContain("no labels: 1 picture lies outside of the subfolders");
    for (const image of imagesOf(mixed)) {
      expect(image).toHaveLength(48);
      for (let i = 0; i < 48; i++) expect(Math.abs(image[i]! - (i % 3 === 0 ? 255 : 0))).toBeLessThan(3);
    }
    mixed.close();

    const other = temporaryFolder();
    for (const name of names) await paint(join(other, name), red);
    const { train, heldOut, notes, close } = await openFolder(other);
    const { labels } = joinSplits(train, heldOut);
    expect(labels!.names).toEqual(["a", "b"]);
    expect([...labels!.values].sort()).toEqual([0, 0, 1, 1, 1]);
    expect(notes).toContain("labels are the outermost subfolders: a picture in b/deep has the label b");
    close();
  });

  it("crops around the centre: of a wide picture the middle remains", async () => {
    const folder = temporaryFolder();
    const stripe = (left: number, background: Colour) => ({
      input: { create: { width: 8, height: 8, channels: 3 as const, background } },
      left,
      top: 0,
    });
    const base = sharp({ create: { width: 24, height: 8, channels: 3, background: red } });
    const picture = await base
      .composite([stripe(8, green), stripe(16, blue)])
      .png()
      .toBuffer();
    for (const name of ["1.png", "2.png"]) writeFileSync(join(folder, name), picture);
    const data = await openFolder(folder, { size: 8 });
    for (const image of imagesOf(data)) {
      expect(image).toEqual(Array.from({ length: 192 }, (_, i) => (i % 3 === 1 ? 255 : 0)));
    }
    expect(data.notes[0]).toBe(
      "pictures of 24×8 are cropped around the centre and resized to 8×8 (width × height)",
    );
    data.close();
  });

  it("takes sizes as [height, width], and turns pictures upright as the camera says", async () => {
    const folder = temporaryFolder();
    // 2×1 pixels, red then blue, with "turn by 90° clockwise": red ends on top.
    const raw = { width: 2, height: 1, channels: 3 as const };
    const sideways = sharp(Uint8Array.from([255, 0, 0, 0, 0, 255]), { raw });
    for (const name of ["1.png", "2.png"]) {
      await sideways.clone().withMetadata({ orientation: 6 }).png().toFile(join(folder, name));
    }
    const data = await openFolder(folder, { size: [2, 1] });
    expect(imagesOf(data)).toEqual([
      [255, 0, 0, 0, 0, 255],
      [255, 0, 0, 0, 0, 255],
    ]);
    data.close();
  });

  it("makes grey by luminance, and reads 16-bit and grey pictures as RGB", async () => {
    const folder = temporaryFolder();
    for (const [name, colour] of [
      ["1.png", green],
      ["2.png", blue],
    ] as const)
      await paint(join(folder, name), colour);
    const grey = await openFolder(folder, { channels: 1, size: 1 });
    const [[dark], [light]] = imagesOf(grey).sort((a, b) => a[0]! - b[0]!) as [[number], [number]];
    // Rec. 709 in linear light, back in sRGB: blue 0.0722 → 76, green 0.7152 → 220.
    expect(Math.abs(dark - 76)).toBeLessThanOrEqual(1);
    expect(Math.abs(light - 220)).toBeLessThanOrEqual(1);
    grey.close();

    const other = temporaryFolder();
    const raw = { width: 1, height: 1, channels: 1 as const };
    await sharp(Uint8Array.from([77]), { raw })
      .toColourspace("b-w")
      .png()
      .toFile(join(other, "grey.png"));
    await sharp(Uint16Array.from([77 * 257]), { raw })
      .toColourspace("grey16")
      .png()
      .toFile(join(other, "deep.png"));
    const rgb = await openFolder(other, { size: 1 });
    expect(imagesOf(rgb)).toEqual([
      [77, 77, 77],
      [77, 77, 77],
    ]);
    rgb.close();
  });

  it("lays transparent pictures on white, or on black, and says how many; opaque alpha is none", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "clear.png"), { ...red, alpha: 0 });
    await paint(join(folder, "opaque.png"), { ...red, alpha: 1 });
    const white = await openFolder(folder, { size: 1 });
    expect(imagesOf(white)).toEqual([
      [255, 0, 0],
      [255, 255, 255],
    ]);
    expect(white.notes).toContain("1 of 2 pictures is partly transparent; it lies on white");
    const black = await openFolder(folder, { size: 1, background: "black" });
    expect(imagesOf(black)).toContainEqual([0, 0, 0]);
    for (const data of [white, black]) data.close();
  });

  it("notes mixed sizes and enlargement", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "1.png"), red, 2, 9);
    await paint(join(folder, "2.png"), red, 40, 30);
    const data = await openFolder(folder);
    expect(data.notes.slice(0, 2)).toEqual([
      "pictures of 2 sizes, 2×9 to 40×30, are cropped around the centre and resized to 4×4 (width × height)",
      "some pictures are smaller than that and are enlarged",
    ]);
    data.close();
  });

  it("takes the first frame of an animation, and says so", async () => {
    const folder = temporaryFolder();
    const frames = [red, blue].map(({ r, g, b }) => Array.from({ length: 16 }, () => [r, g, b]).flat());
    const raw = { width: 4, height: 8, channels: 3 as const, pageHeight: 4 };
    const gif = await sharp(Uint8Array.from(frames.flat()), { raw })
      .gif({ loop: 0, delay: [50, 50] })
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const webp = await sharp(Uint8Array.from(frames.flat()), { raw }).webp({ lossless: true }).toBuffer();
    writeFileSync(join(folder, "1.gif"), gif);
    writeFileSync(join(folder, "2.webp"), webp);
    await paint(join(folder, "3.gif"), green);
    const data = await openFolder(folder, { size: 1 });
    expect(imagesOf(data)).toEqual([
      [0, 255, 0],
      [255, 0, 0],
      [255, 0, 0],
    ]);
    expect(data.notes).toContain("2 pictures have several frames or pages; the first is taken");
    data.close();
  });

  it("names pictures that are equal once they are resized", async () => {
    const folder = temporaryFolder();
    for (const name of ["1.png", "2.png", "4.png"]) await paint(join(folder, name), red);
    await paint(join(folder, "3.png"), green);
    await paint(join(folder, "5.png"), green, 16, 16);
    const data = await openFolder(folder);
    expect(data.notes).toContain(
      "3 pictures are equal to an earlier one, pixel for pixel (2.png = 1.png; 4.png = 1.png; 5.png = 3.png): where one trains and its equal is held out, held-out numbers look too good",
    );
    data.close();

    const different = temporaryFolder();
    await paint(join(different, "1.png"), red);
    await paint(join(different, "2.png"), { ...red, r: 254 });
    const other = await openFolder(different);
    expect(other.notes.join()).not.toContain("equal");
    other.close();
  });

  it("refuses a folder with no pictures, and one that isn't there", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "notes.txt"), "text");
    const empty = await failure("data", () => openFolder(folder));
    expect(empty.message).toBe(`${folder}: no pictures in it; 1 other file is not read: 1 .txt`);
    const missing = await failure("data", () => openFolder(join(folder, "none")));
    expect(missing.message).toContain("no such file or folder");
  });

  it("skips, counts and names one unreadable picture in a hundred; two are an error", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "0.png"), red);
    const good = readFileSync(join(folder, "0.png"));
    for (let i = 1; i < 99; i++) writeFileSync(join(folder, `${i}.png`), good);
    await sharp({
      create: {
        width: 64,
        height: 64,
        channels: 3,
        background: red,
        noise: { type: "gaussian", mean: 128, sigma: 40 },
      },
    })
      .jpeg()
      .toFile(join(folder, "torn.jpg"));
    writeFileSync(join(folder, "torn.jpg"), readFileSync(join(folder, "torn.jpg")).subarray(0, 700));
    const data = await openFolder(folder);
    expect(data.train.images.count + data.heldOut.images.count).toBe(99);
    expect(data.notes.at(-2)).toMatch(/^1 unreadable picture skipped: torn\.jpg: /);
    data.close();

    writeFileSync(join(folder, "98.png"), "no picture");
    const error = await failure("data", () => openFolder(folder));
    expect(error.message).toMatch(
      /: 2 of 100 pictures can't be read \(more than 1 %\): 98\.png: .*; torn\.jpg: /,
    );
  });

  it.skipIf(process.platform === "win32")("names an empty file and a broken link too", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "good.png"), red);
    writeFileSync(join(folder, "empty.png"), "");
    symlinkSync(join(folder, "gone.png"), join(folder, "link.png"));
    const error = await failure("data", () => openFolder(folder));
    expect(error.message).toMatch(
      /: 2 of 3 pictures can't be read .*: empty\.png: it is empty; link\.png: a broken link/,
    );
  });

  it("decodes once: the cache answers until a file changes; the fingerprint is of the pixels", async () => {
    const [folder, cache] = [temporaryFolder(), temporaryFolder()];
    for (const name of ["1.png", "2.png", "10.png"]) await paint(join(folder, name), red);
    let decoded = 0;
    const look = async () => {
      const context = { cacheDirectory: cache, onProgress: () => decoded++ };
      const data = await openDataset({ source: "folder", path: folder, size: 4 }, context);
      data.close();
      return data.fingerprint;
    };
    const first = await look();
    expect(decoded).toBe(1);
    expect(await look()).toBe(first);
    expect(decoded).toBe(1);
    utimesSync(join(folder, "2.png"), new Date(1000), new Date(1000));
    expect(await look()).toBe(first);
    expect(decoded).toBe(2);
    await paint(join(folder, "2.png"), blue);
    expect(await look()).not.toBe(first);
  });

  it("is in natural order", async () => {
    const folder = temporaryFolder();
    for (let i = 1; i <= 12; i++) await paint(join(folder, `${i}.png`), { r: i, g: 0, b: 0 });
    const context = { cacheDirectory: temporaryFolder() };
    const data = await openDataset(
      { source: "folder", path: folder, size: 1, limit: 2, heldOut: 0.5 },
      context,
    );
    expect(imagesOf(data)).toEqual([
      [1, 0, 0],
      [2, 0, 0],
    ]);
    expect(data.notes).toContain("data.limit: the first 2 of 12 images");
    data.close();
  });

  it("can be stopped, leaves nothing, and begins anew", async () => {
    const [folder, cacheDirectory] = [temporaryFolder(), temporaryFolder()];
    for (const name of ["1.png", "2.png"]) await paint(join(folder, name), red);
    const stopped = { cacheDirectory, signal: AbortSignal.abort() };
    await failure("interrupted", () => openDataset({ source: "folder", path: folder }, stopped));
    expect(readdirSync(cacheDirectory)).toEqual([]);
    (await openDataset({ source: "folder", path: folder }, { cacheDirectory })).close();
    expect(readdirSync(join(cacheDirectory, "packed"))).toHaveLength(1);
  });
});

const photos = realFolder("bccd_photos");

it.skipIf(!photos)("364 photographs of blood cells", { timeout: 60_000 }, async () => {
  const context = { dataDirectory: photos, cacheDirectory: temporaryFolder() };
  const data = await openDataset({ source: "folder" }, context);
  expect([data.train.images.count, data.heldOut.images.count]).toEqual([328, 36]);
  expect(data.train.labels).toBeUndefined();
  expect(data.name).toBe("pictures in bccd_photos/");
  data.close();
});
