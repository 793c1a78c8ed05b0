/** Our side of the parity check: terms, gradients and the state after three steps, by the graphs that train. */

import { shipped } from "../../src/config/node.ts";
import { gradients, input, type Program, type Value } from "../../src/graph/index.ts";
import { StateContext, type StateSpec, unpacked, valueAt } from "../../src/nn/index.ts";
import { modelGroup } from "../../src/objectives/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { buildModel, buildObjective, buildOptimizer } from "../../src/trained/index.ts";
import { elbo, optimizerScalar, State, trainingProgram } from "../../src/training/index.ts";
import type { ParityCase } from "./cases.ts";
import { noise, pixels, weights } from "./values.ts";

export const STEPS = 3;
/** Images in the training set, as far as an objective asks. */
export const DATA_SIZE = 1000;

/**
 * Named results of one side: `term:…` and `gradient:…` at the first weights and batch; for every parameter and
 * buffer `after:…`, its value after three steps, and `update:…`, by how much that differs from its first.
 */
export type Results = Map<string, Float32Array | Float64Array>;

/** Names and shapes of what both sides must agree on. */
export function stateSpecs(one: ParityCase): StateSpec[] {
  return unpacked(stepProgram(one).state).filter(({ kind }) => kind !== "moment");
}

export async function ourResults(one: ParityCase, runtime: Runtime): Promise<Results> {
  const results: Results = new Map();
  for (const [name, { data }] of Object.entries(await run(runtime, gradientProgram(one), feeds(one, 1)))) {
    results.set(name, data as Float32Array);
  }
  const { program, state, scalarNames } = stepProgram(one);
  const scalars = Array.from({ length: STEPS }, (_, step) => {
    const time = { t: step + 1, position: position(step) };
    const optimizer = Object.entries(buildOptimizer(one.config, shipped).scalarsAt(time));
    const values: Record<string, number> = {
      ...scalarsAt(one, step),
      ...Object.fromEntries(optimizer.map(([name, value]) => [optimizerScalar(modelGroup, name), value])),
    };
    return scalarNames.map((name) => values[name]!);
  });
  const first = new State(
    state,
    new Map(
      state.map(({ name, shape, kind }) => [
        name,
        kind === "moment" ? new Float32Array(shape.reduce((a, b) => a * b, 1)) : weights(name, shape),
      ]),
    ),
  );
  const next = first.next(
    await run(runtime, program, {
      ...first.feeds(program),
      ...feeds(one, STEPS),
      scalars: {
        dtype: "float32",
        shape: [STEPS, scalarNames.length],
        data: Float32Array.from(scalars.flat()),
      },
    }),
  );
  for (const { name, kind } of state) {
    if (kind === "moment") continue;
    const before = first.get(name);
    results.set(`after:${name}`, next.get(name));
    results.set(
      `update:${name}`,
      Float64Array.from(next.get(name), (value, i) => value - before[i]!),
    );
  }
  return results;
}

function stepProgram({ config, image, batchSize }: ParityCase) {
  const { vae, objective } = buildModel(config, image, { registries: shipped });
  return trainingProgram({
    vae,
    objective,
    optimizer: buildOptimizer(config, shipped),
    batchSize,
    dataSize: DATA_SIZE,
    unroll: STEPS,
  });
}

/** Loss, terms and the gradient of each parameter: the forward pass that trains, differentiated here. */
function gradientProgram(one: ParityCase): Program {
  const { config, image, batchSize } = one;
  const { vae, objective } = buildModel(config, image, { registries: shipped });
  const pixels = input("pixels", [batchSize, image.height, image.width, image.channels], "uint8");
  const noise = input("noise", [batchSize, vae.latentDim]);
  const scalars = new Map(Object.keys(scalarsAt(one, 0)).map((name) => [name, input(name, [])]));
  const scalar = (name: string) => scalars.get(name)!;
  const random = () => {
    throw new Error("internal: an objective that draws numbers of its own has no reference");
  };
  const context = new StateContext("train", new Map(), scalar);
  const { result, terms } = elbo({ vae, objective, batchSize, dataSize: DATA_SIZE }, context, {
    pixels,
    noise,
    scalar,
    random,
  });
  const names = [...context.specs.values()]
    .filter(({ kind }) => kind === "parameter")
    .map(({ name }) => name);
  const tensors = context.tensors();
  const found = gradients(
    result.loss,
    names.map((name) => tensors.get(name)!),
  );
  const { loss, reconstruction, klPerDimension } = terms;
  return {
    name: "gradients",
    inputs: [...tensors.values(), pixels, noise, ...scalars.values()],
    outputs: {
      "term:loss": loss!,
      "term:reconstruction": reconstruction!,
      "term:klPerDimension": klPerDimension!,
      ...Object.fromEntries(names.map((name, i) => [`gradient:${name}`, found[i]!])),
    },
  };
}

/** Everything that either program is fed, for `steps` batches; sessions take what they declare. */
function feeds(one: ParityCase, steps: number): Record<string, Value> {
  const { height, width, channels } = one.image;
  const latentDim = one.config.model.latentDim;
  const batches = Array.from({ length: steps }, (_, step) => step);
  const result: Record<string, Value> = {
    pixels: {
      dtype: "uint8",
      shape: [steps * one.batchSize, height, width, channels],
      data: Uint8Array.from(
        batches.flatMap((step) => [...pixels(one.batchSize * height * width * channels, step)]),
      ),
    },
    noise: {
      dtype: "float32",
      shape: [steps * one.batchSize, latentDim],
      data: Float32Array.from(batches.flatMap((step) => [...noise(one.batchSize * latentDim, step)])),
    },
  };
  for (const { name, shape } of stateSpecs(one)) {
    result[name] = { dtype: "float32", shape, data: weights(name, shape) };
  }
  for (const [name, value] of Object.entries(scalarsAt(one, 0))) {
    result[name] = { dtype: "float32", shape: [], data: Float32Array.of(value) };
  }
  return result;
}

function scalarsAt({ config }: ParityCase, step: number): Record<string, number> {
  const schedules = Object.entries(buildObjective(config, shipped).scalars);
  return Object.fromEntries(schedules.map(([name, schedule]) => [name, valueAt(schedule, position(step))]));
}

function position(step: number) {
  return { step, stepsPerEpoch: 1, totalSteps: STEPS };
}

async function run(
  runtime: Runtime,
  program: Program,
  values: Record<string, Value>,
): Promise<Record<string, Value>> {
  const session = await runtime.compile(program);
  const results = await session.run(values);
  await session.release();
  return results;
}
