/**
 * A small regression tree on binned features, grown depth first from histograms of sums; the weak learner of
 * `gradient-boosting.ts` and of nothing else. The histogram of a node's larger child is its own minus the
 * smaller child's, so a tree of depth 3 reads each sample twice per feature; one histogram a level is kept.
 */

import { philox4x32 } from "../../base/random.ts";
import type { BinnedColumn } from "./bins.ts";

/** Nodes in the order of their growth; the right child follows the left. */
export interface Tree {
  /** The feature that a node asks about; −1 at a leaf. */
  readonly feature: number[];
  /** A sample goes left when its feature is ≤ this. */
  readonly threshold: number[];
  readonly left: number[];
  /** What a leaf predicts; filled in by the caller. */
  readonly value: number[];
}

/** The samples of one leaf: `order[start]` … `order[end − 1]`. */
export interface Leaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
}

/** A node that may split: its number in a heap (the children of i are 2i + 1 and 2i + 2), and its histogram. */
interface Open extends Leaf {
  readonly depth: number;
  readonly heap: number;
  readonly histogram: Histogram | undefined;
}

interface Histogram {
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

interface Split {
  readonly feature: number;
  /** The last bin that goes left, and the first non-empty one that goes right. */
  readonly left: number;
  readonly right: number;
  /** By how much the sum of squared residuals falls. */
  readonly gain: number;
  readonly leftCount: number;
}

/** Grows the trees of one training set; keeps the scratch memory between them. */
export class TreeGrower {
  /** Sample indices, rearranged so that each leaf's lie together. */
  readonly order: Uint32Array;
  /** Sum over all splits of all trees by how much each feature lowered the squared error. */
  readonly importances: Float64Array;
  readonly #columns: readonly BinnedColumn[];
  readonly #depth: number;
  readonly #width: number;
  /** Histograms that no node uses now. */
  readonly #free: Histogram[] = [];
  readonly #rootCounts: Float64Array;
  /** `[samples, features]`: where each sample's features fall in a histogram. Row by row, as a leaf is read. */
  readonly #cells: Uint32Array;
  readonly #scratch: Uint32Array;
  readonly #seed: number;
  #treeNumber = 0;

  constructor(columns: readonly BinnedColumn[], depth: number, seed: number) {
    const count = columns[0]?.bins.length ?? 0;
    this.#columns = columns;
    this.#depth = depth;
    this.#seed = seed;
    this.#width = Math.max(1, ...columns.map((column) => column.count));
    this.order = new Uint32Array(count);
    this.#scratch = new Uint32Array(count);
    this.importances = new Float64Array(columns.length);
    this.#rootCounts = new Float64Array(columns.length * this.#width);
    this.#cells = new Uint32Array(count * columns.length);
    columns.forEach(({ bins }, column) => {
      for (let i = 0; i < count; i++) {
        const cell = column * this.#width + bins[i]!;
        this.#cells[i * columns.length + column] = cell;
        this.#rootCounts[cell]!++;
      }
    });
  }

  /** Fits `target`, `[samples]`, in squared error; every leaf's `value` is left at 0. */
  grow(target: Float64Array): { tree: Tree; leaves: Leaf[] } {
    const tree: Tree = { feature: [-1], threshold: [0], left: [0], value: [0] };
    const { order } = this;
    for (let i = 0; i < order.length; i++) order[i] = i;
    const leaves: Leaf[] = [];
    const root = { node: 0, heap: 0, depth: 0, start: 0, end: order.length };
    const open: Open[] = [{ ...root, histogram: this.#rootHistogram(target) }];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      const { node, heap, start, end, histogram } = at;
      const split = histogram && this.#bestSplit(histogram, heap, end - start);
      if (histogram === undefined || split === undefined) {
        leaves.push(at);
        if (histogram) this.#free.push(histogram);
        continue;
      }
      const { low, high } = this.#columns[split.feature]!;
      tree.feature[node] = split.feature;
      tree.threshold[node] = (high[split.left]! + low[split.right]!) / 2;
      this.importances[split.feature]! += split.gain;
      const middle = start + split.leftCount;
      this.#partition(split, start, end);
      const [left, depth] = [tree.feature.length, at.depth + 1];
      tree.left[node] = left;
      for (let child = 0; child < 2; child++) {
        tree.feature.push(-1);
        for (const numbers of [tree.threshold, tree.left, tree.value]) numbers.push(0);
      }
      // The last level only holds leaves.
      const halves = depth < this.#depth ? this.#halve(histogram, start, middle, end, target) : undefined;
      if (halves === undefined) this.#free.push(histogram);
      open.push(
        { node: left + 1, heap: 2 * heap + 2, depth, start: middle, end, histogram: halves?.right },
        { node: left, heap: 2 * heap + 1, depth, start, end: middle, histogram: halves?.left },
      );
    }
    this.#treeNumber++;
    return { tree, leaves };
  }

  #take(): Histogram {
    const cells = this.#rootCounts.length;
    return this.#free.pop() ?? { sums: new Float64Array(cells), counts: new Float64Array(cells) };
  }

  #rootHistogram(target: Float64Array): Histogram {
    const root = this.#take();
    const { sums } = root;
    const cells = this.#cells;
    const features = this.#columns.length;
    sums.fill(0);
    root.counts.set(this.#rootCounts);
    for (let sample = 0, at = 0; sample < target.length; sample++) {
      const value = target[sample]!;
      for (const end = at + features; at < end; at++) sums[cells[at]!]! += value;
    }
    return root;
  }

  /** The histograms of the samples before and from `middle`; that of the larger part takes the place of the whole. */
  #halve(whole: Histogram, start: number, middle: number, end: number, target: Float64Array) {
    const isLeftSmall = middle - start < end - middle;
    const [from, to] = isLeftSmall ? [start, middle] : [middle, end];
    const own = this.#take();
    const { sums, counts } = own;
    const { order } = this;
    const cells = this.#cells;
    const features = this.#columns.length;
    sums.fill(0);
    counts.fill(0);
    for (let i = from; i < to; i++) {
      const sample = order[i]!;
      const value = target[sample]!;
      for (let at = sample * features, last = at + features; at < last; at++) {
        const cell = cells[at]!;
        sums[cell]! += value;
        counts[cell]!++;
      }
    }
    for (let cell = 0; cell < sums.length; cell++) {
      whole.sums[cell]! -= sums[cell]!;
      whole.counts[cell]! -= counts[cell]!;
    }
    return isLeftSmall ? { left: own, right: whole } : { left: whole, right: own };
  }

  /**
   * The split that lowers the squared error most; none when no feature varies. A split that lowers it by nothing
   * counts too: without it the tree would never see an exclusive or.
   */
  #bestSplit({ sums, counts }: Histogram, node: number, count: number): Split | undefined {
    const width = this.#width;
    let total = 0;
    for (let bin = 0; bin < this.#columns[0]!.count; bin++) total += sums[bin]!;
    let best: Split | undefined;
    for (let feature = 0; feature < this.#columns.length; feature++) {
      const end = feature * width + this.#columns[feature]!.count;
      let leftSum = 0;
      let leftCount = 0;
      let last = -1;
      let bestGain = -1;
      let bestLeft = -1;
      let bestRight = -1;
      let bestCount = 0;
      for (let cell = feature * width; cell < end; cell++) {
        const here = counts[cell]!;
        if (here === 0) continue;
        if (leftCount > 0) {
          // n·nₗ·nᵣ·(mean left − mean right)²: the fall of the squared error, times the node's samples.
          const difference = leftSum * count - total * leftCount;
          const gain = (difference * difference) / (leftCount * (count - leftCount));
          if (gain > bestGain) {
            bestGain = gain;
            bestLeft = last;
            bestRight = cell;
            bestCount = leftCount;
          }
        }
        leftSum += sums[cell]!;
        leftCount += here;
        last = cell;
      }
      if (bestGain < 0) continue;
      const gain = bestGain / count;
      const isBetter =
        best === undefined ||
        gain > best.gain ||
        (gain === best.gain && this.#priority(node, feature) > this.#priority(node, best.feature));
      if (isBetter) {
        const offset = feature * width;
        best = { feature, left: bestLeft - offset, right: bestRight - offset, gain, leftCount: bestCount };
      }
    }
    return best;
  }

  /** Decides between equally good features, anew at each node: twin features share their importance. */
  #priority(node: number, feature: number): number {
    const words = new Uint32Array(4);
    philox4x32(this.#seed >>> 0, 0, this.#treeNumber, node, feature, 0x74726565, words);
    return words[0]!;
  }

  /** Samples that go left before those that go right, both in the order that they had. */
  #partition({ feature, left }: Split, start: number, end: number): void {
    const { bins } = this.#columns[feature]!;
    let [to, others] = [start, 0];
    for (let i = start; i < end; i++) {
      const sample = this.order[i]!;
      if (bins[sample]! <= left) this.order[to++] = sample;
      else this.#scratch[others++] = sample;
    }
    this.order.set(this.#scratch.subarray(0, others), to);
  }
}
