/**
 * CRC-32 as zip, PNG and zlib have it (ISO-HDLC: polynomial 0x04C11DB7, reflected), and CRC-32C as TFRecord has it
 * (Castagnoli: 0x1EDC6F41, reflected), four bytes at a time.
 */

/** Eight hexadecimal digits. */
export const crc32Text = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, "0");

/** An unsigned 32-bit number. */
export const crc32 = checksum(0xedb88320);

/** An unsigned 32-bit number. */
export const crc32c = checksum(0x82f63b78);

/** TFRecord's form of CRC-32C: rotated and shifted, for data that holds checksums itself. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function checksum(reflected: number): (bytes: Uint8Array) => number {
  /** `tables[k][b]`: what byte b adds when k more bytes follow in the same word. */
  const tables = Array.from({ length: 4 }, () => new Int32Array(256));
  const [t0, t1, t2, t3] = tables as [Int32Array, Int32Array, Int32Array, Int32Array];
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ reflected : value >>> 1;
    t0[byte] = value;
  }
  for (let k = 1; k < 4; k++) {
    for (let byte = 0; byte < 256; byte++) {
      const before = tables[k - 1]![byte]!;
      tables[k]![byte] = (before >>> 8) ^ t0[before & 0xff]!;
    }
  }
  return (bytes) => {
    let crc = -1;
    let i = 0;
    for (; i + 4 <= bytes.length; i += 4) {
      crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
      crc = t3[crc & 0xff]! ^ t2[(crc >>> 8) & 0xff]! ^ t1[(crc >>> 16) & 0xff]! ^ t0[crc >>> 24]!;
    }
    for (; i < bytes.length; i++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[i]!) & 0xff]!;
    return ~crc >>> 0;
  };
}
