// Run by src/runs/kill.test.ts as a child process: writes checkpoints, metrics and run.json of the run in argv[2]
// as fast as it can until it is killed. Plain JavaScript, since Node 20 runs no TypeScript; it uses the built code.
import { existsSync } from "node:fs";
import { RunDirectory } from "../../dist/runs/index.js";

const path = process.argv[2];
const run = existsSync(`${path}/run.json`)
  ? RunDirectory.resume(path)
  : RunDirectory.create(path, {
      config: {},
      versions: { betalab: "0", node: process.version, engine: "0" },
      data: { name: "none", fingerprint: "0", counts: { train: 1, heldOut: 1 } },
      seed: 0,
      device: "cpu",
      threads: 1,
      epochs: 1,
    });
const from = run.checkpoints.newest()?.checkpoint.step ?? 0;
run.metrics.truncateAfter(from);
for (let step = from + 1; ; step++) {
  run.metrics.append({ step, kl: new Float32Array(50).fill(step) });
  const data = new Float32Array(500_000).fill(step);
  run.checkpoints.write({ step, tensors: { w: { dtype: "F32", shape: [data.length], data } }, metadata: {} });
  run.update({ progress: { step, epoch: 0, epochs: 1 } });
  if (step === from + 1) process.stdout.write("writing\n");
}
