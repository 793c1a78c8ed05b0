/**
 * The Barnes–Hut approximation: far points act together, as their centre of mass (Barnes & Hut 1986; for t-SNE van
 * der Maaten 2014). The tree is laid out depth first in flat arrays, each node with the place after its subtree, so
 * walking it takes no stack.
 */

/** Few points in a leaf are looked at one by one: exact, and the tree is a fraction of the size. */
const LEAF = 8;
/** Points closer than 2⁻⁴⁸ of the map's width stay in one leaf. */
const DEEPEST = 48;

// A node is four numbers and three places, side by side: a walk touches one line of cache for each.
const NUMBERS = 4;
/** Centre of mass, number of points, (width/θ)². */
const [X, Y, WEIGHT, NEAR] = [0, 1, 2, 3];
const PLACES = 3;
/** Its first point, the one after its last, and the node after its subtree; a leaf's is simply the next. */
const [START, END, NEXT] = [0, 1, 2];

export class Quadtree {
  /** The points in tree order, `[points, 2]`, and which they are. */
  readonly #y: Float64Array;
  readonly #order: Int32Array;
  readonly #theta: number;
  #count = 0;
  #numbers: Float64Array;
  #places: Int32Array;

  /** @param count points of the map; `theta` 0 is exact, 0.5 usual. */
  constructor(count: number, theta: number) {
    this.#y = new Float64Array(2 * count);
    this.#order = Int32Array.from({ length: count }, (_, i) => i);
    this.#theta = theta;
    this.#numbers = new Float64Array(NUMBERS * (count + 16));
    this.#places = new Int32Array(PLACES * (count + 16));
  }

  /**
   * Adds up the repulsion on every point, not yet divided by Z: Σ_j q²(y_i − y_j) with q = 1/(1 + |y_i − y_j|²).
   *
   * @param map `[points, 2]`
   * @param forces is overwritten: `[points, 2]`
   * @returns Z = Σ_i Σ_j≠i q
   */
  repulsion(map: Float64Array, forces: Float64Array): number {
    this.#build(map);
    const order = this.#order;
    const y = this.#y;
    const numbers = this.#numbers;
    const places = this.#places;
    const nodes = this.#count;
    let total = 0;
    for (let at = 0; at < order.length; at++) {
      const x0 = y[2 * at]!;
      const y0 = y[2 * at + 1]!;
      let fx = 0;
      let fy = 0;
      let z = 0;
      let node = 0;
      while (node < nodes) {
        const dx = x0 - numbers[NUMBERS * node + X]!;
        const dy = y0 - numbers[NUMBERS * node + Y]!;
        const squared = dx * dx + dy * dy;
        const next = places[PLACES * node + NEXT]!;
        if (squared > numbers[NUMBERS * node + NEAR]!) {
          const q = 1 / (1 + squared);
          const mass = numbers[NUMBERS * node + WEIGHT]! * q;
          z += mass;
          fx += mass * q * dx;
          fy += mass * q * dy;
          node = next;
        } else if (next === node + 1) {
          const start = places[PLACES * node + START]!;
          const end = places[PLACES * node + END]!;
          for (let other = start; other < end; other++) {
            const ex = x0 - y[2 * other]!;
            const ey = y0 - y[2 * other + 1]!;
            const q = 1 / (1 + ex * ex + ey * ey);
            z += q;
            fx += q * q * ex;
            fy += q * q * ey;
          }
          // The point itself is in its own leaf, with q = 1 and no force.
          if (at >= start && at < end) z -= 1;
          node = next;
        } else node++;
      }
      const point = order[at]!;
      forces[2 * point] = fx;
      forces[2 * point + 1] = fy;
      total += z;
    }
    return total;
  }

  #build(map: Float64Array): void {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = 0; i < map.length; i += 2) {
      left = Math.min(left, map[i]!);
      right = Math.max(right, map[i]!);
      bottom = Math.min(bottom, map[i + 1]!);
      top = Math.max(top, map[i + 1]!);
    }
    const width = Math.max(right - left, top - bottom) * (1 + 1e-9) || 1e-9;
    // In the order of the last tree: points move little, so partitioning finds them almost in place.
    const order = this.#order;
    for (let at = 0; at < order.length; at++) {
      this.#y[2 * at] = map[2 * order[at]!]!;
      this.#y[2 * at + 1] = map[2 * order[at]! + 1]!;
    }
    this.#count = 0;
    this.#add(0, order.length, left, bottom, width, 0);
  }

  #add(start: number, end: number, left: number, bottom: number, width: number, depth: number): void {
    if (PLACES * this.#count === this.#places.length) this.#grow();
    const node = this.#count++;
    const y = this.#y;
    let [sumX, sumY] = [0, 0];
    for (let at = start; at < end; at++) {
      sumX += y[2 * at]!;
      sumY += y[2 * at + 1]!;
    }
    const points = end - start;
    this.#numbers.set([sumX / points, sumY / points, points, (width / this.#theta) ** 2], NUMBERS * node);
    this.#places[PLACES * node + START] = start;
    this.#places[PLACES * node + END] = end;
    const isLeaf = points <= LEAF || depth === DEEPEST;
    if (!isLeaf) {
      const half = width / 2;
      const [middleX, middleY] = [left + half, bottom + half];
      const split = this.#partition(start, end, 1, middleY);
      for (const [from, to, low] of [
        [start, split, bottom],
        [split, end, middleY],
      ] as const) {
        if (to === from) continue;
        const across = this.#partition(from, to, 0, middleX);
        if (across > from) this.#add(from, across, left, low, half, depth + 1);
        if (to > across) this.#add(across, to, middleX, low, half, depth + 1);
      }
    }
    this.#places[PLACES * node + NEXT] = this.#count;
  }

  /** Moves points below `middle` on `axis` to the front; returns where the others begin. */
  #partition(start: number, end: number, axis: 0 | 1, middle: number): number {
    const y = this.#y;
    const order = this.#order;
    let [i, j] = [start, end - 1];
    for (;;) {
      while (i <= j && y[2 * i + axis]! < middle) i++;
      while (i <= j && y[2 * j + axis]! >= middle) j--;
      if (i >= j) return i;
      [order[i], order[j]] = [order[j]!, order[i]!];
      [y[2 * i], y[2 * j]] = [y[2 * j]!, y[2 * i]!];
      [y[2 * i + 1], y[2 * j + 1]] = [y[2 * j + 1]!, y[2 * i + 1]!];
    }
  }

  #grow(): void {
    const [numbers, places] = [this.#numbers, this.#places];
    this.#numbers = new Float64Array(2 * numbers.length);
    this.#numbers.set(numbers);
    this.#places = new Int32Array(2 * places.length);
    this.#places.set(places);
  }
}
