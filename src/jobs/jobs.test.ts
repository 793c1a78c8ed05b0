/** The jobs that are short: what each comes to, and that its value is what its schema says. */

import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { failure } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallConfig, smallSettings } from "../../test/helpers/small-run.ts";
import { parseJson, stringifyJson } from "../base/json.ts";
import { shipped } from "../config/node.ts";
import { compare } from "./compare/index.ts";
import { config } from "./config.ts";
import { dataInspect } from "./data/inspect.ts";
import { dataList } from "./data/list.ts";
import { dataMake } from "./data/make.ts";
import { demo } from "./demo.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { presets } from "./presets.ts";
import { suggest } from "./suggest/index.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Whether the schema takes the value as it is, nothing missing, nothing that it doesn't know. */
function fits(schema: z.ZodType, value: unknown): void {
  expect(schema.parse(value)).toEqual(value);
}

test("demo says where its run goes unless `out` says otherwise", () => {
  const { out } = demo.options.shape;
  expect(out.description).toBe("the run directory (default: betalab-demo, with a number if that is taken)");
  expect(z.toJSONSchema(out)).toMatchObject({ placeholder: "folder", environment: "BETALAB_OUT" });
});

test("presets", async () => {
  const { value } = await runJob(presets, undefined, {});
  expect(value.map(({ name }) => name)).toEqual(shipped.presets.map(({ name }) => name));
  fits(presets.value, value);
});

test("config: values with their origins, the schema, or nothing to print", async () => {
  const { value, artifacts } = await runJob(config, "demo", { set: ["model.latentDim=3"], seed: 7 });
  expect(value.config).toMatchObject({ seed: 7, model: { latentDim: 3 } });
  expect(value.origins).toMatchObject({ "model.latentDim": "option set" });
  expect(artifacts).toBeUndefined();
  const schema = (await runJob(config, undefined as never, { schema: true })).value;
  expect(schema).toMatchObject({ type: "object" });
  await failure("usage", () => runJob(config, undefined as never, {}));
});

test("config: the schedules as a chart, where there are any", async () => {
  const outcome = await runJob(config, "dsprites-capacity", { plot: true });
  expect(outcome).toMatchObject({ stem: "dsprites-capacity-schedules", folder: "." });
  expect(outcome.value.schedules).toEqual(["objective.capacity"]);
  const { paths } = await saveJob(
    config,
    "dsprites-capacity",
    { plot: true },
    { out: join(folder, "drawn.svg") },
  );
  expect(paths).toEqual(["drawn.png", "drawn.svg"].map((name) => join(folder, name)));
  expect(readFileSync(paths[1]!, "utf8")).toContain("objective.capacity");
  const notes: unknown[] = [];
  const none = await runJob(config, "demo", { plot: true }, { onEvent: (event) => notes.push(event) });
  expect(none.artifacts).toEqual([]);
  expect(notes).toEqual([{ type: "note", text: "no number of this config follows a schedule" }]);
});

test("doctor: the CPU works", async () => {
  const { value } = await runJob(
    doctor,
    undefined,
    {},
    { environment: { BETALAB_CACHE: join(folder, "none") } },
  );
  expect(value.cache).toEqual({ path: join(folder, "none"), exists: false, bytes: 0, writable: true });
  expect(value.devices.map(({ name }) => name)).toContain("cpu");
  doctor.value.parse(value);
});

test("data: list, make, inspect", async () => {
  const list = (await runJob(dataList, undefined, {})).value;
  expect(list.find(({ name }) => name === "sprites")).toMatchObject({ available: true, fetchable: false });
  fits(dataList.value, list);
  const out = join(folder, "sprites.npz");
  const small = ["size=16", "scales=2", "orientations=1", "positions=4"];
  const made = (await runJob(dataMake, "sprites", { out, set: small })).value;
  expect(made).toMatchObject({ path: out, shape: [96, 16, 16] });
  fits(dataMake.value, made);
  const { value } = await runJob(dataInspect, "npz", { data: out });
  expect([value.train.count + value.heldOut.count, value.pixels.binary]).toEqual([96, true]);
  fits(dataInspect.value, value);
});

test("suggest: a probe at β = 1, and what to train next", async () => {
  const out = join(folder, "probe");
  const set = [
    ...smallSettings,
    ...["data.count=1500", "model.hidden=[32]", "optimizer.learningRate=0.003"],
    ...["objective.kind=beta", "objective.beta=9"],
  ];
  const { value } = await runJob(suggest, "demo", { out, set, epochs: 12 });
  fits(suggest.value, value);
  expect(JSON.parse(readFileSync(join(out, "run.json"), "utf8")).config.objective).toMatchObject({ beta: 1 });
  expect(value.path).toBe(out);
  expect(value.facts).toMatchObject({ epochs: 12, latentDim: 2, dimensions: 784 });
  const early = await failure("run", () =>
    runJob(suggest, "demo", { out: join(folder, "early"), set: [...smallSettings], epochs: 2 }),
  );
  expect(early.message).toMatch(
    /^no β can be suggested: after 2 epochs the probe has not learned to use its latents/,
  );
  expect(early.hint).toContain("`epochs` 167");
  expect(value.trainings[0]!.set.slice(-2)).toEqual([
    "objective.kind=beta",
    `objective.beta=${value.beta.value}`,
  ]);
  expect(value.sweep).toMatchObject({
    config: "demo",
    set: { "model.hidden": [32], threads: 1 },
    grid: { "objective.beta": value.betas },
    seeds: 3,
  });
});

test("suggest: stopped, it is an interruption that leaves the probe", async () => {
  const controller = new AbortController();
  const out = join(folder, "stopped");
  const onEvent = ({ type }: { type: string }) => type === "epoch" && controller.abort();
  const stopping = runJob(
    suggest,
    "demo",
    { out, set: [...smallSettings] },
    { signal: controller.signal, onEvent },
  );
  const { message } = await failure("interrupted", () => stopping);
  expect(message).toContain(out);
  expect(existsSync(join(out, "checkpoints"))).toBe(true);
});

test("compare: data and files side by side; evaluations of older weights are left out", async () => {
  const sweep = join(folder, "sweep");
  const runs = [];
  for (const beta of [1, 4]) {
    const out = join(sweep, `beta-${beta}`);
    await runJob(train, smallConfig(`objective.beta=${beta}`, "training.epochs=1"), { out });
    await saveJob(evaluate, out, { samples: 2, limit: 5 });
    runs.push(out);
  }
  const { value, paths } = await saveJob(compare, [sweep], {});
  expect(compare.value.parse(parseJson(stringifyJson(value)))).toMatchObject({ verdict: value.verdict });
  expect(paths).toEqual(
    [".html", ".png", ".svg", ".md", ".csv", "-runs.csv", "-differences.csv", ".json"].map((end) =>
      join(sweep, "comparison", `comparison${end}`),
    ),
  );
  expect(value.settings.map(({ label, runs: own }) => [label, own[0]!.path])).toEqual([
    ["β = 1", runs[0]],
    ["β = 4", runs[1]],
  ]);
  const likelihood = value.measures.find(({ key }) => key === "negativeLogLikelihood")!;
  expect(likelihood.definition).toContain("2 samples of each of 5 of 12 held-out images (seed 0)");
  expect(value.rows[0]).toEqual(["", "β = 1", "β = 4", ""]);

  const copy = join(folder, "copied");
  cpSync(sweep, copy, { recursive: true });
  const file = join(copy, "beta-4", "tables", "evaluation.json");
  const stored = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...stored, checkpoint: { ...stored.checkpoint, step: 1 } }));
  const { notes } = (await runJob(compare, [copy], {})).value;
  // Once, where the numbers are that it is about.
  expect(notes.filter((note) => note.includes("evaluation.json"))).toEqual([
    "beta-4 is left out of NLL, MI, TC, Σ KL_d: tables/evaluation.json is of step 1, its weights are of step 6",
  ]);
  writeFileSync(file, "{}");
  const broken = (await runJob(compare, [copy], {})).value.notes;
  expect(broken.some((note) => note.includes(file) && note.startsWith("beta-4 is left out of NLL"))).toBe(
    true,
  );
});
