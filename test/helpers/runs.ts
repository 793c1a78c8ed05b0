/** A run's starting information for tests. */
import type { NewRun } from "../../src/runs/index.ts";

export const newRun: NewRun = {
  config: { preset: "mnist", objective: { beta: 4 } },
  versions: { betalab: "0.1.0", node: "v20.0.0", engine: "onnxruntime-node 1.30.0" },
  data: { name: "MNIST", fingerprint: "abc", counts: { train: 60_000, heldOut: 10_000 } },
  seed: 1,
  device: "cpu",
  threads: 2,
  epochs: 10,
};
