/** Points in the plane and in the latent space: which one is meant, what lies between, where it is on the screen. */

/** Flat `[points, 2]`. */
type Plane = ArrayLike<number>;

/** Whether a point counts. */
type Filter = (point: number) => boolean;
const every: Filter = () => true;

/** The point closest to (x, y); −1 where there is none. */
export function nearestOnMap(map: Plane, x: number, y: number, counts: Filter = every): number {
  return smallest(map.length / 2, (i) =>
    counts(i) ? (map[2 * i]! - x) ** 2 + (map[2 * i + 1]! - y) ** 2 : Number.POSITIVE_INFINITY,
  );
}

/** The row of `means`, `[points, latent]`, closest to `z`. */
export function nearestLatent(means: Float32Array, z: Float32Array): number {
  return smallest(means.length / z.length, (i) => distance(means, i, z));
}

/** The `count` rows closest to `z`, nearest first, without row `self`. */
export function neighboursOf(means: Float32Array, z: Float32Array, count: number, self = -1): number[] {
  const far = Array.from({ length: means.length / z.length }, (_, i) => ({ i, d: distance(means, i, z) }));
  return far
    .filter(({ i }) => i !== self)
    .sort((a, b) => a.d - b.d)
    .slice(0, count)
    .map(({ i }) => i);
}

function distance(means: Float32Array, row: number, z: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < z.length; d++) sum += (means[row * z.length + d]! - z[d]!) ** 2;
  return sum;
}

/**
 * The point to go to from point `from` in a direction: the closest one within 45° of it, or `from` where there is
 * none. What the arrow keys do.
 */
export function neighbourTowards(map: Plane, from: number, dx: number, dy: number, counts = every): number {
  const found = smallest(map.length / 2, (i) => {
    const [x, y] = [map[2 * i]! - map[2 * from]!, map[2 * i + 1]! - map[2 * from + 1]!];
    const along = x * dx + y * dy;
    const aside = Math.abs(x * dy - y * dx);
    return along > 0 && aside <= along && counts(i) ? x * x + y * y : Number.POSITIVE_INFINITY;
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

/** Magnified by `scale`, then moved by `left` and `top` pixels. */
export interface Zoom {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

export const whole: Zoom = { scale: 1, left: 0, top: 0 };

export function fitView(map: Plane, size: number, margin: number, zoom: Zoom = whole): View {
  const range = [0, 1].map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = axis; i < map.length; i += 2)
      [low, high] = [Math.min(low, map[i]!), Math.max(high, map[i]!)];
    return { middle: (low + high) / 2, length: high - low };
  });
  const [across, up] = range as [(typeof range)[0], (typeof range)[0]];
  const scale = ((size - 2 * margin) / (Math.max(across.length, up.length) || 1)) * zoom.scale;
  const [left, top] = [zoom.left + (size / 2) * zoom.scale, zoom.top + (size / 2) * zoom.scale];
  return {
    toScreen: (x, y) => [left + (x - across.middle) * scale, top - (y - up.middle) * scale],
    toMap: (x, y) => [across.middle + (x - left) / scale, up.middle - (y - top) / scale],
  };
}

/** `zoom` by `factor` more, the pixel (left, top) staying where it is; never smaller than the whole map. */
export function zoomAt(zoom: Zoom, factor: number, left: number, top: number, size: number): Zoom {
  const scale = Math.max(1, Math.min(40, zoom.scale * factor));
  const by = scale / zoom.scale;
  return within({ scale, left: left - (left - zoom.left) * by, top: top - (top - zoom.top) * by }, size);
}

/** Moved so that the map covers the square. */
export function within({ scale, left, top }: Zoom, size: number): Zoom {
  const inside = (at: number): number => Math.max(size * (1 - scale), Math.min(0, at));
  return { scale, left: inside(left), top: inside(top) };
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
