/** The compiled step: unrolling changes nothing, buffers go along, clipping and weight decay are where they belong. */

import { beforeAll, describe, expect, test } from "vitest";
import { initialFeeds, makeVae } from "../../test/helpers/models.ts";
import { makeData, makeObjective, makeOptimizer, smallImage } from "../../test/helpers/training.ts";
import { elementCount, flatten, interpret, relu, reshape, type Value } from "../graph/index.ts";
import { Vae } from "../models/index.ts";
import { batchNorm, conv2d, linear, type StateSpec } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { Feeder } from "./feeds.ts";
import { State, type StepProgram, trainingProgram } from "./index.ts";

type Options = Readonly<Record<string, unknown>>;

/** Adam with a rate that falls at each step. */
const optimizer = (options: Options) =>
  makeOptimizer({ learningRate: { schedule: "cosine", start: 0.01, from: 0, end: 0 }, ...options });
const batchSize = 4;
const mlp = makeVae({ architecture: "mlp", options: { hidden: [7] }, image: smallImage, latentDim: 3 });
const { decoding } = makeVae({ architecture: "mlp", image: smallImage, latentDim: 3 });

/** A small net with batch norm, whose running moments change at every step. */
const normalised = new Vae(
  smallImage,
  3,
  {
    output: "real",
    encode(context, x) {
      const h = conv2d(context, "encoder.conv", x, { out: 2, kernel: 3, stride: 1, padding: 1 });
      const flat = flatten(relu(batchNorm(context, "encoder.bn", h)));
      return {
        mean: linear(context, "encoder.mean", flat, 3),
        logVariance: linear(context, "encoder.log_variance", flat, 3),
      };
    },
    decode: (context, z) => reshape(linear(context, "decoder.fc", z, 20), [z.shape[0]!, 1, 5, 4]),
  },
  decoding,
);

const objective = makeObjective("beta", {
  // 2 at step 0, and one more at each step.
  beta: { schedule: "linear", start: 2, end: 9, unit: "step" },
});

/** What the product feeds `steps` steps from `from` on, with a rate that falls at each of an epoch's steps. */
function feedsOf(
  { scalarNames, draws }: StepProgram,
  vae: Vae,
  steps: number,
  from: number,
  options: Options,
): Record<string, Value> {
  const feeder = new Feeder({
    vae,
    objective,
    optimizer: optimizer(options),
    data: makeData(8 * batchSize, 1),
    batchSize,
    flip: false,
    epochs: 1,
    seed: 1,
  });
  const control = { updates: { model: from }, memory: {} };
  return feeder.feeds({ scalarNames, draws }, { step: from, count: steps, groups: ["model"], control });
}

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});

/** State and terms after four steps, taken `unroll` at a time. */
async function fourSteps(vae: Vae, unroll: number, options: Options = {}) {
  const built = trainingProgram({ vae, objective, optimizer: optimizer(options), batchSize, unroll });
  const { program, state: specs } = built;
  expect(built.scalarNames).toEqual(["optimizer.model.factor", "optimizer.model.epsilon", "beta"]);
  const session = await runtime.compile(program);
  let state = State.initial(specs, 1);
  let results: Record<string, Value> = {};
  for (let at = 0; at < 4; at += unroll) {
    results = await session.run({ ...state.feeds(program), ...feedsOf(built, vae, unroll, at, options) });
    state = state.next(results);
  }
  await session.release();
  return { state, results };
}

function largestDifference(a: State, b: State): number {
  return Math.max(
    ...a.specs.flatMap(({ name }) =>
      Array.from(a.get(name), (value, i) => Math.abs(value - b.get(name)[i]!)),
    ),
  );
}

describe.each([
  ["mlp", mlp],
  ["with batch norm", normalised],
])("%s", (_, vae) => {
  test.each([2, 4])("four steps, %i in one call, are four single steps", async (unroll) => {
    const [single, unrolled] = [await fourSteps(vae, 1), await fourSteps(vae, unroll)];
    const names = (state: State) => state.specs.map(({ name, shape }) => `${name}[${shape}]`);
    expect(names(unrolled.state)).toEqual(names(single.state));
    // The same operations on the same numbers; a runtime may still fuse a larger graph otherwise.
    expect(largestDifference(single.state, unrolled.state)).toBeLessThan(1e-6);
    for (const name of ["term:loss", "term:klPerDimension"]) {
      const [a, b] = [single, unrolled].map(({ results }) => results[name]!.data as Float32Array);
      b!.forEach((value, i) => {
        expect(value, name).toBeCloseTo(a![i]!, 4);
      });
    }
  });

  test("ONNX Runtime takes the step that the interpreter takes", async () => {
    const options = { weightDecay: 0.1, clipNorm: 3 };
    const built = trainingProgram({ vae, objective, optimizer: optimizer(options), batchSize, unroll: 2 });
    const { program, state: specs } = built;
    const feeds = { ...initialFeeds(specs, 1), ...feedsOf(built, vae, 2, 0, options) };
    const session = await runtime.compile(program);
    const actual = await session.run(feeds);
    await session.release();
    for (const [name, { data }] of Object.entries(interpret(program.outputs, feeds))) {
      const values = actual[name]!.data as Float32Array;
      // Adam's first steps are ±the rate: where a gradient is next to nothing, rounding decides its sign.
      const tolerance = name.startsWith("next:") && !name.includes("Moment") ? 2e-3 : 1e-4;
      (data as Float32Array).forEach((value, i) => {
        expect(Math.abs(values[i]! - value), `${name}[${i}]`).toBeLessThan(
          tolerance * Math.max(1, Math.abs(value)),
        );
      });
    }
  });
});

test("batch norm's running moments are state, and move at every step of a call", async () => {
  const { state } = await fourSteps(normalised, 4);
  const buffers = state.specs.filter(({ kind }) => kind === "buffer").map(({ name }) => name);
  expect(buffers).toEqual(["encoder.bn.running_mean", "encoder.bn.running_var"]);
  const start = State.initial(state.specs, 1);
  for (const name of buffers) expect([...state.get(name)]).not.toEqual([...start.get(name)]);
  // Buffers have no moments; every element of a parameter has two.
  const elements = (kind: StateSpec["kind"]) =>
    state.specs
      .filter((spec) => spec.kind === kind)
      .reduce((total, { shape }) => total + elementCount(shape), 0);
  expect(elements("moment")).toBe(2 * elements("parameter"));
});

test("clipping bounds the first moment by the limit; weight decay comes after it", async () => {
  const norm = (state: State, prefix: string) =>
    Math.hypot(
      ...state.specs
        .filter(({ name }) => name.startsWith(prefix))
        .flatMap(({ name }) => [...state.get(name)]),
    );
  const firstMoment = async (options: Options) => {
    const built = trainingProgram({
      vae: mlp,
      objective,
      optimizer: optimizer(options),
      batchSize,
      unroll: 1,
    });
    const { program, state: specs } = built;
    const start = State.initial(specs, 1);
    const session = await runtime.compile(program);
    const feeds = { ...start.feeds(program), ...feedsOf(built, mlp, 1, 0, options) };
    const next = start.next(await session.run(feeds));
    await session.release();
    return next;
  };
  const free = norm(await firstMoment({}), "firstMoment.");
  expect(free).toBeGreaterThan(1);
  expect(norm(await firstMoment({ clipNorm: 0.5 }), "firstMoment.")).toBeCloseTo(0.5, 4);
  expect(norm(await firstMoment({ clipNorm: 1e6 }), "firstMoment.")).toBeCloseTo(free, 4);
  const decayed = await firstMoment({ clipNorm: 1e-9, weightDecay: 1 });
  const weights = State.initial(decayed.specs, 1);
  const expected = weights.get("encoder.fc1.weight");
  const found = decayed.get("firstMoment.encoder.fc1.weight");
  found.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
});
