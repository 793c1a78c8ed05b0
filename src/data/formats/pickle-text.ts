/** Text and bytes of pickles of protocol 0, which are lines of letters with escapes. */

/** A letter a byte; what the Web calls Latin-1 has others from 128 to 159. */
export const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** Python's raw-unicode-escape: its backslashes are escaped too. */
export const rawUnicode = (line: string): string =>
  line.replace(/\\(?:u(.{4})|U(.{8}))/g, (_, short, long) => letterOf(short ?? long));

/** What Python 2 writes of bytes between quotes. */
export function quotedBytes(line: string): Uint8Array {
  const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  const letters = line
    .replace(/^(['"])(.*)\1$/, "$2")
    .replace(/\\(?:x(..)|(.))/g, (_, byte, letter) => (byte ? letterOf(byte) : (controls[letter] ?? letter)));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

function letterOf(hexadecimal: string): string {
  const point = Number.parseInt(hexadecimal, 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
}
