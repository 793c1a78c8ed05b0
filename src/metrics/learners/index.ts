/** The learners that metrics need: small, deterministic, checked against scikit-learn (`bench/parity/`). Options that decide the result have no default here; the metrics set them. */

export { type Forest, type ForestOptions, fitForest } from "./decision-forest.ts";
export { type BoostedTrees, fitGradientBoosting, type GradientBoostingOptions } from "./gradient-boosting.ts";
export { fitLasso, type LassoOptions } from "./lasso.ts";
export { fitLinearSvm, type LinearSvm, type LinearSvmOptions } from "./linear-svm.ts";
export {
  fitLogisticRegression,
  type LogisticRegression,
  type LogisticRegressionOptions,
} from "./logistic-regression.ts";
export { fitNearestNeighbours, type NearestNeighbours } from "./nearest-neighbours.ts";
export { accuracy, type Classes, correctness } from "./problem.ts";
