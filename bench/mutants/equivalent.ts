/**
 * Mutations that were looked at and that no test can notice, or that none should. They still count as survivors in
 * the share that is killed; the list saves looking at them again.
 */

interface Change {
  readonly file: string;
  /** The text of the line in which the change begins. */
  readonly line: string;
  /** As `npm run mutants` prints it: `before → after`. */
  readonly change: string;
}

const list: readonly (Change & { readonly reason: string })[] = [
  {
    file: "src/metrics/disentanglement/factor-vae.ts",
    line: "for (let i = 0; i < size; i++) rows[i] = images[draws.below(images.length)]!;",
    change: "i < size → i <= size",
    reason: "a typed array ignores what is written behind its end; the draw that it takes is one of many",
  },
  {
    file: "src/metrics/disentanglement/factor-vae.ts",
    line: "for (let i = 0; i < size; i++) batch[i] = column[rows[i]!]!;",
    change: "i < size → i <= size",
    reason: "a typed array ignores what is written behind its end",
  },
  {
    file: "src/metrics/disentanglement/marginal-entropies.ts",
    line: "const peak = Math.exp(-0.5 * off * off * precision);",
    change: "-0.5 → 0.5",
    reason: "all values are relative to the peak, and divided by their sum",
  },
  {
    file: "src/metrics/learners/minimize.ts",
    line: "const slope = dot(gradient, direction);",
    change: "dot(gradient, direction) → dot(direction, gradient)",
    reason: "a product of two vectors is symmetric",
  },
  {
    file: "src/metrics/learners/regression-tree.ts",
    line: "let bestRight = -1;",
    change: "-1 → 1",
    reason: "it is set with the first gain, and read only after one",
  },
  {
    file: "src/data/batches.ts",
    line: "#order: Uint32Array = new Uint32Array(0);",
    change: "0 → 1",
    reason: "the order before the first epoch is never read",
  },
  {
    file: "src/data/batches.ts",
    line: "for (let i = 0; i < indices.length; i++) labelsInto[i] = values ? values[indices[i]!]! : -1;",
    change: "i < indices.length → i <= indices.length",
    reason: "a typed array ignores what is written behind its end",
  },
  {
    file: "src/data/batches.ts",
    line: "for (let start = 0; start < pixels.length; start += row) {",
    change: "start < pixels.length → start <= pixels.length",
    reason: "a typed array ignores what is written behind its end",
  },
  {
    file: "src/objectives/aggregate.ts",
    line: "for (let i = 0; i < batch; i++) {",
    change: "i < batch → i <= batch",
    reason: "a typed array ignores what is written behind its end",
  },
  {
    file: "src/objectives/capacity.ts",
    line: 'const distance = abs(subtract(kl, scalar("capacity")));',
    change: 'subtract(kl, scalar("capacity")) → subtract(scalar("capacity"), kl)',
    reason: "the absolute value of it is taken",
  },
  {
    file: "src/objectives/dip.ts",
    line: "on: sum(square(multiply(subtract(matrix, identity), identity))),",
    change: "subtract(matrix, identity) → subtract(identity, matrix)",
    reason: "it is squared",
  },
  {
    file: "src/objectives/dip.ts",
    line: "const centred = subtract(x, mean(x, [0], true));",
    change: "subtract(x, mean(x, [0], true)) → subtract(mean(x, [0], true), x)",
    reason: "a covariance multiplies two of them",
  },
  {
    file: "src/models/vae.ts",
    line: "if (channels === 1) return reshape(images, [images.shape[0]!, 1, height, width]);",
    change: "1 → 2",
    reason: "one channel is transposed instead of reshaped: the same bytes, only slower",
  },
  {
    file: "src/models/vae.ts",
    line: "if (channels === 1) return reshape(images, [images.shape[0]!, height, width, 1]);",
    change: "1 → 2",
    reason: "one channel is transposed instead of reshaped: the same bytes, only slower",
  },
  {
    file: "src/training/feeds.ts",
    line: "if (label.length > 0) fillOneHot(label, labels);",
    change: "label.length > 0 → label.length >= 0",
    reason: "no labels are written into no rows",
  },
  {
    file: "src/training/feeds.ts",
    line: "for (let i = 0; i < call.count; i++) {",
    change: "i < call.count → i <= call.count",
    reason: "what is drawn behind the end of a typed array is ignored",
  },
  {
    file: "src/metrics/disentanglement/measure-codes.ts",
    line: "const distinct = [...new Set(labels)].sort((a, b) => (a < b ? -1 : 1));",
    change: "a < b → a <= b",
    reason: "the labels that are compared are all different",
  },
  {
    file: "src/metrics/disentanglement/sap.ts",
    line: "return own / code.length > 1e-12 && their > 0 ? (cross * cross) / (own * their) : 0;",
    change: "own / code.length > 1e-12 → own / code.length >= 1e-12",
    reason: "a variance of exactly 1e-12, to the last bit",
  },
  {
    file: "src/metrics/learners/linear-svm.ts",
    line: "for (let column = p; column < size; column++) matrix[row]![column]! -= factor * matrix[p]![column]!;",
    change: "column < size → column <= size",
    reason: "a typed array ignores what is written behind its end",
  },
  {
    file: "src/metrics/learners/minimize.ts",
    line: "if (product > 0) pairs.push({ step, change, product });",
    change: "product > 0 → product >= 0",
    reason: "a step along which the gradient does not change at all, to the last bit",
  },
  {
    file: "src/metrics/learners/decision-forest.ts",
    line: "tree.feature.push(-1);",
    change: "tree.feature.push(-1); → (removed)",
    reason: "a leaf without a number is as little a feature as −1",
  },
  {
    file: "src/metrics/disentanglement/neighbour-information.ts",
    line: "values[1] = -0.577_215_664_901_532_9;",
    change: "-0.577_215_664_901_532_9 → 0.577_215_664_901_532_9",
    reason: "two of the four digammas are subtracted from the others: the constant cancels",
  },
  {
    file: "src/metrics/learners/nearest-neighbours.ts",
    line: "for (; place > 0 && nearest[place - 1]! > distance; place--) {",
    change: "place > 0 → place >= 0",
    reason: "before the first neighbour there is no number that is greater",
  },
  {
    file: "src/metrics/learners/regression-tree.ts",
    line: "const words = new Uint32Array(4);",
    change: "4 → 5",
    reason: "a word more is there and not read",
  },
  {
    file: "src/metrics/learners/regression-tree.ts",
    line: "return words[0]!;",
    change: "0 → 1",
    reason: "ties are decided by another random word, as good as the first",
  },
];

/** Why a mutation is let through; undefined for one that should be noticed. */
export function reviewed({ file, line, change }: Change): string | undefined {
  return list.find((one) => one.file === file && one.line === line && one.change === change)?.reason;
}
