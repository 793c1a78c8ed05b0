/**
 * Random forests (Breiman 2001) as scikit-learn's `RandomForestClassifier` and `RandomForestRegressor` grow them: each
 * tree on a bootstrap sample, by the Gini impurity or the squared error, among √features candidates a node for classes
 * and all of them for numbers, until the leaves are pure. Trees are grown level by level, and a node's random numbers
 * come from its place: what a forest predicts when cut at a depth is what one grown to that depth would.
 */

import type { Columns } from "../../base/linear-algebra.ts";
import { fillUniform } from "../../base/random.ts";
import { largest, sum } from "../../base/statistics.ts";
import { type Criterion, GiniImpurity, SquaredError } from "./criterion.ts";
import { rowsOf } from "./problem.ts";

export interface ForestOptions {
  readonly trees: number;
  /** Depths at which the trees are cut to predict, rising; they are grown to the last. */
  readonly depths: readonly number[];
  readonly seed: number;
}

export interface Forest {
  /** `[features]`: the mean decrease in impurity, of sum 1; all zero when no feature varies. */
  readonly importances: Float64Array;
  /** `[tables]` of `[depths]` of `[rows]`: the likeliest class, or the mean number, of each row that was asked about. */
  readonly predicted: readonly (readonly Float64Array[])[];
}

/**
 * Grows a forest and asks it about tables of features; a tree is forgotten once it has answered.
 *
 * @param target a class from 0 for each sample (`Int32Array`), or a number (`Float64Array`)
 */
export function fitForest(
  columns: Columns,
  target: Int32Array | Float64Array,
  asked: readonly Columns[],
  { trees, depths, seed }: ForestOptions,
): Forest {
  const count = target.length;
  const isClass = target instanceof Int32Array;
  const criterion = isClass ? new GiniImpurity(target, largest(target) + 1) : new SquaredError(target);
  const candidates = isClass ? Math.max(1, Math.floor(Math.sqrt(columns.length))) : columns.length;
  const sorted = columns.map((column) =>
    Uint32Array.from(target, (_, i) => i).sort((a, b) => column[a]! - column[b]!),
  );
  const answers = asked.map((table) => depths.map(() => new Float64Array(rowsOf(table) * criterion.width)));
  const importances = new Float64Array(columns.length);
  const uniforms = new Float64Array(Math.max(count, columns.length));
  for (let number = 0; number < trees; number++) {
    fillUniform(uniforms, { seed, stream: "forest/sample", step: number });
    const weights = new Uint16Array(count);
    for (let i = 0; i < count; i++) weights[Math.floor(uniforms[i]! * count)]!++;
    const tree = grow(columns, sorted, weights, criterion, candidates, depths.at(-1)!, seed, number);
    const total = sum(tree.gains);
    if (total > 0) for (const [d, gain] of tree.gains.entries()) importances[d]! += gain / total;
    for (const [t, table] of asked.entries()) answer(tree, table, depths, answers[t]!, criterion.width);
  }
  const total = sum(importances);
  return {
    importances: importances.map((one) => (total > 0 ? one / total : 0)),
    predicted: answers.map((table) => table.map((sums) => criterion.decide(sums, trees))),
  };
}

/** Nodes in the order of their growth; the right child follows the left. */
interface Tree {
  /** −1 at a leaf. */
  readonly feature: number[];
  /** A sample goes left when its feature is ≤ this. */
  readonly threshold: number[];
  readonly left: number[];
  /** What each node would predict, of `criterion.width` numbers. */
  readonly values: Float64Array[];
  /** `[features]`: by how much each lowered the impurity. */
  readonly gains: Float64Array;
}

function grow(
  columns: Columns,
  sorted: readonly Uint32Array[],
  weights: Uint16Array,
  criterion: Criterion,
  candidates: number,
  deepest: number,
  seed: number,
  number: number,
): Tree {
  const orders = sorted.map((order) => order.filter((i) => weights[i]! > 0));
  const scratch = new Uint32Array(orders[0]!.length);
  const goesLeft = new Uint8Array(weights.length);
  const gains = new Float64Array(columns.length);
  const tree: Tree = { feature: [], threshold: [], left: [], values: [], gains };
  const uniforms = new Float64Array(columns.length);
  const open = [{ start: 0, end: scratch.length, depth: 0 }];
  for (let node = 0; node < open.length; node++) {
    const { start, end, depth } = open[node]!;
    const whole = criterion.start(orders[0]!.subarray(start, end), weights);
    tree.values.push(criterion.value());
    tree.feature.push(-1);
    tree.threshold.push(0);
    tree.left.push(0);
    if (depth === deepest || criterion.isPure()) continue;
    fillUniform(uniforms, { seed, stream: `forest/features/${number}`, step: node });
    const features = Array.from(uniforms, (_, d) => d).sort((a, b) => uniforms[a]! - uniforms[b]!);
    let [best, feature, threshold, looked] = [whole, -1, 0, 0];
    for (const d of features) {
      // A feature that is constant here is no candidate; others follow until one splits.
      if (looked >= candidates && feature >= 0) break;
      const [column, order] = [columns[d]!, orders[d]!];
      if (column[order[start]!] === column[order[end - 1]!]) continue;
      looked++;
      criterion.rewind();
      for (let i = start; i < end - 1; i++) {
        const sample = order[i]!;
        criterion.move(sample, weights[sample]!);
        const [here, next] = [column[sample]!, column[order[i + 1]!]!];
        if (here === next) continue;
        const purity = criterion.purity();
        // A split that gains nothing counts too: without it the tree would never see an exclusive or.
        if (purity > best || feature === -1) [best, feature, threshold] = [purity, d, middle(here, next)];
      }
    }
    if (feature === -1) continue;
    gains[feature]! += Math.max(0, best - whole);
    tree.feature[node] = feature;
    tree.threshold[node] = threshold;
    tree.left[node] = open.length;
    const column = columns[feature]!;
    for (let i = start; i < end; i++) {
      const sample = orders[0]![i]!;
      goesLeft[sample] = column[sample]! <= threshold ? 1 : 0;
    }
    let border = start;
    for (const order of orders) border = partition(order, start, end, goesLeft, scratch);
    open.push({ start, end: border, depth: depth + 1 }, { start: border, end, depth: depth + 1 });
  }
  return tree;
}

/** Halfway; never the upper one, to which rounding may take it. */
function middle(low: number, high: number): number {
  const half = (low + high) / 2;
  return half < high ? half : low;
}

/** Samples that go left before those that go right, both in the order that they had; returns where the latter begin. */
function partition(
  order: Uint32Array,
  start: number,
  end: number,
  goesLeft: Uint8Array,
  scratch: Uint32Array,
): number {
  let [to, others] = [start, 0];
  for (let i = start; i < end; i++) {
    const sample = order[i]!;
    if (goesLeft[sample] === 1) order[to++] = sample;
    else scratch[others++] = sample;
  }
  order.set(scratch.subarray(0, others), to);
  return to;
}

/** Adds what a tree says of each row, cut at each depth. */
function answer(
  { feature, threshold, left, values }: Tree,
  columns: Columns,
  depths: readonly number[],
  into: readonly Float64Array[],
  width: number,
): void {
  const rows = rowsOf(columns);
  for (let row = 0; row < rows; row++) {
    let [node, depth] = [0, 0];
    for (const [k, deepest] of depths.entries()) {
      for (; depth < deepest && feature[node]! >= 0; depth++) {
        node = left[node]! + (columns[feature[node]!]![row]! <= threshold[node]! ? 0 : 1);
      }
      const [sums, value] = [into[k]!, values[node]!];
      for (let c = 0; c < width; c++) sums[row * width + c]! += value[c]!;
    }
  }
}
