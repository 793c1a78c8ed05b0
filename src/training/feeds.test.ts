/**
 * What the product itself feeds its programs, value by value: which images with which labels, noise and drawn numbers
 * of each step, scalars under their schedules, and the optimiser's scalars with the number of the update.
 */

import { describe, expect, test } from "vitest";
import { makeVae } from "../../test/helpers/models.ts";
import { makeJob, makeObjective, makeOptimizer } from "../../test/helpers/training.ts";
import { fillNormal } from "../base/random.ts";
import { type Dataset, memoryImages, type Split } from "../data/index.ts";
import type { Value } from "../graph/index.ts";
import type { RandomDraw } from "../objectives/index.ts";
import { type Call, Feeder } from "./feeds.ts";
import type { TrainingJob } from "./job.ts";
import { type Control, initialProgress, updated } from "./progress.ts";

const IMAGE = { height: 1, width: 3, channels: 1 } as const;
const COUNT = 23;
const BATCH = 4;
const PER_EPOCH = 5;
const CLASSES = ["a", "b", "c"];

/** Classes without a period that a batch could share. */
const labelOf = (image: number): number => (image * image + (image >> 2)) % 3;

/** Image i is [i, 100 + i, 200]: which one a batch holds, and whether it is mirrored, can be read off. */
const split: Split = {
  images: memoryImages(
    Uint8Array.from({ length: 3 * COUNT }, (_, at) => [at / 3, 100 + Math.floor(at / 3), 200][at % 3]!),
    { ...IMAGE, count: COUNT },
  ),
  labels: { names: CLASSES, values: Int32Array.from({ length: COUNT }, (_, i) => labelOf(i)) },
};

const data: Dataset = {
  name: "numbered",
  fingerprint: "",
  train: split,
  heldOut: split,
  notes: [],
  close() {},
};

const linear = (start: number, end: number) => ({ schedule: "linear", start, end, unit: "step", from: 0 });

async function jobWith(kind: string, options: object = {}, changes: Partial<TrainingJob> = {}) {
  const objective = makeObjective(kind, options);
  const classes = objective.conditional ? CLASSES : undefined;
  const vae = makeVae({ architecture: "mlp", options: { hidden: [5] }, image: IMAGE, latentDim: 2, classes });
  return makeJob({ vae, objective, data, batchSize: BATCH, epochs: 2, ...changes });
}

const shuffle: RandomDraw = { name: "shuffle", kind: "permutation", shape: [12, 3] };
const prior: RandomDraw = { name: "prior", kind: "normal", shape: [BATCH, 2] };

/** After so many updates of each group. */
function controlAfter(job: TrainingJob, updates: Record<string, number>): Control {
  return Object.entries(updates).reduce(
    (control, [group, count]) => updated(control, [group], count),
    initialProgress(job.objective).control,
  );
}

/** What a call is fed, as plain arrays; the feeder overwrites its own at the next call. */
function fed(
  job: TrainingJob,
  call: Partial<Call>,
  program: Partial<Parameters<Feeder["feeds"]>[0]> = {},
): Record<string, { shape: readonly number[]; data: number[] }> {
  const { scalarNames = [], draws = [] } = program;
  const whole = {
    step: 0,
    count: 1,
    groups: ["model"],
    control: controlAfter(job, {}),
    ...call,
  };
  return plain(new Feeder(job).feeds({ scalarNames, draws }, whole));
}

function plain(feeds: Readonly<Record<string, Value>>): ReturnType<typeof fed> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]: [string, Value]) => [
      name,
      { shape, data: Array.from(data as ArrayLike<number>) },
    ]),
  );
}

/** The numbers of the images in a call, and of those that are mirrored. */
function imagesOf(pixels: readonly number[]): { images: number[]; mirrored: number[] } {
  const rows = Array.from({ length: pixels.length / 3 }, (_, i) => pixels.slice(3 * i, 3 * i + 3));
  const images = rows.map(([left, middle, right]) => {
    const image = middle! - 100;
    expect([left, right].toSorted((a, b) => a! - b!)).toEqual([image, 200]);
    return image;
  });
  return { images, mirrored: images.filter((_, i) => rows[i]![0] === 200) };
}

test("what was prepared while the device worked is what would have been drawn, under the scalars of now", async () => {
  let beta = 1;
  const job = await jobWith("conditional", {}, { flip: true, held: () => ({ beta }) });
  const program = { scalarNames: ["beta"], draws: [shuffle, prior] };
  const feeder = new Feeder(job);
  const control = controlAfter(job, {});
  for (const steps of [{}, { inner: 0 }]) {
    const call = { step: 0, count: 2, groups: ["model"], control, ...steps };
    const next = "inner" in steps ? { ...call, inner: 2 } : { ...call, step: 2 };
    const others = [next, { ...next, count: 1 }, call];
    for (const other of others) {
      beta = 1;
      feeder.feeds(program, call);
      feeder.prepare(program.draws, call);
      beta = 7;
      expect(plain(feeder.feeds(program, other))).toEqual(fed(job, other, program));
    }
  }
  const drawn: ArrayLike<number>[] = [];
  const read: typeof split.images.read = (indices, ...rest) => {
    drawn.push(indices);
    split.images.read(indices, ...rest);
  };
  const watched = { ...split.images, read };
  const counting = new Feeder({ ...job, data: { ...data, train: { ...split, images: watched } } });
  const call = { step: 0, count: 5, groups: ["model"], control };
  counting.prepare(program.draws, call);
  expect(drawn).toHaveLength(5);
  counting.feeds(program, { ...call, step: 5 });
  expect(drawn).toHaveLength(5);
  // Nothing comes after the end.
  counting.prepare(program.draws, { ...call, step: 5 });
  expect(drawn).toHaveLength(5);
});

describe("images and labels", () => {
  test("what the next call will read is fetched ahead, and no more", async () => {
    const job = await jobWith("beta");
    const fetched: number[][] = [];
    const images = {
      ...split.images,
      prefetch: (indices: ArrayLike<number>) => void fetched.push(Array.from(indices)),
    };
    const watched = { ...job, data: { ...data, train: { ...split, images } } };
    fed(watched, { step: 0, count: 2 });
    const next = imagesOf(fed(job, { step: 2, count: 2 }).pixels!.data).images;
    expect(fetched.flat()).toEqual(next);
  });

  test("an epoch shows every image at most once, the next one in another order, and labels go along", async () => {
    const job = await jobWith("conditional");
    const epochs = [0, PER_EPOCH].map((step) => fed(job, { step, count: PER_EPOCH }));
    const orders = epochs.map(({ pixels, label }) => {
      expect(pixels!.shape).toEqual([PER_EPOCH * BATCH, 1, 3, 1]);
      const { images, mirrored } = imagesOf(pixels!.data);
      expect(new Set(images).size).toBe(PER_EPOCH * BATCH);
      expect(mirrored).toEqual([]);
      expect(label!.shape).toEqual([PER_EPOCH * BATCH, 3]);
      expect(label!.data).toEqual(
        images.flatMap((image) => [0, 1, 2].map((c) => Number(c === labelOf(image)))),
      );
      return images;
    });
    expect(orders[0]).not.toEqual(orders[0]!.toSorted((a, b) => a - b));
    expect(orders[1]).not.toEqual(orders[0]);
  });

  test("a call of several steps is fed what as many calls of one step are", async () => {
    const job = await jobWith("conditional", {}, { flip: true });
    const program = {
      scalarNames: ["optimizer.model.factor", "optimizer.model.epsilon", "beta"],
      draws: [shuffle, prior],
    };
    const single = [3, 4, 5, 6].map((step, i) => {
      const control = controlAfter(job, { model: 3 + i });
      return fed(job, { step, control }, program);
    });
    const control = controlAfter(job, { model: 3 });
    const together = fed(job, { step: 3, count: 4, control }, program);
    for (const [name, { data, shape }] of Object.entries(together)) {
      expect(data, name).toEqual(single.flatMap((one) => one[name]!.data));
      expect(shape, name).toEqual([4 * single[0]![name]!.shape[0]!, ...single[0]![name]!.shape.slice(1)]);
    }
    expect(Object.keys(together).toSorted()).toEqual([
      "label",
      "noise",
      "pixels",
      "random:prior",
      "random:shuffle",
      "scalars",
    ]);
  });

  test("flip mirrors about half of the images, other ones in each batch", async () => {
    const job = await jobWith("vae", {}, { flip: true });
    const steps = Array.from({ length: 40 }, (_, step) => imagesOf(fed(job, { step }).pixels!.data));
    const mirrored = steps.reduce((total, one) => total + one.mirrored.length, 0);
    // 160 coins: 80 ± 4·6.3.
    expect(Math.abs(mirrored - 80)).toBeLessThan(26);
    const places = steps.map(({ images, mirrored }) =>
      images.map((image) => mirrored.includes(image)).join(),
    );
    expect(new Set(places).size).toBeGreaterThan(10);
  });
});

describe("random numbers", () => {
  test("the noise of each step is that of its seed and number, a row for every draw of every image", async () => {
    const job = await jobWith("iwae", { samples: 3 });
    const { noise } = fed(job, { step: 7, count: 2 });
    expect(noise!.shape).toEqual([2 * 3 * BATCH, 2]);
    const expected = [7, 8].flatMap((step) => {
      const values = new Float32Array(3 * BATCH * 2);
      fillNormal(values, { seed: job.seed, stream: "noise", step });
      return [...values];
    });
    expect(noise!.data).toEqual(expected);
    expect(fed({ ...job, seed: job.seed + 1 }, { step: 7, count: 2 }).noise!.data).not.toEqual(expected);
  });

  test("normal draws of two names are independent, and those of one name change with the step", async () => {
    const other = { ...prior, name: "other" };
    const feeds = fed(await jobWith("vae"), { count: 2 }, { draws: [prior, other] });
    const { "random:prior": first, "random:other": second } = feeds;
    expect(first!.shape).toEqual([2 * BATCH, 2]);
    expect(new Set([...first!.data, ...second!.data]).size).toBe(2 * first!.data.length);
  });

  test("permutations: each column is one, columns differ, steps differ", async () => {
    const { "random:shuffle": drawn } = fed(await jobWith("vae"), { count: 5 }, { draws: [shuffle] });
    expect(drawn!.shape).toEqual([5 * 12, 3]);
    const columns = Array.from({ length: 5 * 3 }, (_, at) => {
      const [step, column] = [Math.floor(at / 3), at % 3];
      return Array.from({ length: 12 }, (_, row) => drawn!.data[(step * 12 + row) * 3 + column]!);
    });
    for (const column of columns) expect(column.toSorted((a, b) => a - b)).toEqual([...Array(12).keys()]);
    expect(new Set(columns.map((column) => column.join())).size).toBe(15);
  });
});

describe("scalars", () => {
  test("schedules of objective, likelihood and learning rate are read at each step of a call", async () => {
    const objective = makeObjective("beta", { beta: linear(0, 9) });
    const likelihood = { kind: "gaussian", sigma: linear(1, 0.1) };
    const vae = makeVae({
      architecture: "mlp",
      options: { hidden: [5] },
      image: IMAGE,
      latentDim: 2,
      likelihood,
    });
    const base = await jobWith("vae");
    const optimizer = makeOptimizer({ learningRate: linear(0.1, 0.01) });
    const job = { ...base, objective, vae, optimizer };
    const [name] = Object.keys(vae.decoding.scalars!);
    const { scalars } = fed(job, { step: 2, count: 3 }, { scalarNames: [name!, "beta"] });
    expect(scalars!.shape).toEqual([3, 2]);
    // The run has 10 steps: β is the number of the step, σ falls by a tenth at each.
    [1 - 0.2, 2, 1 - 0.3, 3, 1 - 0.4, 4].forEach((value, i) => {
      expect(scalars!.data[i]).toBeCloseTo(value, 6);
    });
    expect(new Feeder(job).learningRate(2)).toBeCloseTo(0.1 - 2 * 0.01, 12);
  });

  /** √(1 − β₂ᵗ) and the like, by the paper: what the update's own number makes of rate and ε. */
  const adam = (rate: number, t: number, [beta1, beta2, epsilon]: [number, number, number]) => {
    const root = Math.sqrt((1 - beta2) / (1 - beta2 ** t));
    return [(-rate * (1 - beta1)) / (1 - beta1 ** t) / root, epsilon / root];
  };
  const close = (found: readonly number[], expected: readonly number[]) => {
    expect(found).toHaveLength(expected.length);
    expected.forEach((value, i) => {
      expect(Math.abs(found[i]! / value - 1), `scalar ${i}`).toBeLessThan(1e-6);
    });
  };

  test("Adam's t and the rate's schedule go on over calls and within a call", async () => {
    const base = await jobWith("beta", { beta: 2 });
    const optimizer = makeOptimizer({ learningRate: linear(0.1, 0.01) });
    const job = { ...base, optimizer };
    const control = controlAfter(job, { model: 11 });
    const { scalars } = fed(
      job,
      { step: 6, count: 3, control },
      { scalarNames: ["optimizer.model.factor", "optimizer.model.epsilon"] },
    );
    close(
      scalars!.data,
      [12, 13, 14].flatMap((t, i) => adam(0.1 - 0.01 * (6 + i), t, [0.9, 0.999, 1e-8])),
    );
  });

  test("a group with an optimiser of its own has its own rate, βs and count of updates", async () => {
    const job = await jobWith("factor", { layers: 1, width: 4, discriminatorRate: 3e-4 });
    const groups = ["model", "discriminator"];
    const control = controlAfter(job, { model: 2, discriminator: 6 });
    const scalarNames = [
      ...groups.flatMap((group) => [`optimizer.${group}.factor`, `optimizer.${group}.epsilon`]),
      "gamma",
    ];
    const { scalars } = fed(job, { step: 2, count: 2, groups, control }, { scalarNames });
    close(
      scalars!.data,
      [0, 1].flatMap((i) => [
        ...adam(1e-2, 3 + i, [0.9, 0.999, 1e-8]),
        ...adam(3e-4, 7 + i, [0.5, 0.9, 1e-8]),
        40,
      ]),
    );
  });
});

test("an inner loop draws images, noise and numbers of its own, and reads schedules at the step it precedes", async () => {
  const job = await jobWith("beta", { beta: linear(0, 9) }, { flip: false });
  const control = controlAfter(job, { model: 2 });
  const program = { scalarNames: ["beta", "optimizer.model.epsilon"], draws: [prior] };
  const call = { step: 3, count: PER_EPOCH, control };
  const [inner, later] = [0, PER_EPOCH].map((inner) => fed(job, { ...call, inner }, program));
  const outer = fed(job, { ...call, step: 0 }, program);
  const orders = [inner, later, outer].map((one) => imagesOf(one!.pixels!.data).images);
  for (const order of orders) expect(new Set(order).size).toBe(PER_EPOCH * BATCH);
  expect(new Set(orders.map(String)).size).toBe(3);
  for (const name of ["noise", "random:prior"]) {
    const all = [inner, later, outer].flatMap((one) => one![name]!.data);
    expect(new Set(all).size, name).toBe(all.length);
  }
  const values = inner!.scalars!.data;
  expect(values.filter((_, i) => i % 2 === 0)).toEqual([3, 3, 3, 3, 3]);
  // ε/√((1 − β₂)/(1 − β₂ᵗ)) with t = 3, 4, …: an inner update is an update of the optimiser.
  values
    .filter((_, i) => i % 2 === 1)
    .forEach((value, i) => {
      expect(value / (1e-8 / Math.sqrt(0.001 / (1 - 0.999 ** (3 + i))))).toBeCloseTo(1, 5);
    });
});
