/** t-SNE of ten clusters that touch: scikit-learn's has the same start, learning rate and schedule. */

import { fillNormal, fillUniform } from "../../src/base/random.ts";
import { tsne } from "../../src/latent/index.ts";
import { readFloats, writeNumbers } from "./arrays.ts";
import type { TaskGroup } from "./task.ts";

const POINTS = 10_000;
const COLUMNS = 20;
const CLUSTERS = 10;
/** Two descents of one objective end within this of each other. */
const TOLERANCE = 0.05;

export const tsneGroup: TaskGroup = {
  name: "tsne",
  peer: { name: "sklearn", module: "sklearn", packages: "scikit-learn", script: "tasks_sklearn.py" },
  rows: [
    {
      name: "tsne",
      title: "t-SNE, 10 000 × 20",
      unit: "points",
      count: POINTS,
      once: true,
      open(folder) {
        const points = readFloats(folder, "points");
        let kl = Number.NaN;
        return {
          run() {
            ({ kl } = tsne(points, COLUMNS, { perplexity: 30, iterations: 1000, seed: 0 }));
          },
          result: () => kl,
        };
      },
      agreement(ours, theirs) {
        const off = Math.abs(ours / theirs - 1);
        return `KL ${ours.toFixed(4)}, ${theirs.toFixed(4)} nats${off > TOLERANCE ? ": THEY DIFFER" : ""}`;
      },
    },
  ],
  write(folder) {
    const points = new Float64Array(POINTS * COLUMNS);
    fillNormal(points, { seed: 0, stream: "points", step: 0 });
    const centres = new Float32Array(CLUSTERS * COLUMNS);
    fillUniform(centres, { seed: 0, stream: "centres", step: 0 });
    for (let at = 0; at < points.length; at++) {
      const cluster = Math.floor(at / COLUMNS) % CLUSTERS;
      points[at] = 0.6 * points[at]! + 4 * centres[cluster * COLUMNS + (at % COLUMNS)]!;
    }
    writeNumbers(folder, "points", points);
  },
};
