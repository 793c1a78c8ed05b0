/** Every optimiser against PyTorch's documented algorithm in plain numbers, over several steps; and the links. */

import { describe, expect, test } from "vitest";
import { makeOptimizer } from "../../../test/helpers/training.ts";
import { input, interpret, type Tensor, type Value } from "../../graph/index.ts";
import {
  chain,
  clipGlobalNorm,
  decayWeights,
  fill,
  type Link,
  optimizers,
  type StateSpec,
  scaleByRate,
  zeros,
} from "../index.ts";

const vector = (data: ArrayLike<number>, shape = [data.length]): Value<"float32"> => ({
  dtype: "float32",
  shape,
  data: Float32Array.from(data),
});

const spec = (name: string, shape: readonly number[], start = 0): StateSpec => ({
  name,
  shape,
  initializer: fill(start),
  kind: "parameter",
});

type Options = Readonly<Record<string, unknown>>;

/** The graph's optimiser, step after step: the parameter and all that is kept for it. */
function ours(start: readonly number[], gradients: readonly (readonly number[])[], options: Options) {
  const optimizer = makeOptimizer(options);
  const own = spec("w", [start.length], start[0]);
  const tensors = new Map<string, { spec: StateSpec; tensor: Tensor }>();
  const state = (kept: StateSpec) => {
    const known = tensors.get(kept.name) ?? { spec: kept, tensor: input(kept.name, kept.shape) };
    tensors.set(kept.name, known);
    return known.tensor;
  };
  const [moved] = optimizer.update(
    [{ spec: own, parameter: input("w", own.shape), gradient: input("gradient", own.shape) }],
    state,
    (name) => input(`scalar:${name}`, []),
  );
  let values: Record<string, Value> = { w: vector(start) };
  for (const [name, { spec: kept }] of tensors) {
    const data = new Float32Array(start.length);
    kept.initializer(data, { name, seed: 0 });
    values[name] = vector(data);
  }
  gradients.forEach((gradient, step) => {
    const time = { t: step + 1, position: { step, stepsPerEpoch: 4, totalSteps: gradients.length } };
    const scalars = Object.entries(optimizer.scalarsAt(time)).map(([name, value]) => [
      `scalar:${name}`,
      vector([value], []),
    ]);
    const feeds = { ...values, ...Object.fromEntries(scalars), gradient: vector(gradient) };
    values = interpret({ w: moved!.parameter, ...Object.fromEntries(moved!.state) }, feeds);
  });
  return Object.fromEntries(
    Object.entries(values).map(([name, { data }]) => [name, Array.from(data as Float32Array)]),
  );
}

/** One weight's algorithm as PyTorch documents it: from θ, g and the number of the step to the new θ. */
type Rule = (theta: number, g: number, t: number, rate: number) => number;

const adam = (beta1: number, beta2: number, epsilon: number, l2 = 0, decoupled = 0): Rule => {
  let [m, v] = [0, 0];
  return (theta, g, t, rate) => {
    const shrunk = theta - rate * decoupled * theta;
    const gradient = g + l2 * theta;
    m = beta1 * m + (1 - beta1) * gradient;
    v = beta2 * v + (1 - beta2) * gradient * gradient;
    return shrunk - (rate * m) / (1 - beta1 ** t) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
  };
};

const sgd = (momentum: number, nesterov: boolean, l2 = 0): Rule => {
  let buffer: number | undefined;
  return (theta, g, _, rate) => {
    const gradient = g + l2 * theta;
    buffer = buffer === undefined ? gradient : momentum * buffer + gradient;
    return theta - rate * (nesterov ? gradient + momentum * buffer : momentum === 0 ? gradient : buffer);
  };
};

const adagrad = (epsilon: number, initial: number): Rule => {
  let sum = initial;
  return (theta, g, _, rate) => {
    sum += g * g;
    return theta - (rate * g) / (Math.sqrt(sum) + epsilon);
  };
};

const adamax = (beta1: number, beta2: number, epsilon: number): Rule => {
  let [m, u] = [0, 0];
  return (theta, g, t, rate) => {
    m = beta1 * m + (1 - beta1) * g;
    u = Math.max(beta2 * u, Math.abs(g) + epsilon);
    return theta - (rate * m) / ((1 - beta1 ** t) * u);
  };
};

// Large, small, sign-changing, rare and zero gradients.
const start = [0.5, -1, 2, 0, 3];
const gradients = Array.from({ length: 12 }, (_, t) => [
  100 * Math.cos(t),
  1e-4 * Math.sin(1 + t),
  t % 2 === 0 ? 1 : -0.9,
  t === 7 ? 5 : 0,
  0,
]);
const fading = { schedule: "exponential", start: 0.01, factor: 0.5 };

const cases: [string, Options, () => Rule, ((step: number) => number)?][] = [
  ["adam: PyTorch's defaults", {}, () => adam(0.9, 0.999, 1e-8)],
  ["adam: a large ε, which must not be folded away", { epsilon: 0.1 }, () => adam(0.9, 0.999, 0.1)],
  [
    "adam: other βs and a rate that changes",
    { beta1: 0.5, beta2: 0.9, learningRate: fading },
    () => adam(0.5, 0.9, 1e-8),
    (step) => 0.01 * 0.5 ** Math.floor(step / 4),
  ],
  ["adam: no momentum", { beta1: 0, beta2: 0.99, epsilon: 1e-6 }, () => adam(0, 0.99, 1e-6)],
  ["adam: L2", { weightDecay: 0.3, epsilon: 1e-3 }, () => adam(0.9, 0.999, 1e-3, 0.3)],
  ["adamw: PyTorch's default decay", { kind: "adamw" }, () => adam(0.9, 0.999, 1e-8, 0, 0.01)],
  ["adamw: a large decay", { kind: "adamw", weightDecay: 2 }, () => adam(0.9, 0.999, 1e-8, 0, 2)],
  ["adamw: no decay", { kind: "adamw", weightDecay: 0 }, () => adam(0.9, 0.999, 1e-8)],
  ["sgd: momentum", { kind: "sgd" }, () => sgd(0.9, false)],
  ["sgd: Nesterov, L2", { kind: "sgd", nesterov: true, weightDecay: 0.1 }, () => sgd(0.9, true, 0.1)],
  ["sgd: plain", { kind: "sgd", momentum: 0 }, () => sgd(0, false)],
  ["adagrad: PyTorch's defaults", { kind: "adagrad" }, () => adagrad(1e-10, 0)],
  ["adagrad: sums that start above 0", { kind: "adagrad", initial: 0.1 }, () => adagrad(1e-10, 0.1)],
  ["adamax: PyTorch's defaults", { kind: "adamax" }, () => adamax(0.9, 0.999, 1e-8)],
  [
    "adamax: short memory",
    { kind: "adamax", beta1: 0.5, beta2: 0.5, epsilon: 1e-2 },
    () => adamax(0.5, 0.5, 1e-2),
  ],
];

test("there is a case for every optimiser", () => {
  const kinds = new Set(cases.map(([, { kind = "adam" }]) => kind));
  expect([...kinds].toSorted()).toEqual(optimizers.map(({ name }) => name).toSorted());
});

test.each(cases)("%s: equal to the algorithm after 1 to 12 steps", (_, options, rule, rate = () => 0.01) => {
  for (const steps of [1, 2, 5, 12]) {
    const expected = start.map((theta, i) => {
      const one = rule();
      return gradients
        .slice(0, steps)
        .reduce((now, gradient, step) => one(now, gradient[i]!, step + 1, rate(step)), theta);
    });
    const found = ours(start, gradients.slice(0, steps), { learningRate: 0.01, ...options });
    found.w!.forEach((value, i) => {
      const error = Math.abs(value - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
      expect(error, `step ${steps}, element ${i}`).toBeLessThan(2e-6);
    });
  }
});

describe("the first step, by hand", () => {
  // θ = 2, g = 0.5, rate 0.1.
  test.each([
    // m̂ = g and √v̂ = |g|: the length of the rate, whatever the gradient's.
    [{ kind: "adam" }, 1.9],
    // And 0.1·0.5·2 for the decay.
    [{ kind: "adamw", weightDecay: 0.5 }, 1.8],
    [{ kind: "sgd" }, 1.95],
    // g + 0.9·g = 0.95.
    [{ kind: "sgd", nesterov: true }, 1.905],
    // g/√(g²) = 1.
    [{ kind: "adagrad" }, 1.9],
    // g/√(2 + 0.25) = 1/3.
    [{ kind: "adagrad", initial: 2 }, 2 - 0.1 / 3],
    [{ kind: "adamax" }, 1.9],
    // 0.5/(0.5 + 0.5) = 1/2.
    [{ kind: "adamax", epsilon: 0.5 }, 1.95],
    // L2: g = 0.5 + 0.25·2 = 1.
    [{ kind: "sgd", momentum: 0, weightDecay: 0.25 }, 1.9],
    // The norm of one gradient of 0.5 clipped to 0.1.
    [{ kind: "sgd", momentum: 0, clipNorm: 0.1 }, 1.99],
  ])("%o", (options, expected) => {
    expect(ours([2], [[0.5]], { learningRate: 0.1, ...options }).w![0]).toBeCloseTo(expected, 6);
  });
});

test("the decay that is decoupled is scaled by the rate's schedule at its own step", () => {
  const options = {
    kind: "adamw",
    weightDecay: 1,
    learningRate: { schedule: "piecewise", values: [0, 0.5], durations: [1], unit: "step" },
  };
  // Without a gradient there is nothing but the decay: none at rate 0, half of the weight at 0.5.
  expect(ours([4], [[0]], options).w).toEqual([4]);
  expect(ours([4], [[0], [0]], options).w).toEqual([2]);
});

test("averaging: of the weights after each step, with a decay that grows to the one asked for", () => {
  const options = { kind: "sgd", momentum: 0, learningRate: 1, averaging: 0.3 };
  const { w, "average.w": average } = ours([8], [[4], [2], [1]], options);
  // Weights 4, 2, 1; decays 2/11, 3/12, min(0.3, 4/13); the average starts at the first weight, 8.
  let expected = 8;
  [4, 2, 1].forEach((weight, i) => {
    const decay = [2 / 11, 3 / 12, 0.3][i]!;
    expected = decay * expected + (1 - decay) * weight;
  });
  expect(w).toEqual([1]);
  expect(average![0]).toBeCloseTo(expected, 6);
});

describe("links", () => {
  const moved = (links: readonly Link[], feeds: Readonly<Record<string, number[]>>) => {
    const built = chain(...links);
    const names = Object.keys(feeds);
    const group = names.map((name) => ({
      spec: spec(name, [feeds[name]!.length]),
      parameter: input(`${name}.parameter`, [feeds[name]!.length]),
      gradient: input(name, [feeds[name]!.length]),
    }));
    const nothing = () => {
      throw new Error("nothing is kept");
    };
    const updated = [...built.update(group, nothing, (name) => input(name, []))];
    const time = { t: 1, position: { step: 0, stepsPerEpoch: 1, totalSteps: 1 } };
    const scalars = Object.entries(built.scalarsAt(time)).map(([name, value]) => [name, vector([value], [])]);
    const zero = names.map((name) => [`${name}.parameter`, vector(feeds[name]!.map(() => 0))]);
    const found = interpret(Object.fromEntries(updated.map(({ parameter }, i) => [names[i]!, parameter])), {
      ...Object.fromEntries(names.map((name) => [name, vector(feeds[name]!)])),
      ...Object.fromEntries([...zero, ...scalars]),
    });
    return names.map((name) => Array.from(found[name]!.data as Float32Array));
  };
  const three = { a: [2, -1], b: [2] }; // norm 3

  test("clipping scales all gradients of a group together to the limit, and leaves smaller ones as they are", () => {
    const factor = 1.5 / (3 + 1e-6);
    const [a, b] = moved([clipGlobalNorm(1.5)], three);
    [2 * factor, -factor].forEach((value, i) => {
      expect(a![i]).toBeCloseTo(value, 6);
    });
    expect(b![0]).toBeCloseTo(2 * factor, 6);
    expect(moved([clipGlobalNorm(100)], three)).toEqual([[2, -1], [2]]);
  });

  test("a factor before a link that looks at the updates is applied before it", () => {
    // Halved to a norm of 1.5, clipped to 1, then doubled and turned about.
    const factor = 1 / (1.5 + 1e-6);
    const links = [{ factor: () => 0.5 }, clipGlobalNorm(1), { factor: () => 2 }, scaleByRate(1)];
    const [a, b] = moved(links, three);
    expect(a![0]).toBeCloseTo(-2 * factor, 6);
    expect(a![1]).toBeCloseTo(factor, 6);
    expect(b![0]).toBeCloseTo(-2 * factor, 6);
  });

  test("factors beside each other are one number that is fed", () => {
    expect(chain({ factor: () => 2 }, scaleByRate(3), { factor: () => 5 }).scalarNames).toEqual(["factor"]);
    expect(moved([{ factor: () => 2 }, scaleByRate(3), { factor: () => 5 }], { a: [1] })).toEqual([[-30]]);
  });

  test("what is not wanted is left out; two links that keep or feed the same name are refused", () => {
    expect(chain(undefined, scaleByRate(1)).scalarNames).toEqual(["factor"]);
    const scalar = { scalars: { epsilon: () => 1 } };
    expect(() => chain(scalar, scalar)).toThrow('the scalar "epsilon"');
    const kept = { state: { sum: zeros } };
    expect(() => chain(kept, kept).stateOf(spec("w", [1]))).toThrow('keep "sum"');
  });

  test("decay adds λ·θ", () => {
    const [moved] = chain(decayWeights(0.5)).update(
      [{ spec: spec("w", [2]), parameter: input("w", [2]), gradient: input("g", [2]) }],
      () => input("none", []),
      () => input("none", []),
    );
    const { y } = interpret({ y: moved!.parameter }, { w: vector([2, -4]), g: vector([1, 1]) });
    // θ + g + λ·θ.
    expect([...(y.data as Float32Array)]).toEqual([4, -5]);
  });
});

test("state is by parameter, also where several are updated as one", () => {
  const [a, b] = [spec("a", [2, 1]), spec("b", [3])];
  const packed = { ...spec("a+b", [5]), members: [a, b] };
  const kept = [...makeOptimizer({}).stateOf(packed).values()];
  expect(kept.map(({ name, kind }) => [name, kind])).toEqual([
    ["firstMoment.a+b", "moment"],
    ["secondMoment.a+b", "moment"],
  ]);
  expect(kept[1]!.members!.map(({ name, shape }) => [name, shape])).toEqual([
    ["secondMoment.a", [2, 1]],
    ["secondMoment.b", [3]],
  ]);
});
