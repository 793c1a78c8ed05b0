/**
 * Counter-based random numbers: Philox 4×32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
 * SC 2011). A number depends on (seed, stream, step, position) alone, never on what was drawn before, so
 * every device sees the same noise and a resumed run needs no saved generator state.
 *
 * The key is the 64-bit seed; the counter's words are (position, step low, step high, stream).
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const TWO_32 = 4294967296;

/** Writes Philox4x32-10 of `counter` (c0…c3) under `key` (k0, k1) into `out[0..3]` as unsigned 32-bit words. */
export function philox4x32(
  k0: number,
  k1: number,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  out: Uint32Array,
): void {
  for (let round = 0; round < 10; round++) {
    // The double product is off by less than 2¹¹, so rounding after the division gives the exact high word.
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high0 = Math.round((MULTIPLIER_0 * c0 - low0) / TWO_32);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    const high1 = Math.round((MULTIPLIER_1 * c2 - low1) / TWO_32);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c1 = low1;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** One independent sequence: the numbers for one purpose (`stream`) at one step of one seed. */
export interface RandomStream {
  /** Non-negative safe integer. */
  readonly seed: number;
  /** What the numbers are for; different names never share numbers. */
  readonly stream: string;
  /** Non-negative safe integer: the training step, the epoch, the index of the thing drawn. */
  readonly step?: number;
}

/** FNV-1a: a stream's name as the fourth word of the counter. */
function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** The Philox key of a stream, and the counter's last three words; the first is the block's number. */
export function randomKey({ seed, stream, step = 0 }: RandomStream) {
  return {
    k0: seed >>> 0,
    k1: Math.floor(seed / TWO_32) >>> 0,
    c1: step >>> 0,
    c2: Math.floor(step / TWO_32) >>> 0,
    c3: hashName(stream),
  };
}

/** Calls `use` with each block of four 32-bit words until `blocks` of them are drawn. */
function draw(at: RandomStream, blocks: number, use: (words: Uint32Array, block: number) => void): void {
  const words = new Uint32Array(4);
  const { k0, k1, c1, c2, c3 } = randomKey(at);
  for (let block = 0; block < blocks; block++) {
    philox4x32(k0, k1, block, c1, c2, c3, words);
    use(words, block);
  }
}

/** Fills `out` with uniforms in [0, 1), 24 bits each so that they are exact in float32. */
export function fillUniform(out: Float32Array | Float64Array, at: RandomStream): void {
  draw(at, Math.ceil(out.length / 4), (words, block) => {
    for (let i = 0; i < 4; i++) {
      const position = block * 4 + i;
      if (position < out.length) out[position] = (words[i]! >>> 8) / 16777216;
    }
  });
}

/** Fills `out` with standard normals (Box–Muller on pairs of 32-bit uniforms in (0, 1]). */
export function fillNormal(out: Float32Array | Float64Array, at: RandomStream): void {
  draw(at, Math.ceil(out.length / 4), (words, block) => {
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = Math.sqrt(-2 * Math.log((words[pair]! + 1) / TWO_32));
      const angle = (2 * Math.PI * words[pair + 1]!) / TWO_32;
      const position = block * 4 + pair;
      if (position < out.length) out[position] = radius * Math.cos(angle);
      if (position + 1 < out.length) out[position + 1] = radius * Math.sin(angle);
    }
  });
}

/** A uniformly random permutation of 0…count−1 (Fisher–Yates; the modulo bias is below count/2⁵³). */
export function permutation(count: number, at: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  draw(at, Math.ceil(count / 2), (words, block) => {
    for (let half = 0; half < 2; half++) {
      const i = count - 1 - (block * 2 + half);
      if (i <= 0) return;
      // 53 random bits, as Math.random has, but counter-based.
      const uniform = ((words[2 * half]! >>> 5) * 67108864 + (words[2 * half + 1]! >>> 6)) / 9007199254740992;
      const j = Math.floor(uniform * (i + 1));
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
  });
  return order;
}
