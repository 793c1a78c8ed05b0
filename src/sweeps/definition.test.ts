import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import type { Step } from "../jobs/index.ts";
import { jobs } from "../jobs/index.ts";
import { defineSweep, readSweep } from "./definition.ts";
import { planSweep } from "./plan.ts";
import { sweepPresets } from "./presets.ts";
import { checkSteps } from "./steps.ts";

test("a file: name from the file, seeds last, steps with and without options", () => {
  const path = join(temporaryFolder(), "widths.yaml");
  writeFileSync(
    path,
    "config: demo\nset: {training.epochs: 2}\ngrid: {model.latentDim: [2, 5]}\nseeds: 2\n" +
      "then: [evaluate, {metrics: {only: [mig], train: 100}}]\n",
  );
  const { name, config, set, settings, steps } = readSweep(path);
  expect({ name, config, set }).toEqual({ name: "widths", config: "demo", set: { "training.epochs": 2 } });
  expect(settings).toEqual([
    { "model.latentDim": 2, seed: 0 },
    { "model.latentDim": 2, seed: 1 },
    { "model.latentDim": 5, seed: 0 },
    { "model.latentDim": 5, seed: 1 },
  ]);
  expect(steps).toEqual([
    { job: "evaluate", options: {} },
    { job: "metrics", options: { only: ["mig"], train: 100 } },
  ]);
});

test("a config file is found beside the sweep file", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "mine.yaml"), "preset: demo\nobjective: {kind: beta, beta: 3}\n");
  writeFileSync(join(folder, "sweep.yaml"), "config: mine.yaml\nseeds: [7]\n");
  const [run] = planSweep(readSweep(join(folder, "sweep.yaml")), { out: join(folder, "runs") }).runs;
  expect(run).toMatchObject({ name: "seed-7", config: { seed: 7, objective: { kind: "beta", beta: 3 } } });
});

test.each([
  [null, "the sweep holds no keys"],
  [{ seeds: 3 }, "the sweep: config is missing"],
  [{ config: "demo" }, "the sweep varies nothing"],
  [{ config: "demo", gird: { seed: [1] } }, "the sweep: unknown key gird"],
  [{ config: "demo", seeds: 0 }, "the sweep: seeds is 0"],
  [{ config: "demo", grid: { seed: [] } }, "the sweep: grid.seed is []"],
  [{ config: "demo", grid: { a: [1] }, zip: { b: [1] } }, "the sweep has both grid and zip"],
  [{ config: "demo", set: { seed: 1 }, seeds: 2 }, "the sweep: seed is in set and is varied"],
  // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
  [{ config: "demo", seeds: 2, then: ["metrics", "metrics"] }, "the sweep: then names metrics twice"],
])("%j is refused", async (input, message) => {
  const error = await failure("config", () => defineSweep(input, "x"));
  expect(error.message).toContain(message);
});

test("an unknown preset gets the nearest name", async () => {
  const error = await failure("config", () => readSweep("mnist-beta"));
  expect(error.hint).toContain('did you mean "mnist-betas"?');
});

test.each(Object.keys(sweepPresets))("the preset %s resolves", (name) => {
  const { runs, steps } = planSweep(readSweep(name), { out: join(temporaryFolder(), name) });
  expect(runs).toHaveLength({ "mnist-betas": 15, "sprites-betas": 18 }[name]!);
  expect(runs[0]!.name).toBe("beta-1_seed-0");
  expect(steps.map(({ job }) => job)).toEqual(["evaluate", "metrics"]);
});

test("then names jobs that work on a run, with options that they have", async () => {
  const refused = async (steps: Step[]) =>
    (await failure("config", () => checkSteps(steps, jobs, "the sweep"))).message;
  await checkSteps([{ job: "traverse", options: { dims: [0] } }], jobs, "the sweep");
  expect(await refused([{ job: "evaluat", options: {} }])).toBe(
    'the sweep: then has "evaluat": there is no job of that name',
  );
  expect(await refused([{ job: "presets", options: {} }])).toContain("doesn't work on a run");
  expect(await refused([{ job: "evaluate", options: { samples: 0 } }])).toContain(
    "the sweep: then.evaluate: `samples` is 0: expected at least 1",
  );
  expect(await refused([{ job: "evaluate", options: { sample: 1 } }])).toContain("no option `sample`");
});

test("a training's config where a sweep belongs is said to be one", () => {
  expect(() => defineSweep({ preset: "demo", training: { epochs: 2 } }, "mine")).toThrow(
    expect.objectContaining({ code: "config", hint: expect.stringContaining("which the job `train` takes") }),
  );
});
