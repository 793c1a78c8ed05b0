/** The numbers of bench/parity/made.py: MurmurHash3's finaliser of the index, between `low` and `high`. */
export function made(count: number, salt: number, low: number, high: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let h = i + 1 + 104729 * salt;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return low + ((high - low) * ((h ^ (h >>> 16)) >>> 0)) / 2 ** 32;
  });
}
