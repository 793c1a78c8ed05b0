/** Features and classes that learners and slow code are compared on. */

export const COUNT = 160;
export const rows = Array.from({ length: COUNT }, (_, i) => i);
/** The additive recurrence of √prime: uniform in [0, 1), no two alike. */
export const uniform = (prime: number, count = COUNT) =>
  Float64Array.from({ length: count }, (_, i) => ((i + 1) * Math.sqrt(prime)) % 1);
export const x = [2, 3, 5].map((prime) => uniform(prime));
export const asked = [7, 11, 13].map((prime) => uniform(prime, 200));
/** Classes 1, 4 and 6, frequent and rare, with some noise; and 3 against 5. */
export const three = Int32Array.from(rows, (i) => {
  const place = x[0]![i]! + 0.5 * x[1]![i]! + 0.3 * uniform(17)[i]!;
  return place < 0.8 ? 1 : place < 1.2 ? 4 : 6;
});
export const two = Int32Array.from(rows, (i) =>
  x[0]![i]! * x[1]![i]! + 0.1 * uniform(19)[i]! > 0.3 ? 5 : 3,
);
export const classesOf = (y: Int32Array) => [...new Set(y)].sort((a, b) => a - b);
export const sum = (values: Iterable<number>) => [...values].reduce((total, one) => total + one, 0);
export const mean = (values: readonly number[]) => sum(values) / values.length;
export const argmax = (values: readonly number[]) => values.indexOf(Math.max(...values));
