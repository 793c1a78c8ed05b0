import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { newRun } from "../../test/helpers/runs.ts";
import { RunDirectory } from "../runs/index.ts";
import { defineSweep } from "./definition.ts";
import { planSweep } from "./plan.ts";

const sweep = (more: object = {}) =>
  defineSweep({ config: "demo", grid: { "objective.beta": [1, 4] }, seeds: 1, ...more }, "test");

test("layers: the sweep is above the environment, option set above the sweep's set", () => {
  const definition = sweep({ set: { "training.epochs": 7, "data.count": 500 } });
  const [run] = planSweep(definition, {
    out: temporaryFolder(),
    set: ["data.count=900"],
    environment: { BETALAB_SEED: "9", BETALAB_EPOCHS: "3" },
  }).runs;
  expect(run!.config).toMatchObject({ seed: 0, training: { epochs: 7 }, data: { count: 900 } });
});

test("option set of a key that is varied is a usage error", async () => {
  const error = await failure("usage", () => planSweep(sweep(), { set: ["objective.beta=2"] }));
  expect(error.message).toBe("option set sets objective.beta, which the sweep varies");
});

test("a wrong value is found before anything trains, and names the run", async () => {
  const error = await failure("config", () => planSweep(sweep({ grid: { "objective.beta": [1, -4] } })));
  expect(error.message).toContain("objective.beta (from the sweep, run beta--4_seed-0) is -4");
});

test("two runs that resolve to the same config are an error", async () => {
  const list = [{ "objective.beta": 1 }, { "objective.beta": 1, "training.epochs": 40 }];
  const error = await failure("config", () => planSweep(defineSweep({ config: "demo", list }, "test")));
  expect(error.message).toContain("the runs beta-1 and beta-1_epochs-40 are the same run");
});

test("what is there already: finished, interrupted, other settings", async () => {
  const out = temporaryFolder();
  const [first, second] = planSweep(sweep(), { out }).runs;
  const make = (path: string, config: unknown, status: "finished" | "running") => {
    const run = RunDirectory.create(path, { ...newRun, config });
    run.update({ status });
    run.close();
  };
  make(first!.path, { ...first!.config, threads: 5 }, "finished");
  make(second!.path, second!.config, "running");
  expect(planSweep(sweep(), { out }).runs.map(({ found }) => found)).toEqual(["finished", "interrupted"]);
  const error = await failure("run", () => planSweep(sweep(), { out, set: ["training.epochs=3"] }));
  expect(error.message).toBe(
    `${first!.path} holds a run with other settings: training.epochs is 40 there and 3 here`,
  );
});

test("a broken run.json is named", async () => {
  const out = temporaryFolder();
  mkdirSync(join(out, "beta-1_seed-0"));
  writeFileSync(join(out, "beta-1_seed-0", "run.json"), "{");
  const error = await failure("run", () => planSweep(sweep(), { out }));
  expect(error.message).toContain("run.json is cut off or not JSON");
});

test("runs are found by what they are, not by what they are called: a key that moves to `set`, an axis more", async () => {
  const out = temporaryFolder();
  const make = ({ path, config }: { path: string; config: unknown }) => {
    const run = RunDirectory.create(path, { ...newRun, config });
    run.update({ status: "finished" });
    run.close();
  };
  const [run] = planSweep(
    defineSweep({ config: "demo", grid: { "objective.beta": [4] }, seeds: 1 }, "test"),
    { out },
  ).runs;
  make(run!);
  const moved = defineSweep({ config: "demo", set: { "objective.beta": 4 }, seeds: 2 }, "test");
  expect(planSweep(moved, { out }).runs.map(({ name, path, found }) => [name, path, found])).toEqual([
    ["seed-0", join(out, "beta-4_seed-0"), "finished"],
    ["seed-1", join(out, "seed-1"), "new"],
  ]);
  const rate = run!.config.optimizer.learningRate as number;
  const grid = { "objective.beta": [4, 8], "optimizer.learningRate": [rate, rate / 2] };
  const wider = planSweep(defineSweep({ config: "demo", grid, seeds: 1 }, "test"), { out });
  expect(wider.runs.map(({ found }) => found)).toEqual(["finished", "new", "new", "new"]);
  expect(wider.runs[0]!.path).toBe(join(out, "beta-4_seed-0"));
});
