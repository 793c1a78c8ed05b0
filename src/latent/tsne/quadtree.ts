/**
 * The Barnes–Hut approximation: far points act together, as their centre of mass (Barnes & Hut 1986; for t-SNE van
 * der Maaten 2014). The tree is laid out depth first in flat arrays, each node with the place after its subtree, so
 * walking it takes no stack.
 */

/** Few points in a leaf are looked at one by one: exact, and the tree is a third of the size. */
const LEAF = 4;
/** Points closer than 2⁻⁴⁸ of the map's width stay in one leaf. */
const DEEPEST = 48;

export class Quadtree {
  readonly #y: Float64Array;
  readonly #order: Int32Array;
  readonly #theta: number;
  #nodes = 0;
  // Of each node: centre of mass, number of points, (width/θ)², where its points are, and what follows it.
  #centreX: Float64Array;
  #centreY: Float64Array;
  #weight: Float64Array;
  #near: Float64Array;
  #start: Int32Array;
  #end: Int32Array;
  #next: Int32Array;
  #leaf: Uint8Array;

  /** @param count points of the map; `theta` 0 is exact, 0.5 usual. */
  constructor(count: number, theta: number) {
    this.#y = new Float64Array(2 * count);
    this.#order = Int32Array.from({ length: count }, (_, i) => i);
    this.#theta = theta;
    const nodes = 2 * count + 16;
    this.#centreX = new Float64Array(nodes);
    this.#centreY = new Float64Array(nodes);
    this.#weight = new Float64Array(nodes);
    this.#near = new Float64Array(nodes);
    this.#start = new Int32Array(nodes);
    this.#end = new Int32Array(nodes);
    this.#next = new Int32Array(nodes);
    this.#leaf = new Uint8Array(nodes);
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
    let total = 0;
    for (let at = 0; at < order.length; at++) {
      const [x0, y0] = [y[2 * at]!, y[2 * at + 1]!];
      let [fx, fy, z] = [0, 0, 0];
      let node = 0;
      while (node < this.#nodes) {
        const dx = x0 - this.#centreX[node]!;
        const dy = y0 - this.#centreY[node]!;
        const squared = dx * dx + dy * dy;
        if (squared > this.#near[node]!) {
          const q = 1 / (1 + squared);
          const mass = this.#weight[node]! * q;
          z += mass;
          fx += mass * q * dx;
          fy += mass * q * dy;
          node = this.#next[node]!;
        } else if (this.#leaf[node] === 1) {
          for (let other = this.#start[node]!; other < this.#end[node]!; other++) {
            const ex = x0 - y[2 * other]!;
            const ey = y0 - y[2 * other + 1]!;
            const q = 1 / (1 + ex * ex + ey * ey);
            z += q;
            fx += q * q * ex;
            fy += q * q * ey;
          }
          // The point itself is in its own leaf, with q = 1 and no force.
          if (at >= this.#start[node]! && at < this.#end[node]!) z -= 1;
          node = this.#next[node]!;
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
    this.#nodes = 0;
    this.#add(0, order.length, left, bottom, width, 0);
  }

  #add(start: number, end: number, left: number, bottom: number, width: number, depth: number): void {
    if (this.#nodes === this.#leaf.length) this.#grow();
    const node = this.#nodes++;
    const y = this.#y;
    let [sumX, sumY] = [0, 0];
    for (let at = start; at < end; at++) {
      sumX += y[2 * at]!;
      sumY += y[2 * at + 1]!;
    }
    const count = end - start;
    this.#centreX[node] = sumX / count;
    this.#centreY[node] = sumY / count;
    this.#weight[node] = count;
    this.#near[node] = (width / this.#theta) ** 2;
    this.#start[node] = start;
    this.#end[node] = end;
    const isLeaf = count <= LEAF || depth === DEEPEST;
    this.#leaf[node] = isLeaf ? 1 : 0;
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
    this.#next[node] = this.#nodes;
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
    const wider = <A extends Float64Array | Int32Array | Uint8Array>(old: A): A => {
      const made = new (old.constructor as new (length: number) => A)(2 * old.length);
      made.set(old);
      return made;
    };
    this.#centreX = wider(this.#centreX);
    this.#centreY = wider(this.#centreY);
    this.#weight = wider(this.#weight);
    this.#near = wider(this.#near);
    this.#start = wider(this.#start);
    this.#end = wider(this.#end);
    this.#next = wider(this.#next);
    this.#leaf = wider(this.#leaf);
  }
}
