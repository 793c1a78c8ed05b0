/** Entropies and mutual information of whole numbers, by counting; and how codes become whole numbers. */

/** Whole numbers from 0, `[samples]`. */
export type Levels = Int32Array;

/**
 * Equal-width bins between the smallest and the largest value, numbered from 1, as numpy's `histogram` edges and
 * `digitize` on the left edges give them (disentanglement_lib's discretiser). A constant is all in one bin.
 */
export function discretize(values: ArrayLike<number>, bins = 20): Levels {
  const count = values.length;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < count; i++) {
    low = Math.min(low, values[i]!);
    high = Math.max(high, values[i]!);
  }
  const width = (high - low) / bins;
  const result = new Int32Array(count).fill(1);
  if (!(width > 0)) return result;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    let bin = Math.min(bins - 1, Math.floor((value - low) / width));
    // The division may round across an edge; the edges themselves decide.
    while (bin > 0 && value < low + bin * width) bin--;
    while (bin < bins - 1 && value >= low + (bin + 1) * width) bin++;
    result[i] = bin + 1;
  }
  return result;
}

/** −Σ p ln p of the empirical distribution, in nats. */
export function entropy(levels: Levels): number {
  const counts = new Int32Array(sizeOf(levels));
  for (let i = 0; i < levels.length; i++) counts[levels[i]!]!++;
  return entropyOfCounts(counts, levels.length);
}

/** I(a; b) of the empirical joint distribution, in nats; never negative. */
export function mutualInformation(a: Levels, b: Levels): number {
  const [rows, columns] = [sizeOf(a), sizeOf(b)];
  const count = a.length;
  const joint = new Int32Array(rows * columns);
  for (let i = 0; i < count; i++) joint[a[i]! * columns + b[i]!]!++;
  const [left, right] = [new Int32Array(rows), new Int32Array(columns)];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      left[row]! += joint[at]!;
      right[column]! += joint[at]!;
    }
  }
  const sum = entropyOfCounts(left, count) + entropyOfCounts(right, count) - entropyOfCounts(joint, count);
  return Math.max(0, sum);
}

/** I(a_d; b_k) for all pairs: `[a]` of `[b]`. */
export function mutualInformationMatrix(a: readonly Levels[], b: readonly Levels[]): number[][] {
  return a.map((one) => b.map((other) => mutualInformation(one, other)));
}

function entropyOfCounts(counts: Int32Array, total: number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count > 0) sum += count * Math.log(count);
  }
  return total === 0 ? 0 : Math.log(total) - sum / total;
}

function sizeOf(levels: Levels): number {
  let largest = 0;
  for (let i = 0; i < levels.length; i++) if (levels[i]! > largest) largest = levels[i]!;
  return largest + 1;
}
