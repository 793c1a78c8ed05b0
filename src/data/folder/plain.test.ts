/** The quick way beside libvips, which is what says how pictures are read: the same pixels, or none. */

import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { type DecodeOptions, decodePicture } from "./decode.ts";
import { pictureModules } from "./picture-modules.ts";
import { PlainDecoder } from "./plain.ts";

/** Noise between waves, so that every pixel counts. */
function waves(width: number, height: number, channels: 1 | 3 | 4, seed = 1): Sharp {
  let state = seed;
  const pixels = Uint8Array.from({ length: width * height * channels }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    if (channels === 4 && i % 4 === 3) return 255;
    const [x, y] = [Math.floor(i / channels) % width, Math.floor(i / channels / width)];
    return 128 + 90 * Math.sin(x / 5 + (i % channels)) * Math.cos(y / 7) + (state >>> 24) / 8;
  });
  const raw = { width, height, channels };
  return sharp(pixels, { raw }).toColourspace(channels === 1 ? "b-w" : "srgb");
}

const plainDecoder = (wanted: DecodeOptions) => new PlainDecoder(wanted, pictureModules());

const options = (size: number | [number, number], channels: 1 | 3 = 3): DecodeOptions => {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  return { height, width, channels, background: "white" };
};

async function expectSame(file: Uint8Array, wanted: DecodeOptions, what = ""): Promise<void> {
  const plain = plainDecoder(wanted).decode(file);
  expect(plain, what).toBeDefined();
  const theirs = await decodePicture(file, wanted);
  expect(Buffer.compare(plain!.pixels, theirs.pixels), what).toBe(0);
  expect({ ...plain, pixels: 0 }).toEqual({ ...theirs, pixels: 0 });
}

const jpegs: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  "4:2:0": (picture) => picture.jpeg({ quality: 90 }),
  "4:4:4": (picture) => picture.jpeg({ quality: 40, chromaSubsampling: "4:4:4" }),
};
const pngs: Readonly<Record<string, (picture: Sharp) => Sharp>> = {
  unfiltered: (picture) => picture.png(),
  filtered: (picture) => picture.png({ adaptiveFiltering: true }),
  "of a palette": (picture) => picture.png({ palette: true, colours: 200 }),
};

describe("the pixels of libvips, to the bit", () => {
  it.each(Object.entries({ ...jpegs, ...pngs }))("%s, in every size", async (_, encode) => {
    let seed = 7;
    const below = (most: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return 1 + Math.floor((seed / 2 ** 32) * most);
    };
    for (let i = 0; i < 12; i++) {
      const [height, width] = [below(40), i % 3 === 0 ? below(40) : 32];
      const most = encode === jpegs["4:2:0"] ? 12 : 2.9;
      const [from, up] = [height + below(height * most), width + below(width * most)];
      const file = await encode(waves(up, from, 3, i + 1)).toBuffer();
      await expectSame(file, options([height, width]), `${up}×${from} to ${width}×${height}`);
    }
  });

  it.each([1, 2, 3.99, 8, 9, 17, 31])(
    "a JPEG %d times as large, where libjpeg's scales change",
    async (times) => {
      const side = Math.floor(times * 16);
      const file = await waves(side + 1, side, 3)
        .jpeg()
        .toBuffer();
      await expectSame(file, options(16));
    },
  );

  it("a JPEG of the lowest quality, of nothing but black and white", async () => {
    const raw = { width: 50, height: 40, channels: 3 as const };
    const pixels = Uint8Array.from({ length: 6000 }, (_, i) => (((i * i) >> 3) % 2) * 255);
    for (const quality of [1, 5, 20]) {
      await expectSame(await sharp(pixels, { raw }).jpeg({ quality }).toBuffer(), options(32));
    }
  });

  it("grey as grey and as colour, RGBA that hides nothing, as large as wanted", async () => {
    for (const file of [await waves(70, 61, 1).jpeg().toBuffer(), await waves(70, 61, 1).png().toBuffer()]) {
      await expectSame(file, options(28, 1));
      await expectSame(file, options(28, 3));
    }
    await expectSame(await waves(40, 50, 4).png({ adaptiveFiltering: true }).toBuffer(), options(20));
    for (const encode of [jpegs["4:4:4"]!, pngs.filtered!]) {
      await expectSame(await encode(waves(33, 33, 3)).toBuffer(), options(33));
      await expectSame(await encode(waves(53, 33, 3)).toBuffer(), options(33));
    }
  });

  it("each of PNG's filters, in the first row too, and content in several chunks", async () => {
    const [width, height] = [9, 10];
    const rows = Array.from({ length: height }, (_, y) => [
      y % 5,
      ...Array.from({ length: 3 * width }, (_, i) => (37 * i * (y + 3) + 91 * y) % 256),
    ]);
    for (let turn = 0; turn < 5; turn++) {
      const turned = [...rows.slice(turn), ...rows.slice(0, turn)].flat();
      const packed = deflateSync(Uint8Array.from(turned));
      const parts = [packed.subarray(0, 50), packed.subarray(50)];
      await expectSame(png(width, height, 2, parts), options(9), `${turn}`);
      await expectSame(png(width, height, 2, parts), options(5), `${turn}`);
    }
  });
});

/** A PNG of 8 bits; `kind` 2 is RGB, 3 of a palette. */
function png(
  width: number,
  height: number,
  kind: number,
  content: Uint8Array[],
  palette?: Uint8Array,
): Buffer {
  const chunk = (name: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, kind, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...(palette ? [chunk("PLTE", palette)] : []),
    ...content.map((data) => chunk("IDAT", data)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("what is left to libvips", () => {
  const colour = waves(64, 48, 3);
  it.each<[string, () => Promise<Uint8Array>]>([
    ["a colour profile", () => colour.clone().withIccProfile("p3").jpeg().toBuffer()],
    ["a colour profile in a PNG", () => colour.clone().withIccProfile("p3").png().toBuffer()],
    ["EXIF", () => colour.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ["EXIF in a PNG", () => colour.clone().withMetadata({ orientation: 6 }).png().toBuffer()],
    ["a progressive JPEG", () => colour.clone().jpeg({ progressive: true }).toBuffer()],
    ["CMYK", () => colour.clone().toColourspace("cmyk").jpeg().toBuffer()],
    ["an interlaced PNG", () => colour.clone().png({ progressive: true }).toBuffer()],
    ["16 bits", () => colour.clone().toColourspace("rgb16").png().toBuffer()],
    ["4 bits", () => colour.clone().png({ palette: true, colours: 9 }).toBuffer()],
    ["what can be seen through", () => colour.clone().ensureAlpha(0.5).png().toBuffer()],
    ["WebP", () => colour.clone().webp().toBuffer()],
    ["a picture to be enlarged", () => colour.clone().resize(64, 15).png().toBuffer()],
    ["a PNG at a quarter of its size", () => colour.clone().resize(64, 64).png().toBuffer()],
  ])("%s", async (_, encode) => {
    const file = await encode();
    expect(plainDecoder(options(16)).decode(file)).toBeUndefined();
    expect((await decodePicture(file, options(16))).pixels).toHaveLength(768);
  });

  it("colours to be made grey, and a file that is not there", async () => {
    const decoder = plainDecoder(options(16, 1));
    expect(decoder.decode(await colour.clone().png().toBuffer())).toBeUndefined();
    expect(decoder.decode("no/such/file.png")).toBeUndefined();
  });

  it("more pixels than there are bytes for, without decoding them", () => {
    const bomb = png(2 ** 15, 2 ** 15, 2, [deflateSync(new Uint8Array(1000))]);
    expect(plainDecoder(options(16)).decode(bomb)).toBeUndefined();
    // More in it than its header says.
    const long = png(20, 20, 2, [deflateSync(new Uint8Array(2 ** 20))]);
    expect(plainDecoder(options(16)).decode(long)).toBeUndefined();
  });

  it("a palette without the colour that is asked for, and a filter that there is not", () => {
    const decoder = plainDecoder(options(2));
    const palette = Uint8Array.of(1, 2, 3, 4, 5, 6);
    const paletted = (index: number) =>
      png(2, 2, 3, [deflateSync(Uint8Array.of(0, 1, 0, 0, 0, index))], palette);
    expect([...decoder.decode(paletted(1))!.pixels]).toEqual([4, 5, 6, 1, 2, 3, 1, 2, 3, 4, 5, 6]);
    expect(decoder.decode(paletted(2))).toBeUndefined();
    const filtered = png(1, 2, 2, [deflateSync(Uint8Array.of(0, 1, 2, 3, 5, 1, 2, 3))]);
    expect(plainDecoder(options(1)).decode(filtered)).toBeUndefined();
  });
});

describe("damage", () => {
  const cases = Object.entries({ jpeg: jpegs["4:2:0"]!, ...pngs });

  it.each(cases)("of a file that is cut short, %s, nothing is decoded", async (_, encode) => {
    const decoder = plainDecoder(options(16));
    const file = await encode(waves(40, 30, 3)).toBuffer();
    for (let length = 0; length < file.length - 2; length += 1 + Math.floor(file.length / 150)) {
      expect(decoder.decode(file.subarray(0, length)), `${length}`).toBeUndefined();
    }
    expect(decoder.decode(file)).toBeDefined();
  });

  it.each(Object.entries(pngs))(
    "with a byte changed, %s, nothing is decoded: each is under a checksum",
    async (_, encode) => {
      const decoder = plainDecoder(options(16));
      const file = await encode(waves(40, 30, 3)).toBuffer();
      for (let at = 0; at < file.length; at += 1 + Math.floor(file.length / 300)) {
        const damaged = Buffer.from(file);
        damaged[at]! ^= 1 + ((7 * at) % 255);
        expect(decoder.decode(damaged), `byte ${at}`).toBeUndefined();
      }
    },
  );

  it("with a byte changed, of a JPEG, which has no checksums: nothing that libvips refuses, else mostly its pixels", async () => {
    const decoder = plainDecoder(options(16));
    const file = await jpegs["4:2:0"]!(waves(40, 30, 3)).toBuffer();
    const found = { refused: 0, same: 0, other: 0 };
    for (let at = 0; at < file.length; at += 7) {
      const damaged = Buffer.from(file);
      damaged[at]! ^= 1 + ((7 * at) % 255);
      const plain = decoder.decode(damaged);
      const theirs = await decodePicture(damaged, options(16)).catch(() => undefined);
      if (!theirs) found.refused++;
      if (!plain) continue;
      expect(theirs, `byte ${at}`).toBeDefined();
      // Where values lie far outside of a byte's, libjpeg's vectors cut them off and its plain code wraps them.
      if (Buffer.compare(plain.pixels, theirs!.pixels) === 0) found.same++;
      else found.other++;
    }
    expect(found.refused).toBeGreaterThan(5);
    expect(found.same).toBeGreaterThan(5 * found.other);
  });
});
