/** Points in the plane and in the latent space: which one is meant, what lies between, where it is on the screen. */

/** Flat `[points, 2]`. */
type Plane = ArrayLike<number>;

/** The point closest to (x, y). */
export function nearestOnMap(map: Plane, x: number, y: number): number {
  return smallest(map.length / 2, (i) => (map[2 * i]! - x) ** 2 + (map[2 * i + 1]! - y) ** 2);
}

/** The row of `means`, `[points, latent]`, closest to `z`. */
export function nearestLatent(means: Float32Array, z: Float32Array): number {
  return smallest(means.length / z.length, (i) => {
    let sum = 0;
    for (let d = 0; d < z.length; d++) sum += (means[i * z.length + d]! - z[d]!) ** 2;
    return sum;
  });
}

/**
 * The point to go to from point `from` in a direction: the closest one within 45° of it, or `from` where there is
 * none. What the arrow keys do.
 */
export function neighbourTowards(map: Plane, from: number, dx: number, dy: number): number {
  const found = smallest(map.length / 2, (i) => {
    const [x, y] = [map[2 * i]! - map[2 * from]!, map[2 * i + 1]! - map[2 * from + 1]!];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy - y * dx);
    return along > 0 && aside <= along ? x * x + y * y : Number.POSITIVE_INFINITY;
  });
  return found < 0 ? from : found;
}

/** (z − mean)·axes. */
export function projectLinearly(
  { mean, axes }: { readonly mean: readonly number[]; readonly axes: readonly (readonly number[])[] },
  z: Float32Array,
): [x: number, y: number] {
  const along = (axis: readonly number[]): number =>
    axis.reduce((sum, component, d) => sum + component * (z[d]! - mean[d]!), 0);
  return [along(axes[0]!), along(axes[1]!)];
}

/** The straight line from `a` (t = 0) to `b` (t = 1). */
export function between(a: Float32Array, b: Float32Array, t: number): Float32Array {
  return a.map((value, d) => value + (b[d]! - value) * t);
}

/** How a map lies in a square of `size` pixels: the same scale on both axes, y upwards. */
export interface View {
  toScreen(x: number, y: number): [left: number, top: number];
  toMap(left: number, top: number): [x: number, y: number];
}

export function fitView(map: Plane, size: number, margin: number): View {
  const range = [0, 1].map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = axis; i < map.length; i += 2)
      [low, high] = [Math.min(low, map[i]!), Math.max(high, map[i]!)];
    return { middle: (low + high) / 2, length: high - low };
  });
  const [across, up] = range as [(typeof range)[0], (typeof range)[0]];
  const scale = (size - 2 * margin) / (Math.max(across.length, up.length) || 1);
  return {
    toScreen: (x, y) => [size / 2 + (x - across.middle) * scale, size / 2 - (y - up.middle) * scale],
    toMap: (left, top) => [across.middle + (left - size / 2) / scale, up.middle - (top - size / 2) / scale],
  };
}

/** The index with the smallest finite number; −1 where there is none. */
function smallest(count: number, of: (i: number) => number): number {
  let [found, best] = [-1, Number.POSITIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    const value = of(i);
    if (value < best) [found, best] = [i, value];
  }
  return found;
}
