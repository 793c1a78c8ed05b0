/** Ordeals of input: arbitrary files, configs, settings and variables. Also run, for seconds, by `test/torture.test.ts`. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { stringify } from "yaml";
import { brokenBy } from "./command.ts";
import type { Ordeal, World } from "./ordeal.ts";

const keys = [
  "name",
  "seed",
  "device",
  "threads",
  "preset",
  "model",
  "model.architecture",
  "model.hidden",
  "model.latentDim",
  "model.likelihood",
  "model.likelihood.sigma",
  "objective",
  "objective.kind",
  "objective.beta",
  "optimizer",
  "optimizer.learningRate",
  "data",
  "data.source",
  "data.source.x",
  "data.batchSize",
  "data.size",
  "data.split",
  "training",
  "training.epochs",
  "training.epochs.0",
  "__proto__",
  "constructor.prototype",
  "",
  ".",
  "toString",
] as const;

const words = [
  "mlp",
  "gaussian",
  "beta",
  "digits",
  "idx",
  "learned",
  "../../esc",
  "/dev/zero",
  "x".repeat(300),
];

/** What people and programs put where a value belongs. */
const scalar = fc.oneof(
  fc.constantFrom<unknown>(...words, "", null, true, Number.NaN, -0, 1e308, -1, 2 ** 53, 0.1),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.double(),
  fc.integer(),
);

const value = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(fc.constantFrom(...keys, "kind", "toString"), fc.string({ maxLength: 8 })),
      tie("tree"),
      {
        maxKeys: 4,
      },
    ),
  ),
})).tree;

/** A key and a value as `--set` takes them; also what is no YAML, and aliases that loop. */
const setting = fc
  .tuple(
    fc.oneof(fc.constantFrom(...keys), fc.string({ maxLength: 12 })),
    fc.oneof(
      value.map((one) => JSON.stringify(one) ?? ""),
      fc.constantFrom(
        "&a [*a]",
        "[",
        "{a: *b}",
        "!!js/function x",
        "{toString: 1}",
        "1e400",
        "0x10",
        "~",
        "&a {b: *a}",
      ),
      fc.string({ unit: "binary", maxLength: 16 }),
    ),
  )
  .map(([key, text]) => `${key}=${text}`);

const variables = [
  "BETALAB_SEED",
  "BETALAB_DEVICE",
  "BETALAB_EPOCHS",
  "BETALAB_SET",
  "BETALAB_THREADS",
  "BETALAB_DATA",
];

/** What a header of an NPY file may claim. */
const npyHeader = fc
  .record({
    descr: fc.constantFrom("|u1", "<f4", "<U0", ">i8", "|O", "<M8[s]", "<c16", "", "<f4000000"),
    fortran: fc.constantFrom("True", "False", "None"),
    shape: fc.oneof(
      fc.constantFrom(
        "()",
        "(3000000000,)",
        "(10, 8, 8)",
        "(-1, 8, 8)",
        "(1e9,)",
        "(2,)*9",
        "(99999999999999999999, 2)",
      ),
      fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 }).map((sizes) => `(${sizes.join(", ")},)`),
    ),
  })
  .map(
    ({ descr, fortran, shape }) => `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`,
  );

const bytes = fc.uint8Array({ maxLength: 700 });

/** NPY, version 1.0. */
function npy(header: string, data: Uint8Array): Uint8Array {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from("\x93NUMPY\x01\x00", "latin1"),
    length,
    Buffer.from(header, "latin1"),
    data,
  ]);
}

/** Files by name: headers that lie, rubbish under an honest name, and bytes without any. */
const file = fc.oneof(
  fc.tuple(npyHeader, bytes).map(([header, data]): [string, Uint8Array] => ["x.npy", npy(header, data)]),
  fc
    .tuple(
      fc.constantFrom(
        "x.npy",
        "x.npz",
        "x.csv",
        "x.json",
        "x.mat",
        "x.h5",
        "images-idx3-ubyte",
        "x.gz",
        "x.yaml",
      ),
      bytes,
    )
    .map(([name, data]): [string, Uint8Array] => [name, data]),
  fc
    .tuple(
      fc.integer({ min: 0, max: 255 }),
      fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 5 }),
      bytes,
    )
    .map(([type, sizes, data]): [string, Uint8Array] => {
      const head = Buffer.alloc(4 + 4 * sizes.length);
      head.set([0, 0, type, sizes.length]);
      for (const [i, size] of sizes.entries()) head.writeUInt32BE(size, 4 + 4 * i);
      return ["images-idx3-ubyte", Buffer.concat([head, data])];
    }),
  fc
    .tuple(
      fc.constantFrom<readonly number[]>(
        [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
        [0x47, 0x49, 0x46],
        [0xff, 0xd8, 0xff],
        [0x42, 0x4d],
      ),
      fc.constantFrom("x.png", "x.jpg", "x.bmp", "x.webp"),
      bytes,
    )
    .map(([magic, name, data]): [string, Uint8Array] => [name, Uint8Array.from([...magic, ...data])]),
);

/** The property of one kind of input: what broke, or nothing. */
interface Fuzz<T> {
  readonly name: string;
  readonly arbitrary: fc.Arbitrary<T>;
  broken(world: Pick<World, "folder">, input: T): Promise<string | undefined>;
}

const fuzzes: readonly Fuzz<unknown>[] = [
  fuzz("settings", fc.array(setting, { minLength: 1, maxLength: 3 }), (_, settings) =>
    brokenBy(["config", "demo", ...settings.flatMap((text) => ["--set", text])], {}),
  ),
  fuzz(
    "configs as YAML",
    fc.oneof(
      value.map((one) => text(one)),
      fc.string({ unit: "binary", maxLength: 200 }),
    ),
    (world, yaml) => {
      const path = join(world.folder(), "x.yaml");
      writeFileSync(path, yaml);
      return brokenBy(["config", path], {});
    },
  ),
  fuzz(
    "sweeps as YAML",
    fc.tuple(fc.record({ grid: value, seeds: value, set: value, name: scalar }, { requiredKeys: [] }), value),
    (world, [sweep, steps]) => {
      const path = join(world.folder(), "x.yaml");
      writeFileSync(path, `config: demo\n${text(sweep)}\nthen: ${JSON.stringify(steps)}`);
      // A file can't hold the runs: what is a sweep ends there, before anything trains.
      return brokenBy(["sweep", path, "--out", join(path, "out")], {});
    },
  ),
  fuzz(
    "variables",
    fc.dictionary(
      fc.constantFrom(...variables),
      fc.oneof(fc.constantFrom("[", "", "&a [*a]", "1e99", "-1"), fc.string({ maxLength: 9 })),
    ),
    (_, environment) => brokenBy(["config", "demo"], environment as Record<string, string>),
  ),
  fuzz("data files", file, (world, [name, data]) => {
    const folder = world.folder();
    mkdirSync(join(folder, "data"), { recursive: true });
    writeFileSync(join(folder, "data", name), data);
    const source = /npy|npz/.test(name)
      ? "npz"
      : /idx/.test(name)
        ? "idx"
        : /csv/.test(name)
          ? "csv"
          : "folder";
    return brokenBy(["data", "inspect", source, "--data", join(folder, "data")], {
      BETALAB_CACHE: join(folder, "cache"),
    });
  }),
  fuzz(
    "files of models and records",
    fc.tuple(
      fc.constantFrom("run.json", "model.json", "metrics.jsonl", "sweep.json"),
      fc.oneof(
        bytes,
        value.map((one) => JSON.stringify(one) ?? ""),
      ),
    ),
    (world, [name, data]) => {
      const folder = world.folder();
      writeFileSync(join(folder, name), data);
      return brokenBy(["verify", folder], {});
    },
  ),
  fuzz(
    "words",
    fc.array(
      fc.oneof(
        fc.constantFrom("train", "config", "evaluate", "--set", "--seed", "-1", "--", "demo", "--out", "-q"),
        fc.string({ maxLength: 12 }),
      ),
      { maxLength: 4 },
    ),
    (_, argv) =>
      // Nothing may begin to train: where nothing can be written, it can't.
      argv.includes("train") || argv.includes("demo")
        ? brokenBy(["config", ...argv.filter((word) => !/^train$/.test(word))], {})
        : brokenBy(argv, {}),
  ),
];

function fuzz<T>(
  name: string,
  arbitrary: fc.Arbitrary<T>,
  broken: (world: Pick<World, "folder">, input: T) => Promise<string | undefined>,
): Fuzz<unknown> {
  return { name, arbitrary, broken: (world, input) => broken(world, input as T) };
}

/** Any tree as YAML; what YAML can't say as it is as JSON. */
function text(tree: unknown): string {
  try {
    return stringify(tree);
  } catch {
    return JSON.stringify(tree) ?? "";
  }
}

/** So many inputs are one trial: the first that breaks is shrunk to a small one. */
const RUNS = 20;

export const fuzzOrdeals: readonly Ordeal[] = fuzzes.map(({ name, arbitrary, broken }) => ({
  name: `fuzz: ${name}`,
  promise:
    "any input ends in 0, 1 with a named reason, 2 or 3; in bounded time and memory, never an internal error",
  async *trials(world) {
    for (;;) {
      const seed = Math.floor(world.random() * 2 ** 31);
      const details = await fc.check(
        fc.asyncProperty(arbitrary, async (input) => {
          const problem = await broken(world, input);
          if (problem !== undefined) throw new Error(problem);
        }),
        { numRuns: RUNS, seed, endOnFailure: false },
      );
      const what = `${details.numRuns} inputs, seed ${seed}`;
      const problem = details.failed
        ? `${JSON.stringify(details.counterexample)?.slice(0, 300)}: ${String((details.errorInstance as Error)?.message)}`
        : undefined;
      yield { what, problem };
    }
  },
}));
