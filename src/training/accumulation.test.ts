/** A batch in parts is the step of the whole batch; where it can't be, it is said why. */

import { expect, test } from "vitest";
import { makeVae } from "../../test/helpers/models.ts";
import {
  eventsOf,
  eventsOfType,
  makeData,
  makeJob,
  makeObjective,
  makeOptimizer,
} from "../../test/helpers/training.ts";
import { batchCoupling, type TrainingJob, trainingProgram } from "./index.ts";

const image = { height: 8, width: 8, channels: 1 };
const conv = () => makeVae({ architecture: "conv", options: { width: 8, hidden: 16 }, image, latentDim: 3 });

/** Two epochs of three steps, each of a batch of 12. */
async function trained(accumulate: number, changes: Partial<TrainingJob>) {
  const job = await makeJob({ batchSize: 12, epochs: 2, accumulate, data: makeData(40, 10), ...changes });
  const events = await eventsOf(job);
  const { state } = eventsOfType(events, "end").at(-1)!;
  const terms = eventsOfType(events, "step").at(-1)!.terms;
  return { tensors: state.records(), terms };
}

const cases: [string, () => Partial<TrainingJob>][] = [
  [
    "gradient descent with momentum, clipped",
    () => ({
      optimizer: makeOptimizer({ kind: "sgd", learningRate: 1e-3, momentum: 0.9, clipNorm: 5 }),
    }),
  ],
  ["Adam", () => ({ optimizer: makeOptimizer({ learningRate: 1e-3, epsilon: 1e-3 }) })],
  [
    "several latents an image (IWAE), mirrored pictures",
    () => ({
      objective: makeObjective("iwae", { samples: 3 }),
      optimizer: makeOptimizer({ kind: "sgd", learningRate: 1e-3 }),
      flip: true,
    }),
  ],
  [
    "a convolutional net",
    () => ({
      vae: conv(),
      data: makeData(40, 10, image),
      optimizer: makeOptimizer({ kind: "sgd", learningRate: 1e-4 }),
    }),
  ],
];

test.each(cases)(
  "%s: six steps in 2, 3 and 12 parts end within 1e-6 of the whole batches'",
  async (_, changes) => {
    const whole = await trained(1, changes());
    for (const parts of [2, 3, 12]) {
      const { tensors, terms } = await trained(parts, changes());
      for (const [name, { data }] of Object.entries(whole.tensors).filter(([one]) =>
        /^(en|de)coder/.test(one),
      )) {
        const found = tensors[name]!.data as Float32Array;
        const largest = Math.max(...(data as Float32Array).map(Math.abs));
        const off = Math.max(...found.map((value, i) => Math.abs(value - Number(data[i]))));
        expect(off, `${name} in ${parts} parts`).toBeLessThan(1e-6 * Math.max(largest, 1e-3));
      }
      expect(terms.negativeElbo).toBeCloseTo(whole.terms.negativeElbo as number, 3);
    }
  },
);

const coupling = (kind: string, vae = conv(), options: object = {}) => {
  const objective = makeObjective(kind, options);
  const step = { vae, objective, optimizer: makeOptimizer(), batchSize: 4, unroll: 1 };
  return batchCoupling(trainingProgram(step), objective);
};

test("batch norm and objectives that look at the batch are not taken in parts", () => {
  expect(coupling("vae")).toBeUndefined();
  expect(coupling("annealed")).toBeUndefined();
  const celeba = makeVae({
    architecture: "celeba",
    options: {},
    image: { height: 64, width: 64, channels: 3 },
    latentDim: 4,
    likelihood: { kind: "gaussian", sigma: 0.5 },
  });
  expect(coupling("vae", celeba)).toMatch(/^"encoder\.bn1\.running_mean" is a statistic of the whole batch/);
  for (const kind of ["tc", "dip", "mmd", "factor", "freeBits", "capacity"]) {
    expect(coupling(kind), kind).toMatch(/not a mean over images/);
  }
  expect(coupling("lagging")).toMatch(/batches of its own/);
});
