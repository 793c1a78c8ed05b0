/**
 * Exact nearest neighbours with a vantage-point tree (Yianilos 1993): points inside a ball around a vantage point on
 * one side, the others on the other; the triangle inequality says which side can be left out.
 */

import { permutation } from "../base/random.ts";
import { selectNth } from "../base/selection.ts";

/** Nearest first, row-major `[points, k]`; a point is not its own neighbour. */
export interface Neighbours {
  readonly k: number;
  readonly indices: Int32Array;
  /** Euclidean. */
  readonly distances: Float64Array;
}

/** Below this, looking at all points is quicker than deciding which to leave out. */
const LEAF = 16;

class VantagePointTree {
  /** Points in tree order, so that those of a subtree lie together: `[points, columns]`. */
  readonly #points: Float64Array;
  readonly #columns: number;
  /** Tree order → the caller's order. */
  readonly order: Int32Array;
  /** At each place of the tree order: the ball's radius of the subtree that begins there. */
  readonly #radius: Float64Array;

  constructor(data: ArrayLike<number>, columns: number, seed: number) {
    const count = data.length / columns;
    this.#columns = columns;
    // Shuffled once: then the first of any part is a random vantage point.
    this.order = Int32Array.from(permutation(count, { seed, stream: "vantage-points" }));
    this.#radius = new Float64Array(count);
    this.#points = new Float64Array(data.length);
    this.#build(data, 0, count, new Float64Array(count));
    this.order.forEach((from, to) => {
      for (let j = 0; j < columns; j++) this.#points[to * columns + j] = data[from * columns + j]!;
    });
  }

  #build(data: ArrayLike<number>, start: number, end: number, distances: Float64Array): void {
    if (end - start <= LEAF) return;
    const columns = this.#columns;
    const vantage = this.order[start]!;
    for (let at = start + 1; at < end; at++) {
      let sum = 0;
      for (let j = 0; j < columns; j++)
        sum += (data[vantage * columns + j]! - data[this.order[at]! * columns + j]!) ** 2;
      distances[at] = sum;
    }
    const middle = (start + 1 + end) >> 1;
    // Afterwards everything before the middle is no farther, everything after no nearer.
    const squared = selectNth(distances, middle, { start: start + 1, end, along: this.order });
    this.#radius[start] = Math.sqrt(squared);
    this.#build(data, start + 1, middle, distances);
    this.#build(data, middle, end, distances);
  }

  /** Fills `heap` with the nearest to the point at place `of`. */
  search(of: number, heap: NearestHeap): void {
    this.#search(of, 0, this.order.length, heap);
  }

  #search(of: number, start: number, end: number, heap: NearestHeap): void {
    if (end - start <= LEAF) {
      for (let at = start; at < end; at++) if (at !== of) heap.offer(at, this.#squared(of, at));
      return;
    }
    const squared = this.#squared(of, start);
    if (start !== of) heap.offer(start, squared);
    const distance = Math.sqrt(squared);
    const radius = this.#radius[start]!;
    const middle = (start + 1 + end) >> 1;
    if (distance < radius) {
      if (distance - heap.reach <= radius) this.#search(of, start + 1, middle, heap);
      if (distance + heap.reach >= radius) this.#search(of, middle, end, heap);
    } else {
      if (distance + heap.reach >= radius) this.#search(of, middle, end, heap);
      if (distance - heap.reach <= radius) this.#search(of, start + 1, middle, heap);
    }
  }

  #squared(a: number, b: number): number {
    const points = this.#points;
    const columns = this.#columns;
    let sum = 0;
    for (let i = a * columns, j = b * columns, last = i + columns; i < last; i++, j++) {
      const difference = points[i]! - points[j]!;
      sum += difference * difference;
    }
    return sum;
  }
}

/** The k smallest so far, the largest of them on top. */
class NearestHeap {
  readonly places: Int32Array;
  readonly squared: Float64Array;
  size = 0;

  constructor(k: number) {
    this.places = new Int32Array(k);
    this.squared = new Float64Array(k);
  }

  /** Distance beyond which nothing is wanted any more. */
  get reach(): number {
    return this.size < this.places.length ? Number.POSITIVE_INFINITY : Math.sqrt(this.squared[0]!);
  }

  offer(place: number, squared: number): void {
    if (this.size < this.places.length) {
      this.#raise(this.size++, place, squared);
    } else if (squared < this.squared[0]!) {
      this.#sink(place, squared, this.size);
    }
  }

  /** Takes the largest out. */
  pop(): { place: number; squared: number } {
    const top = { place: this.places[0]!, squared: this.squared[0]! };
    this.size--;
    this.#sink(this.places[this.size]!, this.squared[this.size]!, this.size);
    return top;
  }

  #raise(at: number, place: number, squared: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (this.squared[parent]! >= squared) break;
      this.#put(at, this.places[parent]!, this.squared[parent]!);
      at = parent;
    }
    this.#put(at, place, squared);
  }

  #sink(place: number, squared: number, size: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.squared[child + 1]! > this.squared[child]!) child++;
      if (this.squared[child]! <= squared) break;
      this.#put(at, this.places[child]!, this.squared[child]!);
      at = child;
    }
    this.#put(at, place, squared);
  }

  #put(at: number, place: number, squared: number): void {
    this.places[at] = place;
    this.squared[at] = squared;
  }
}

export interface NeighbourOptions {
  /** Decides on the vantage points; the result doesn't depend on it but for ties. Default 0. */
  readonly seed?: number;
  /** Called now and then with the share that is done. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * The `k` nearest other points of every point, exactly.
 *
 * @param data row-major `[points, columns]`; `k` is at most points − 1
 */
export function nearestNeighbours(
  data: ArrayLike<number>,
  columns: number,
  k: number,
  { seed = 0, onProgress }: NeighbourOptions = {},
): Neighbours {
  const count = data.length / columns;
  if (!(k >= 1 && k < count)) throw new Error(`internal: ${k} neighbours among ${count} points`);
  const tree = new VantagePointTree(data, columns, seed);
  const indices = new Int32Array(count * k);
  const distances = new Float64Array(count * k);
  const heap = new NearestHeap(k);
  for (let place = 0; place < count; place++) {
    heap.size = 0;
    tree.search(place, heap);
    const row = tree.order[place]! * k;
    for (let rank = k - 1; rank >= 0; rank--) {
      const { place: found, squared } = heap.pop();
      indices[row + rank] = tree.order[found]!;
      distances[row + rank] = Math.sqrt(squared);
    }
    if (place % 500 === 0) onProgress?.(place / count);
  }
  return { k, indices, distances };
}

/** The share of points whose nearest neighbour has their label: how well a map keeps classes together. */
export function nearestNeighbourAccuracy(
  data: ArrayLike<number>,
  columns: number,
  labels: ArrayLike<number>,
): number {
  const { indices } = nearestNeighbours(data, columns, 1);
  let right = 0;
  indices.forEach((neighbour, i) => {
    if (labels[neighbour] === labels[i]) right++;
  });
  return right / indices.length;
}
