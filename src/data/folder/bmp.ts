/**
 * BMP, which libvips doesn't read: uncompressed, with 1 to 8 bits a pixel and a palette, or 24 or 32 bits of blue, green
 * and red. Pure.
 *
 * Format: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
 */

export interface RawPicture {
  /** RGB, `[height, width, 3]`. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

export const isBmp = (file: Uint8Array): boolean => file[0] === 0x42 && file[1] === 0x4d;

/** Throws an Error that says why it can't be read. */
export function decodeBmp(file: Uint8Array, mostPixels: number): RawPicture {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 54) throw new Error("truncated BMP");
  const start = view.getUint32(10, true);
  const headerSize = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  // 3 is "fields": only the usual order of them is read.
  const usual = compression === 3 && bits === 32 && view.getUint32(54, true) === 0xff0000;
  if (headerSize < 40 || (compression !== 0 && !usual) || ![1, 4, 8, 24, 32].includes(bits)) {
    throw new Error(`BMP of ${bits} bits with compression ${compression} is not read`);
  }
  if (width < 1 || height < 1 || width * height > mostPixels)
    throw new Error(`BMP of ${width}×${height} pixels`);
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  if (start + rowBytes * height > file.length) throw new Error("truncated BMP");
  const palette = 14 + headerSize;
  const pixels = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const row = start + rowBytes * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) {
      let from = row + (x * bits) / 8;
      if (bits <= 8) {
        const byte = file[row + ((x * bits) >> 3)]!;
        const index = (byte >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
        from = palette + 4 * index;
      }
      const to = 3 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) pixels[to + channel] = file[from + 2 - channel]!;
    }
  }
  return { pixels, width, height };
}
