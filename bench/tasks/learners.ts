/** The learners that metrics need, fitted to 10 000 samples of ten features and asked about 5 000 others. */

import type { Columns } from "../../src/base/linear-algebra.ts";
import { fillNormal } from "../../src/base/random.ts";
import {
  accuracy,
  fitGradientBoosting,
  fitLasso,
  fitLinearSvm,
  fitLogisticRegression,
  fitNearestNeighbours,
} from "../../src/metrics/index.ts";
import { readFloats, readIntegers, writeNumbers } from "./arrays.ts";
import type { TaskGroup, TaskRow, Work } from "./task.ts";

const TRAIN = 10_000;
const TEST = 5_000;
const FEATURES = 10;
const TOLERANCE = 0.01;

interface Problem {
  readonly train: Columns;
  readonly test: Columns;
  readonly classes: Int32Array;
  readonly truth: Int32Array;
}

/** A row for a classifier; the value is its accuracy on the samples that it has not seen. */
function classifier(
  name: string,
  title: string,
  learn: (columns: Columns, classes: Int32Array) => { predict(columns: Columns): Int32Array },
  once?: true,
): TaskRow {
  return row(name, title, "accuracy", once, ({ train, test, classes, truth }) => {
    let right = Number.NaN;
    return {
      run() {
        right = accuracy(learn(train, classes).predict(test), truth);
      },
      result: () => right,
    };
  });
}

function row(
  name: string,
  title: string,
  value: string,
  once: true | undefined,
  begin: (problem: Problem) => Work,
): TaskRow {
  return {
    name,
    title,
    unit: "samples",
    count: TRAIN,
    ...(once && { once }),
    open: (folder) => begin(readProblem(folder)),
    agreement(ours, theirs) {
      const differ = Math.abs(ours - theirs) > TOLERANCE ? ": THEY DIFFER" : "";
      return `${value} ${ours.toFixed(4)}, ${theirs.toFixed(4)}${differ}`;
    },
  };
}

const boosted = { stages: 100, depth: 3, learningRate: 0.1, bins: 1024, seed: 0 };

/** What metrics ask of them: DCI, SAP, explicitness, label accuracy, UDR. */
const rows: readonly TaskRow[] = [
  classifier("logistic-regression", "logistic regression", (x, y) => fitLogisticRegression(x, y, { C: 1 })),
  classifier("linear-svm", "linear SVM", (x, y) => fitLinearSvm(x, y, { C: 0.01, balanced: true })),
  classifier("boosted-trees", "gradient-boosted trees", (x, y) => fitGradientBoosting(x, y, boosted), true),
  classifier("nearest-neighbours", "5 nearest neighbours", (x, y) => fitNearestNeighbours(x, y, 5)),
  row("lasso", "lasso", "largest coefficient", undefined, ({ train, classes }) => {
    const target = Float64Array.from(classes);
    let largest = Number.NaN;
    return {
      run() {
        largest = Math.max(...fitLasso(train, [target], { alpha: 0.01 })[0]!.map(Math.abs));
      },
      result: () => largest,
    };
  }),
];

export const learners: TaskGroup = {
  name: "learners",
  peer: { name: "sklearn", module: "sklearn", packages: "scikit-learn", script: "tasks_sklearn.py" },
  rows,
  write(folder) {
    const count = TRAIN + TEST;
    const features = new Float64Array(FEATURES * count);
    fillNormal(features, { seed: 0, stream: "features", step: 0 });
    const noise = new Float64Array(count);
    fillNormal(noise, { seed: 0, stream: "noise", step: 0 });
    const feature = (d: number, i: number) => features[d * count + i]!;
    // A line, a product and noise, cut into three classes of about the same size.
    const classes = Int32Array.from(noise, (one, i) => {
      const score = feature(0, i) + 0.7 * feature(1, i) * feature(2, i) + 0.4 * one;
      return score < -0.5 ? 0 : score < 0.5 ? 1 : 2;
    });
    writeNumbers(folder, "features", features);
    writeNumbers(folder, "classes", classes);
  },
};

function readProblem(folder: string): Problem {
  const features = readFloats(folder, "features");
  const classes = readIntegers(folder, "classes");
  const count = TRAIN + TEST;
  const columns = Array.from({ length: FEATURES }, (_, d) => features.subarray(d * count, (d + 1) * count));
  return {
    train: columns.map((column) => column.subarray(0, TRAIN)),
    test: columns.map((column) => column.subarray(TRAIN)),
    classes: classes.subarray(0, TRAIN),
    truth: classes.subarray(TRAIN),
  };
}
