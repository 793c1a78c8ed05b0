/** What the command line finds in the working directory, or by `--config-module`: everything of one's own. */

import { residualMlp } from "./own-architecture.js";
import { neighbours } from "./own-job.js";
import { straightness } from "./own-metric.js";
import { ordered } from "./own-objective.js";
import { lion } from "./own-optimizer.js";
import { ring } from "./own-prior.js";
import { discs } from "./own-source.js";

/** All of it in one training of a few seconds: `betalab train discs`. */
const preset = {
  name: "discs",
  summary: "discs by an ordered objective, a residual net and Lion",
  source: "examples/betalab.config.js",
  config: {
    data: { source: "discs", batchSize: 32 },
    model: { architecture: "residualMlp", latentDim: 4 },
    objective: { kind: "ordered" },
    optimizer: { kind: "lion" },
    training: { epochs: 30 },
  },
};

export default {
  architectures: [residualMlp],
  jobs: [neighbours],
  metrics: [straightness],
  objectives: [ordered],
  optimizers: [lion],
  presets: [preset],
  priors: [ring],
  sources: [discs],
};
