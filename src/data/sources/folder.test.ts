import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { failure, realFolder, temporaryFolder } from "../../../test/helpers/data.ts";
import type { Dataset } from "../dataset.ts";
import { openDataset } from "../node.ts";
import { joinSplits } from "../split.ts";
import type { DataConfigInput } from "./index.ts";

type Options = Omit<Extract<DataConfigInput, { source: "folder" }>, "source">;

interface Colour {
  r: number;
  g: number;
  b: number;
  alpha?: number;
}

const red = { r: 255, g: 0, b: 0 };
const green = { r: 0, g: 255, b: 0 };
const blue = { r: 0, g: 0, b: 255 };

/** A picture of one colour, in the format of the file's name. */
async function paint(path: string, colour: Colour, width = 8, height = 8): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const channels = colour.alpha === undefined ? 3 : 4;
  await sharp({ create: { width, height, channels, background: colour } }).toFile(path);
}

async function open(
  path: string,
  options: Options = {},
  cacheDirectory = temporaryFolder(),
): Promise<Dataset> {
  return openDataset({ source: "folder", path, size: 4, ...options }, { cacheDirectory });
}

/** All images as one list of pixels each, sorted so that the split doesn't matter. */
function imagesOf({ train, heldOut }: Dataset): number[][] {
  const { images } = joinSplits(train, heldOut);
  const size = images.height * images.width * images.channels;
  return Array.from({ length: images.count }, (_, i) => {
    const into = new Uint8Array(size);
    images.read([i], into);
    return [...into];
  }).sort((a, b) => a.join().localeCompare(b.join()));
}

describe("folder", () => {
  it("reads every format; subfolders are labels, hidden and other files are nothing", async () => {
    const folder = temporaryFolder();
    const names = ["a/1.png", "a/2.webp", "b/3.tiff", "b/4.gif", "b/deep/5.PNG"];
    for (const name of names) await paint(join(folder, name), red);
    await paint(join(folder, "c.jpg"), red);
    writeFileSync(join(folder, "a", "._1.png"), "resource fork");
    writeFileSync(join(folder, "a", "notes.txt"), "text");
    const mixed = await open(folder, { heldOut: 0.2 });
    expect(mixed.train.labels).toBeUndefined();
    expect(mixed.notes).toContain("no labels: 1 picture lies outside of the subfolders");
    for (const image of imagesOf(mixed)) {
      expect(image).toHaveLength(48);
      for (let i = 0; i < 48; i++) expect(Math.abs(image[i]! - (i % 3 === 0 ? 255 : 0))).toBeLessThan(3);
    }
    mixed.close();

    const other = temporaryFolder();
    for (const name of names) await paint(join(other, name), red);
    const { train, heldOut, close } = await open(other);
    const { labels } = joinSplits(train, heldOut);
    expect(labels!.names).toEqual(["a", "b"]);
    expect([...labels!.values].sort()).toEqual([0, 0, 1, 1, 1]);
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
    const data = await open(folder, { size: 8 });
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
    const data = await open(folder, { size: [2, 1] });
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
    const grey = await open(folder, { channels: 1, size: 1 });
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
    const rgb = await open(other, { size: 1 });
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
    const white = await open(folder, { size: 1 });
    expect(imagesOf(white)).toEqual([
      [255, 0, 0],
      [255, 255, 255],
    ]);
    expect(white.notes).toContain("1 of 2 pictures are partly transparent; they lie on white");
    const black = await open(folder, { size: 1, background: "black" });
    expect(imagesOf(black)).toContainEqual([0, 0, 0]);
    for (const data of [white, black]) data.close();
  });

  it("notes mixed sizes and enlargement", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "1.png"), red, 2, 9);
    await paint(join(folder, "2.png"), red, 40, 30);
    const data = await open(folder);
    expect(data.notes.slice(0, 2)).toEqual([
      "pictures of 2 sizes, 2×9 to 40×30, are cropped around the centre and resized to 4×4 (width × height)",
      "some pictures are smaller than that and are enlarged",
    ]);
    data.close();
  });

  it("takes the first frame of an animation", async () => {
    const folder = temporaryFolder();
    const frames = [red, blue].map(({ r, g, b }) => Array.from({ length: 16 }, () => [r, g, b]).flat());
    const raw = { width: 4, height: 8, channels: 3 as const, pageHeight: 4 };
    const gif = await sharp(Uint8Array.from(frames.flat()), { raw })
      .gif({ loop: 0, delay: [50, 50] })
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    for (const name of ["1.gif", "2.gif"]) writeFileSync(join(folder, name), gif);
    const data = await open(folder, { size: 1 });
    expect(imagesOf(data)).toEqual([
      [255, 0, 0],
      [255, 0, 0],
    ]);
    data.close();
  });

  it("refuses a folder with no pictures, and one that isn't there", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "notes.txt"), "text");
    const empty = await failure("data", () => open(folder));
    expect(empty.message).toBe(`${folder}: no pictures in it; 1 other file is not read: 1 .txt`);
    const missing = await failure("data", () => open(join(folder, "none")));
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
    const data = await open(folder);
    expect(data.train.images.count + data.heldOut.images.count).toBe(99);
    expect(data.notes[1]).toMatch(/^1 unreadable picture skipped: torn\.jpg: /);
    data.close();

    writeFileSync(join(folder, "98.png"), "no picture");
    const error = await failure("data", () => open(folder));
    expect(error.message).toMatch(
      /: 2 of 100 pictures can't be read \(more than 1 %\): 98\.png: .*; torn\.jpg: /,
    );
  });

  it.skipIf(process.platform === "win32")("names an empty file and a broken link too", async () => {
    const folder = temporaryFolder();
    await paint(join(folder, "good.png"), red);
    writeFileSync(join(folder, "empty.png"), "");
    symlinkSync(join(folder, "gone.png"), join(folder, "link.png"));
    const error = await failure("data", () => open(folder));
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

/** 2×1 pixels of these values, grey, in a file of the ending's format; TIFF by hand, as sharp writes only 8 bits. */
async function deep(path: string, values: Float32Array | Uint16Array): Promise<void> {
  const raw = { width: values.length, height: 1, channels: 1 as const };
  if (path.endsWith(".png")) {
    await sharp(values, { raw }).toColourspace("grey16").png().toFile(path);
    return;
  }
  const bits = 8 * values.BYTES_PER_ELEMENT;
  // Width, height, bits, no compression, black is 0, where the strip is, channels, rows in it, its bytes, integers or floats.
  const strip = 8 + 2 + 10 * 12 + 4;
  const entries = [
    [256, 3, values.length],
    [257, 3, 1],
    [258, 3, bits],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, strip],
    [277, 3, 1],
    [278, 3, 1],
    [279, 4, values.byteLength],
    [339, 3, bits === 32 ? 3 : 1],
  ];
  const file = Buffer.alloc(strip + values.byteLength);
  file.write("II*\0", "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, value], i) => {
    file.writeUInt16LE(tag!, 10 + 12 * i);
    file.writeUInt16LE(type!, 12 + 12 * i);
    file.writeUInt32LE(1, 14 + 12 * i);
    file.writeUInt32LE(value!, 18 + 12 * i);
  });
  Buffer.from(values.buffer).copy(file, strip);
  writeFileSync(path, file);
}

describe("pictures of more than 8 bits", () => {
  const grey = { channels: 1 as const, size: [1, 2] as [number, number] };

  it("floats in 0…1 are that, over the whole set, and overshoots are counted", async () => {
    const folder = temporaryFolder();
    await deep(join(folder, "1.tif"), Float32Array.from([0, 0.2]));
    await deep(join(folder, "2.tif"), Float32Array.from([1, 1.05]));
    const data = await open(folder, grey);
    expect(imagesOf(data)).toEqual([
      [0, 51],
      [255, 255],
    ]);
    expect(data.notes).toContain("2 pictures of float32, 0…1.05 read as [0, 1], 1 value clipped");
    data.close();
  });

  it("floats without a clear range are refused, and the hint works", async () => {
    const folder = temporaryFolder();
    for (const name of ["1.tif", "2.tif"]) await deep(join(folder, name), Float32Array.from([-1, 1]));
    const error = await failure("data", () => open(folder, grey));
    expect([error.message.includes("-1…1 (float32)"), error.hint]).toEqual([
      true,
      "say it: data.range: [-1, 1]",
    ]);
    const data = await open(folder, { ...grey, range: [-1, 1] });
    expect(imagesOf(data)).toEqual([
      [0, 255],
      [0, 255],
    ]);
    data.close();
  });

  it.each(["tif", "png"])(
    "12 bits in 16 (.%s): a warning names the range that is then right",
    async (ending) => {
      const folder = temporaryFolder();
      const cacheDirectory = temporaryFolder();
      for (const name of ["1", "2"])
        await deep(join(folder, `${name}.${ending}`), Uint16Array.from([0, 4078]));
      const dark = await open(folder, grey, cacheDirectory);
      expect(imagesOf(dark)[0]).toEqual([0, 16]);
      expect(dark.notes.join()).toContain("is 6.2 % of white; set data.range: [0, 4095]");
      dark.close();
      const said = await open(folder, { ...grey, range: [0, 4095] }, cacheDirectory);
      expect(imagesOf(said)[0]).toEqual([0, 254]);
      expect(said.notes).toContain("2 pictures of uint16, 0…4078 read as [0, 4095]");
      expect(said.fingerprint).not.toBe(dark.fingerprint);
      said.close();
    },
  );

  it("a folder of one grey is warned of", async () => {
    const folder = temporaryFolder();
    for (const name of ["1.png", "2.png"]) await paint(join(folder, name), { r: 0, g: 0, b: 0 });
    const data = await open(folder);
    expect(data.notes).toContain("warning: every value is 0, so all images are one even grey");
    data.close();
  });
});

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
    const look = async (options: Options) => {
      const data = await open(folder, { size: 1, ...options }, cacheDirectory);
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
    const data = await open(folder, { size: 1 });
    expect(imagesOf(data)).toHaveLength(3);
    expect(data.notes).toContain(
      "4 other files are not read: 2 .heic, 1 .txt, 1 without an ending; convert HEIC to JPEG or PNG",
    );
    data.close();
  });

  it.skipIf(process.platform === "win32")("links to folders are followed, each folder once", async () => {
    const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
    await paint(join(elsewhere, "a", "1.png"), red);
    await paint(join(elsewhere, "b", "2.png"), blue);
    for (const name of ["a", "b"]) symlinkSync(join(elsewhere, name), join(folder, name));
    symlinkSync(folder, join(elsewhere, "a", "loop"));
    symlinkSync(elsewhere, join(elsewhere, "b", "up"));
    const data = await open(folder, { size: 1 });
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
      const error = await failure("data", () => open(folder));
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
    const error = await failure("data", () => open(folder));
    expect(error.message).toMatch(/bomb\.png: Input image exceeds pixel limit/);
  });

  it("a file, and a place below a file, are no folders", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    for (const path of [file, join(file, "below")]) {
      expect((await failure("data", () => open(path))).message).toBe(
        `${path}: is not a folder of pictures (a part of its path is a file, not a folder)`,
      );
    }
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
      const data = await open(folder, { size: 1 }, cacheDirectory);
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

const photos = realFolder("bccd_photos");

it.skipIf(!photos)("364 photographs of blood cells", { timeout: 60_000 }, async () => {
  const context = { dataDirectory: photos, cacheDirectory: temporaryFolder() };
  const data = await openDataset({ source: "folder" }, context);
  expect([data.train.images.count, data.heldOut.images.count]).toEqual([328, 36]);
  expect(data.train.labels).toBeUndefined();
  expect(data.name).toBe("pictures in bccd_photos/");
  data.close();
});
