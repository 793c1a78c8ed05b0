/**
 * Numbers that TypeScript and Python make alike to the last bit, so that both sides of the parity check start
 * from the same weights, pictures and noise without exchanging them: a hash of a name and an index.
 * `reference.py` holds the same formulas.
 */

/** Uniforms in [0, 1) with 24 bits: numbers `offset` … of the sequence called `name`. */
export function hashed(name: string, count: number, offset = 0): Float64Array {
  const start = hashName(name);
  return Float64Array.from({ length: count }, (_, i) => {
    let h = (Math.imul(i + offset, 0x9e3779b1) + start) >>> 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b) >>> 0;
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35) >>> 0;
    return ((h ^ (h >>> 16)) >>> 8) / 2 ** 24;
  });
}

function hashName(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/**
 * The first value of a weight or buffer, by what its name and shape say it is. Biases of batch norms lie around
 * ±3: with values around 0 some of a million units are so near a leaky ReLU's kink that two roundings take
 * different sides, and PyTorch in single precision differs from itself in double by 1e-3.
 */
export function weights(name: string, shape: readonly number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const signed = hashed(name, count).map((u) => 2 * u - 1);
  // An objective's own state: weights between 0 and 1.
  if (name.startsWith("objective.")) return Float32Array.from(signed, (s) => 0.5 + 0.45 * s);
  if (shape.length > 1) return Float32Array.from(signed, (s) => s / Math.sqrt(count / shape[0]!));
  if (/bn\d+\.bias$/.test(name)) return Float32Array.from(signed, (s) => 3 * Math.sign(s) + s);
  const around = name.endsWith("running_var") || name.endsWith(".weight");
  return Float32Array.from(signed, (s) => (around ? 1 + 0.5 * s : 0.1 * s));
}

/** Pictures of step `step`: `count` bytes. */
export function pixels(count: number, step: number): Uint8Array {
  return Uint8Array.from(hashed("pixels", count, step * count), (u) => Math.floor(u * 256));
}

/** Noise of step `step`, near enough to normal: the sum of three uniforms, variance 1. */
export function noise(count: number, step: number): Float32Array {
  const [a, b, c] = ["noise a", "noise b", "noise c"].map((name) => hashed(name, count, step * count));
  return Float32Array.from(a!, (u, i) => 2 * (u + b![i]! + c![i]! - 1.5));
}
