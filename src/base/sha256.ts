/**
 * SHA-256 (FIPS 180-4), synchronous and without Node, for what a page hashes too. About 150 MB/s; what reads files uses
 * Node's own, which gives the same digests.
 */

/** Hex digest of `parts`, one after another; text as UTF-8. */
export function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = initial.slice();
  const block = new DataView(new ArrayBuffer(64));
  const bytes = new Uint8Array(block.buffer);
  let length = 0;
  const add = (part: Uint8Array): void => {
    for (let at = 0; at < part.length; ) {
      const filled = length % 64;
      const piece = part.subarray(at, at + 64 - filled);
      bytes.set(piece, filled);
      length += piece.length;
      at += piece.length;
      if (length % 64 === 0) compress(hash, block);
    }
  };
  for (const part of parts) add(typeof part === "string" ? new TextEncoder().encode(part) : part);
  const ending = new Uint8Array(length % 64 < 56 ? 64 - (length % 64) : 128 - (length % 64));
  ending[0] = 0x80;
  const view = new DataView(ending.buffer);
  view.setUint32(ending.length - 8, Math.floor(length / 2 ** 29));
  view.setUint32(ending.length - 4, length << 3);
  add(ending);
  return [...hash].map((word) => word.toString(16).padStart(8, "0")).join("");
}

const primes: number[] = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);

/** The first 32 bits of the fractional part. */
const fraction = (x: number): number => Math.floor((x - Math.floor(x)) * 2 ** 32);
const rounds = Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
const initial = Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

const rotate = (x: number, by: number): number => (x >>> by) | (x << (32 - by));
const schedule = new Uint32Array(64);

function compress(hash: Uint32Array, block: DataView): void {
  const w = schedule;
  for (let i = 0; i < 16; i++) w[i] = block.getUint32(4 * i);
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15]!, w[i - 2]!];
    const small = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
    const large = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
    w[i] = w[i - 16]! + small + w[i - 7]! + large;
  }
  let [a, b, c, d] = [hash[0]!, hash[1]!, hash[2]!, hash[3]!];
  let [e, f, g, h] = [hash[4]!, hash[5]!, hash[6]!, hash[7]!];
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const t1 = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + rounds[i]! + w[i]!) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const t2 = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => {
    hash[i]! += word;
  });
}
