/** Hoare's selection: the n-th smallest without sorting everything. */

/**
 * Rearranges the values from `start` to before `end`: then all before place `nth` are no larger than what is there, all after it no
 * smaller. Returns what is there. `along` is rearranged like the values.
 */
export function selectNth(
  values: Float64Array,
  nth: number,
  { start = 0, end = values.length, along }: { start?: number; end?: number; along?: Int32Array } = {},
): number {
  let [low, high] = [start, end - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let [i, j] = [low, high];
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      if (along) [along[i], along[j]] = [along[j]!, along[i]!];
      const swap = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swap;
    }
    if (nth <= j) high = j;
    else if (nth >= i) low = i;
    else break;
  }
  return values[nth]!;
}
