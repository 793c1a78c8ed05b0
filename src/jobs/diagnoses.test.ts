/** Each diagnosis on a trained run on which it must speak; and one sound run on which none may. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { commandLine } from "../../test/helpers/command-line.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { decodeSafetensors, encodeSafetensors } from "../base/safetensors.ts";
import type { ConfigInput } from "../config/index.ts";
import { rules } from "../metrics/likelihood/diagnoses.ts";
import { evaluate } from "./evaluate.ts";
import { train } from "./train.ts";

const { folder } = commandLine();
let count = 0;

type Sections = Partial<Record<"data" | "model" | "objective" | "optimizer" | "training", object>>;

async function trained({ data, model, objective, optimizer, training }: Sections): Promise<string> {
  const out = join(folder, `run-${count++}`);
  const config = {
    name: "small",
    data: { source: "digits", batchSize: 32, count: 600, binarize: "static", ...data },
    model: { architecture: "mlp", hidden: [64], latentDim: 2, likelihood: { kind: "bernoulli" }, ...model },
    objective: objective ?? { kind: "beta", beta: 1 },
    optimizer: { learningRate: 0.003, ...optimizer },
    training: { epochs: 10, stepsPerCall: 8, ...training },
    threads: 1,
  } as ConfigInput;
  await runJob(train, config, { out });
  return out;
}

const found = async (run: string, samples = 10): Promise<string[]> => {
  const { value } = await runJob(evaluate, run, { samples });
  return value.diagnoses.map(({ name }) => name);
};

let sound: string;
beforeAll(async () => {
  sound = await trained({ training: { epochs: 15 } });
}, 60_000);

test("a sound run gets none", async () => {
  expect(await found(sound, 100)).toEqual([]);
});

const grey = { data: { binarize: "none" } };
const gaussian = (sigma: number) => ({ ...grey, model: { likelihood: { kind: "gaussian", sigma } } });
const sick: readonly [names: readonly string[], Sections, samples?: number][] = [
  [
    ["posterior-collapse", "decoder-ignores-latents"],
    { objective: { kind: "beta", beta: 1000 }, optimizer: { learningRate: 0.01 }, training: { epochs: 25 } },
  ],
  [
    ["unused-latents"],
    {
      model: { latentDim: 32 },
      objective: { kind: "beta", beta: 5 },
      optimizer: { learningRate: 0.01 },
      training: { epochs: 25 },
    },
  ],
  [["kl-explosion", "few-effective-samples"], gaussian(0.01), 100],
  [["sigma-swallows-signal"], gaussian(1)],
  [
    ["uninformative-latents"],
    { ...gaussian(1), objective: { kind: "capacity", gamma: 1000, capacity: 3 }, training: { epochs: 3 } },
  ],
  [
    ["over-fitting"],
    {
      data: { count: 200, heldOut: 0.5 },
      model: { hidden: [128], latentDim: 8 },
      optimizer: { learningRate: 0.01 },
      training: { epochs: 30 },
    },
  ],
];

test.each(sick)("%s", async (names, sections, samples) => {
  expect(await found(await trained(sections), samples)).toEqual(expect.arrayContaining([...names]));
});

test("non-finite: a posterior whose variance overflows", async () => {
  const run = await trained({ training: { epochs: 1 } });
  const checkpoints = join(run, "checkpoints");
  const path = join(
    checkpoints,
    readdirSync(checkpoints)
      .filter((name) => name.startsWith("step-"))
      .at(-1)!,
  );
  const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
  for (const [key, { data }] of Object.entries(tensors))
    if (/log_?var.*bias$/i.test(key)) data.fill(200 as never);
  writeFileSync(path, encodeSafetensors(tensors, metadata));
  expect(await found(run)).toContain("non-finite");
});

test("no rule is forgotten", () => {
  const known = ["non-finite", ...sick.flatMap(([names]) => names)];
  expect(known.sort()).toEqual(rules.map(({ name }) => name).sort());
});
