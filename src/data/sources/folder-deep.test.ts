import { writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { imagesOf, openFolder, paint } from "../../../test/helpers/pictures.ts";

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
    const data = await openFolder(folder, grey);
    expect(imagesOf(data)).toEqual([
      [0, 51],
      [255, 255],
    ]);
    expect(data.notes).toContain("2 pictures with values of float32, 0…1.05 read as [0, 1], 1 value clipped");
    data.close();
  });

  it("floats without a clear range are refused, and the hint works", async () => {
    const folder = temporaryFolder();
    for (const name of ["1.tif", "2.tif"]) await deep(join(folder, name), Float32Array.from([-1, 1]));
    const error = await failure("data", () => openFolder(folder, grey));
    expect([error.message.includes("-1…1 (float32)"), error.hint]).toEqual([
      true,
      "say it: data.range: [-1, 1]",
    ]);
    const data = await openFolder(folder, { ...grey, range: [-1, 1] });
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
      const dark = await openFolder(folder, grey, cacheDirectory);
      expect(imagesOf(dark)[0]).toEqual([0, 16]);
      expect(dark.notes.join()).toContain("is 6.2 % of white; set data.range: [0, 4095]");
      dark.close();
      const said = await openFolder(folder, { ...grey, range: [0, 4095] }, cacheDirectory);
      expect(imagesOf(said)[0]).toEqual([0, 254]);
      expect(said.notes).toContain("2 pictures with values of uint16, 0…4078 read as [0, 4095]");
      expect(said.fingerprint).not.toBe(dark.fingerprint);
      said.close();
    },
  );

  it("AVIF of 10 bits are read as data.range says, and their values are told", async () => {
    const folder = temporaryFolder();
    const raw = { width: 64, height: 1, channels: 1 as const };
    const ramp = Uint8Array.from({ length: 64 }, (_, i) => 4 * i);
    for (const name of ["1.avif", "2.avif"])
      await sharp(ramp, { raw }).avif({ bitdepth: 10, lossless: true }).toFile(join(folder, name));
    const wide = { size: [1, 64] as [number, number], channels: 1 as const };
    const data = await openFolder(folder, wide);
    expect(imagesOf(data)[0]!.slice(20, 23)).toEqual([80, 84, 88]);
    expect(data.notes.join()).toContain("2 pictures with values of uint16, ");
    data.close();
    const said = await openFolder(folder, { ...wide, range: [0, 20_000] });
    expect(imagesOf(said)[0]!.slice(20, 23)).toEqual([255, 255, 255]);
    said.close();
  });

  it("dark pictures of 8 bits are warned of, and no option named that is not for them", async () => {
    const folder = temporaryFolder();
    for (const [i, name] of ["1.png", "2.png"].entries())
      await paint(join(folder, name), { r: 9 + i, g: 0, b: 0 });
    const { notes, close } = await openFolder(folder);
    expect(notes.join("; ")).toMatch(/the brightest value, 10, is 3.9 % of white(;|$)/);
    expect(notes.join()).not.toContain("data.range");
    close();
  });

  it("a folder of one grey is warned of", async () => {
    const folder = temporaryFolder();
    for (const name of ["1.png", "2.png"]) await paint(join(folder, name), { r: 0, g: 0, b: 0 });
    const data = await openFolder(folder);
    expect(data.notes).toContain("warning: every value is 0, so all images are one even grey");
    data.close();
  });
});
