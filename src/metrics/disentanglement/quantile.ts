/** A quantile without sorting everything: Hoare's selection. */

/** The `share` quantile with linear interpolation, as numpy's; rearranges `values`. */
export function quantile(values: Float64Array, share: number): number {
  const position = share * (values.length - 1);
  const index = Math.floor(position);
  const low = select(values, index);
  if (index + 1 >= values.length) return low;
  // After the selection everything behind the index is at least as large.
  let next = Number.POSITIVE_INFINITY;
  for (let i = index + 1; i < values.length; i++) next = Math.min(next, values[i]!);
  return low + (position - index) * (next - low);
}

function select(values: Float64Array, index: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swap = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swap;
    }
    if (index <= j) high = j;
    else if (index >= i) low = i;
    else break;
  }
  return values[index]!;
}
