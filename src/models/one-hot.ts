/** Classes as rows of zeros with a one, what a conditional model's `label` is: `[rows]` → `[rows, classes]`. */
export function fillOneHot(into: Float32Array, labels: Int32Array): void {
  const classes = into.length / labels.length;
  into.fill(0);
  labels.forEach((label, row) => {
    into[row * classes + label] = 1;
  });
}
