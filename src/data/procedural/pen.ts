/**
 * A round pen on grey paper: polylines with a pen width at each point become anti-aliased ink. It knows
 * nothing of digits. Not a general rasteriser: the ink is white on black, and strokes only add to it.
 */

/** A path that the pen follows: points in pixels and the pen's radius at each. Grows as it is written to. */
export class PenPath {
  x = new Float64Array(256);
  y = new Float64Array(256);
  radius = new Float64Array(256);
  length = 0;
  /** Index of the first point of every stroke. */
  readonly strokeStarts: number[] = [];

  clear(): void {
    this.length = 0;
    this.strokeStarts.length = 0;
  }

  /** Lifts the pen: the next point begins a new stroke. */
  beginStroke(): void {
    this.strokeStarts.push(this.length);
  }

  push(x: number, y: number): void {
    if (this.length === this.x.length) {
      this.x = grown(this.x);
      this.y = grown(this.y);
      this.radius = grown(this.radius);
    }
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.length++;
  }

  /** First and one-past-last point of stroke `stroke`. */
  strokeRange(stroke: number): readonly [number, number] {
    return [this.strokeStarts[stroke]!, this.strokeStarts[stroke + 1] ?? this.length];
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

/**
 * Appends a Catmull–Rom curve through the points to `path`, as one stroke. At a corner, and at both ends, the
 * tangent is one-sided. `spacing` is the longest step between two points of the path, in the points' unit.
 */
export function appendCurve(
  path: PenPath,
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  corner: ArrayLike<boolean>,
  spacing: number,
): void {
  path.beginStroke();
  path.push(x[0]!, y[0]!);
  for (let i = 0; i + 1 < x.length; i++) {
    const before = i === 0 || corner[i]! ? i : i - 1;
    const after = i + 2 === x.length || corner[i + 1]! ? i + 1 : i + 2;
    const [x0, x1] = [x[i]!, x[i + 1]!];
    const [y0, y1] = [y[i]!, y[i + 1]!];
    const tx0 = (x1 - x[before]!) / 2;
    const ty0 = (y1 - y[before]!) / 2;
    const tx1 = (x[after]! - x0) / 2;
    const ty1 = (y[after]! - y0) / 2;
    const steps = Math.max(1, Math.ceil((1.1 * Math.hypot(x1 - x0, y1 - y0)) / spacing));
    for (let step = 1; step <= steps; step++) {
      const t = step / steps;
      const t2 = t * t;
      const t3 = t2 * t;
      const h1 = 3 * t2 - 2 * t3;
      path.push(
        x0 + h1 * (x1 - x0) + (t3 - 2 * t2 + t) * tx0 + (t3 - t2) * tx1,
        y0 + h1 * (y1 - y0) + (t3 - 2 * t2 + t) * ty0 + (t3 - t2) * ty1,
      );
    }
  }
}

/** Turns paths into pixels; holds the scratch memory, so one serves a whole data set. */
export class Pen {
  readonly size: number;
  /** Width in pixels of the band in which ink fades to paper. */
  readonly softness: number;
  /** How deep inside the ink each pixel's centre is, in pixels; negative outside. */
  readonly #depth: Float32Array;

  constructor(size: number, softness: number) {
    this.size = size;
    this.softness = softness;
    this.#depth = new Float32Array(size * size);
  }

  /**
   * Draws `path` into `pixels`, `[size, size]` from `offset`, overwriting what was there: 255 where the pen's
   * disc covers the pixel, 0 far from it, and a smooth edge `softness` pixels wide around its rim.
   */
  draw(path: PenPath, pixels: Uint8Array, offset: number): void {
    const depth = this.#depth;
    const reach = this.softness / 2;
    depth.fill(-reach);
    for (let stroke = 0; stroke < path.strokeStarts.length; stroke++) {
      const [start, end] = path.strokeRange(stroke);
      for (let i = start; i + 1 < end; i++) this.#drawSegment(path, i);
    }
    for (let i = 0; i < depth.length; i++) {
      const value = depth[i]!;
      if (value <= -reach) pixels[offset + i] = 0;
      else if (value >= reach) pixels[offset + i] = 255;
      else {
        const t = value / this.softness + 0.5;
        pixels[offset + i] = Math.round(255 * t * t * (3 - 2 * t));
      }
    }
  }

  /** The segment from point `i` to the next: a capsule whose radius changes evenly along it. */
  #drawSegment(path: PenPath, i: number): void {
    const { size } = this;
    const depth = this.#depth;
    const [ax, ay, ar] = [path.x[i]!, path.y[i]!, path.radius[i]!];
    const dx = path.x[i + 1]! - ax;
    const dy = path.y[i + 1]! - ay;
    const dr = path.radius[i + 1]! - ar;
    const squared = dx * dx + dy * dy;
    const inverse = squared > 0 ? 1 / squared : 0;
    const reach = Math.max(ar, ar + dr) + this.softness / 2;
    const left = Math.max(0, Math.floor(Math.min(ax, ax + dx) - reach));
    const right = Math.min(size - 1, Math.floor(Math.max(ax, ax + dx) + reach));
    const top = Math.max(0, Math.floor(Math.min(ay, ay + dy) - reach));
    const bottom = Math.min(size - 1, Math.floor(Math.max(ay, ay + dy) + reach));
    for (let row = top; row <= bottom; row++) {
      const py = row + 0.5 - ay;
      for (let column = left; column <= right; column++) {
        const px = column + 0.5 - ax;
        const along = Math.min(1, Math.max(0, (px * dx + py * dy) * inverse));
        const ex = px - along * dx;
        const ey = py - along * dy;
        const inside = ar + along * dr - Math.sqrt(ex * ex + ey * ey);
        const at = row * size + column;
        if (inside > depth[at]!) depth[at] = inside;
      }
    }
  }
}
