/**
 * WebGPU against what is known: every operator of our own engine against the interpreter; training against training on the
 * CPU, one step of every preset, objective and likelihood from the same state, pictures and noise; and what stays on the device
 * between two calls. The GPU is a software one.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolveConfig, shipped } from "../src/config/node.ts";
import { digits } from "../src/data/index.ts";
import * as g from "../src/graph/index.ts";
import { type ImageShape, likelihoods, priors } from "../src/models/index.ts";
import { objectives } from "../src/objectives/index.ts";
import { buildModel, buildOptimizer } from "../src/trained/index.ts";
import { trainingProgram } from "../src/training/index.ts";
import { checkpoints, read } from "./helpers/command-line.ts";
import { temporaryFolder } from "./helpers/data.ts";
import { cases, operands } from "./helpers/operator-cases.ts";
import { start } from "./helpers/processes.ts";
import { graphs, randomFeeds } from "./helpers/random-graphs.ts";
import { smallFlags } from "./helpers/small-run.ts";
import {
  type Compared,
  type GpuEngine,
  noWebGpu,
  type StepJob,
  webGpuEnvironment,
  webGpuProcess,
} from "./helpers/webgpu.ts";

const { compute, compare, cross } = webGpuProcess();

/** Largest difference, as a part of a tensor's largest element. */
const TOLERANCE = 1e-3;

/**
 * Images in a batch, for the presets' own 16 to 144, since a software GPU takes seconds for a convolutional net as
 * it is. The graph is otherwise the preset's, and with a multiple of four its kernels are the same, which take four
 * numbers at a time where they can. In colour, which is celeba's net, two must do: its kernels are those of the others.
 */
const BATCH = 4;
const batchOf = ({ channels }: ImageShape): number => (channels === 3 ? BATCH / 2 : BATCH);
const WARM_UP = 2;
/** Larger pictures, for which a software GPU takes minutes, are cut to this; their net follows the size. */
const LARGEST = 64;
const SMALL = 32;
/**
 * A rectifier's input within rounding of zero may have its kink on either side, and its gradient then differs by a
 * lot that is nobody's mistake; celeba's net has two million of them. Such a step is taken again with other pictures.
 */
const TRIES = 8;
const PICTURES = BATCH * (WARM_UP + TRIES);

/** Height and width of the sources that have a size of their own. */
const sizes: Readonly<Record<string, number>> = { mnist: 28, "fashion-mnist": 28, digits: 28, dsprites: 64 };

function jobOf(preset: string, set: readonly string[] = []): StepJob {
  const { config } = resolveConfig(preset, { set });
  const data: { source: string; size?: unknown; channels?: unknown } = config.data;
  const size = data.size ?? sizes[data.source];
  if (typeof size === "number" && size > LARGEST) return jobOf(preset, [...set, `data.size=${SMALL}`]);
  if (typeof size !== "number") throw new Error(`${preset}: how large are the pictures of ${data.source}?`);
  const image: ImageShape = { height: size, width: size, channels: data.channels === 3 ? 3 : 1 };
  const shrunk = { ...config, data: { ...config.data, batchSize: batchOf(image) } };
  return { config: shrunk, image, ...picturesOf(image) };
}

/** Drawn digits, in colour three of them on each other: pictures that differ, and so do their posteriors. */
function picturesOf({ height, channels }: ImageShape): Pick<StepJob, "pixels" | "labels"> {
  const { images, labels } = digits({ count: PICTURES * channels, size: height });
  const area = height * height;
  const pixels = new Uint8Array(PICTURES * area * channels);
  const one = new Uint8Array(area);
  for (let i = 0; i < PICTURES * channels; i++) {
    images.read([i], one);
    const first = Math.floor(i / channels) * area * channels + (i % channels);
    for (const [pixel, ink] of one.entries()) pixels[first + pixel * channels] = ink;
  }
  return { pixels, labels: { names: labels.names, values: labels.values.slice(0, PICTURES) } };
}

/** Presets that differ in numbers that are fed (β, the learning rate) have the same graph, which is tried once. */
function byGraph(): { names: string; job: StepJob }[] {
  const found = new Map<string, { names: string; job: StepJob }>();
  for (const { name } of shipped.presets) {
    const job = jobOf(name);
    const key = graphOf(job);
    const { names, job: first } = found.get(key) ?? { names: undefined, job };
    found.set(key, { names: names === undefined ? name : `${names}, ${name}`, job: first });
  }
  return [...found.values()];
}

function graphOf({ config, image, labels }: StepJob): string {
  const { program } = trainingProgram({
    ...buildModel(config, image, { classes: labels.names, registries: shipped }),
    optimizer: buildOptimizer(config, shipped),
    batchSize: batchOf(image),
    dataSize: PICTURES,
    unroll: 1,
  });
  return createHash("sha256").update(g.writeOnnx(program)).digest("hex");
}

/** Largest difference; relative to the largest element, or to `least` where all are smaller. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>, least: number): number {
  let [worst, largest] = [0, least];
  for (let i = 0; i < expected.length; i++) {
    // A NaN counts as the worst there is.
    const one = Math.abs(actual[i]! - expected[i]!);
    worst = one <= worst ? worst : Number.isNaN(one) ? Number.POSITIVE_INFINITY : one;
    largest = Math.max(largest, Math.abs(expected[i]!));
  }
  return worst / largest;
}

/** Weights, and the averages of weights. */
const isWeights = (kind: Compared["tensors"][number]["kind"]): boolean =>
  kind === "parameter" || kind === "average";

/** Relative differences by name: terms, gradients and their squares (the moments), batch statistics. */
function differences({ tensors, cpu, webgpu }: Compared): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, value] of Object.entries(cpu.terms)) {
    // In nats, or a factor: below a millionth it is nothing.
    found.set(`term ${name}`, difference([webgpu.terms[name]!].flat(), [value].flat(), 1e-6));
  }
  for (const { name, kind } of tensors) {
    if (isWeights(kind)) continue;
    found.set(`${kind} ${name}`, difference(webgpu.state[name]!, cpu.state[name]!, 1e-30));
  }
  return found;
}

/**
 * The part of the weights that differ. Adam's first step has the gradient's sign alone: where that is rounding
 * about zero, as for a bias before batch norm, a weight may go either way.
 */
function differingWeights({ tensors, cpu, webgpu }: Compared): number {
  let [differing, total] = [0, 0];
  for (const { name } of tensors.filter(({ kind }) => isWeights(kind))) {
    const expected = cpu.state[name]!;
    const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);
    total += expected.length;
    differing += webgpu.state[name]!.filter(
      (value, i) => !(Math.abs(value - expected[i]!) <= TOLERANCE * largest),
    ).length;
  }
  return differing / total;
}

/** Milliseconds, on a machine that has other things to do. */
const patience = 300_000;
const smallNet = ["data.size=16", "model.hidden=[20]", "model.latentDim=4"];
/** What no preset has. */
const inPresets = new Set(shipped.presets.map(({ name }) => jobOf(name).config.objective.kind as string));
const variants = [
  ...objectives.filter(({ name }) => !inPresets.has(name)).map(({ name }) => `objective.kind=${name}`),
  ...likelihoods.map(({ name }) => `model.likelihood.kind=${name}`),
  ...priors.map(({ name }) => `model.prior.kind=${name}`),
];

describe.skipIf(noWebGpu !== undefined)("an operator on WebGPU computes what the interpreter says", () => {
  /** With the kernels for a processor in a card's place, which read for themselves, or for a card, whose groups share what they read. */
  function expectMeaning(name: string, isSoftware: boolean, numRuns: number) {
    return fc.assert(
      fc.asyncProperty(cases[name]!, fc.nat(), async (testCase, seed) => {
        const inputs = testCase.shapes.map((shape, i) => g.input(`x${i}`, shape));
        const outputs = { y: testCase.build(...inputs) };
        const feeds = Object.fromEntries(operands(testCase, seed).map((value, i) => [`x${i}`, value]));
        const expected = g.interpret(outputs, feeds).y;
        const { y } = await compute(g.serializeProgram({ name, inputs, outputs }), feeds, isSoftware);
        expect(y!.shape).toEqual(expected.shape);
        expect(difference(y!.data as Float32Array, expected.data as Float32Array, 1)).toBeLessThan(1e-4);
      }),
      { numRuns, seed: 7 },
    );
  }

  test.each(Object.keys(cases))("%s", { timeout: patience }, (name) => expectMeaning(name, true, 8));
  // These shaders take a software GPU a second each to compile.
  test.each([
    "matmul",
    "matmul, a batch",
    "linear",
    "conv2d",
    "convInputGradient",
    "convWeightGradient",
    "sum",
    "max",
  ])("%s, in groups that share", { timeout: patience }, (name) => expectMeaning(name, false, 2));

  test("random graphs", { timeout: patience }, () =>
    fc.assert(
      fc.asyncProperty(graphs, async (program) => {
        const expected = g.interpret(program.outputs, randomFeeds);
        const found = await compute(g.serializeProgram(program), randomFeeds, true);
        for (const [name, { data }] of Object.entries(expected)) {
          expect(difference(found[name]!.data as Float32Array, data as Float32Array, 1)).toBeLessThan(1e-4);
        }
      }),
      { numRuns: 25, seed: 5 },
    ),
  );

  test("constants of any sign and size, and tensors without elements", { timeout: patience }, async () => {
    const x = g.input("x", [2, 0]);
    const one = (value: number) => g.constant(Float32Array.of(value), [1]);
    const outputs = {
      minus: g.negate(one(-3)),
      infinite: g.exp(one(100)),
      least: g.log(one(0)),
      none: g.exp(x),
      sums: g.sum(x, [1]),
      products: g.matmul(x, g.transpose(x, [1, 0])),
    };
    const feeds = { x: { dtype: "float32", shape: [2, 0], data: new Float32Array(0) } } as const;
    for (const isSoftware of [true, false]) {
      const found = await compute(
        g.serializeProgram({ name: "odd", inputs: [x], outputs }),
        feeds,
        isSoftware,
      );
      expect(found).toEqual(g.interpret(outputs, feeds));
    }
  });

  test("sums that are longer than a group, and products that are cut along their depth", {
    timeout: patience,
  }, async () => {
    const [rows, depth] = [37, 5003];
    const a = g.input("a", [rows, depth]);
    const outputs = {
      all: g.sum(a),
      rows: g.sum(a, [1]),
      columns: g.max(a, [0]),
      gram: g.matmul(a, a, false, true),
    };
    const data = Float32Array.from({ length: rows * depth }, (_, i) => Math.sin(i * i));
    const feeds = { a: { dtype: "float32", shape: [rows, depth], data } } as const;
    const expected = g.interpret(outputs, feeds);
    const program = g.serializeProgram({ name: "long", inputs: [a], outputs });
    for (const isSoftware of [true, false]) {
      const found = await compute(program, feeds, isSoftware);
      for (const [name, value] of Object.entries(expected)) {
        const one = difference(found[name]!.data as Float32Array, value.data as Float32Array, 1);
        expect(one, name).toBeLessThan(1e-5);
      }
    }
  });
});

describe.skipIf(noWebGpu !== undefined)("a step on WebGPU is what it is on the CPU", () => {
  async function expectAgreement(job: StepJob, engine: GpuEngine = "wgsl") {
    const compared = await compare(job, engine, WARM_UP, TRIES);
    const found = [...differences(compared)].toSorted(([, a], [, b]) => b - a);
    expect(compared.kinks).toBe(0);
    expect(found.filter(([, relative]) => !(relative <= TOLERANCE))).toEqual([]);
    expect(differingWeights(compared)).toBeLessThan(0.01);
  }

  test.each(byGraph())("preset $names", { timeout: patience }, ({ job }) => expectAgreement(job));
  test.each(variants)("a small net with %s", { timeout: patience }, (set) =>
    expectAgreement(jobOf("demo", [...smallNet, set])),
  );
  test.each(["mlp", "conv"])("a small %s net by ONNX Runtime", { timeout: patience }, (architecture) => {
    const net = architecture === "conv" ? ["model={architecture: conv, width: 4, latentDim: 4}"] : smallNet;
    return expectAgreement(jobOf("demo", ["data.size=16", ...net]), "native");
  });
});

describe.skipIf(noWebGpu !== undefined)("between two calls on WebGPU", () => {
  test("the state stays on the device: only the batch and the terms cross", {
    timeout: patience,
  }, async () => {
    const job = jobOf("demo");
    const { state, fed, returned } = await cross(job, "wgsl", 3);
    expect(state).toBeGreaterThan(3 * 4 * 784 * 400);
    // Pixels; noise; Adam's two scalars and β. The first call takes the state along.
    const batch = BATCH * 28 * 28 + 4 * (BATCH * job.config.model.latentDim + 3);
    expect(fed).toEqual([state + batch, batch, batch]);
    expect(Math.max(...returned)).toBeLessThan(100);
  });

  test("a run that was stopped and resumed has the same bits as one that was not", {
    timeout: patience,
  }, async () => {
    const folder = temporaryFolder();
    const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
    const run = async (...argv: string[]) => {
      const { status, err } = await start(argv, webGpuEnvironment).ended;
      expect(status, err).toBe(0);
    };
    const train = ["train", "demo", ...smallFlags, "--device", "webgpu"];
    await run(...train, "--epochs", "2", "--out", whole);
    await run(...train, "--epochs", "1", "--out", parts);
    await run("resume", parts, "--epochs", "2");
    const [last] = checkpoints(whole).slice(-1);
    expect(checkpoints(parts)).toContain(last);
    const bits = (path: string) => read(path, "checkpoints", last!);
    expect(bits(parts).equals(bits(whole))).toBe(true);
  });
});
