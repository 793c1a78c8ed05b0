import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { parseJson } from "../base/json.ts";
import type { ConfigInput } from "../config/index.ts";
import { metricNames } from "../metrics/index.ts";
import { type MetricsRecord, mergeMetrics, newestResults, readMetrics } from "../runs/index.ts";
import { exportJob } from "./export.ts";
import { metrics } from "./metrics.ts";
import { resume } from "./resume.ts";
import { train } from "./train.ts";
import { otherData } from "./udr.ts";

const folder = temporaryFolders();

/** 96 sprites of 3 shapes, 2 scales, 4 × 4 places; trained for a second. */
const sprites = { source: "sprites", size: 16, scales: 2, orientations: 1, positions: 4, batchSize: 16 };

async function trained(data: Record<string, unknown>, seed: number): Promise<string> {
  const run = join(folder(), `run-${seed}`);
  const config = {
    name: "small",
    seed,
    data,
    model: { architecture: "mlp", hidden: [32], latentDim: 3 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 3, stepsPerCall: 1 },
  };
  await runJob(train, config as ConfigInput, { out: run });
  return run;
}

const few = { train: 300, test: 100, replicates: 4 };

describe("a run on sprites", () => {
  let measured: MetricsRecord;
  let stored: unknown;
  let read: unknown;
  let csv: string;
  let tex: string;
  const stages: string[] = [];

  // One run for all: temporaryFolders clears after each test, so the first reads all that the others look at.
  beforeAll(async () => {
    const first = await trained(sprites, 1);
    const { value, paths } = await saveJob(
      metrics,
      [first],
      { ...few, tables: ["csv", "latex"] },
      {
        onEvent: (event) => event.type === "stage" && stages.push(event.stage),
      },
    );
    expect(value.udr).toEqual([]);
    expect(value.runs[0]!.path).toBe(first);
    const { path: _, ...record } = value.runs[0]!;
    measured = record as MetricsRecord;
    expect(paths).toEqual([".json", ".csv", ".tex"].map((end) => `${first}/tables/metrics${end}`));
    [csv, tex] = paths.slice(1).map((path) => readFileSync(path, "utf8")) as [string, string];
    stored = parseJson(readFileSync(paths[0]!, "utf8"));
    read = readMetrics(first);
  });

  test("tables: a row a metric, a column a key, and the same for reading", () => {
    const [heading, ...lines] = csv.trimEnd().split("\n");
    expect(heading).toMatch(
      /^run,step,data,metric,score,low_95,high_95,chance,unit,better,definition,seed,settings\.[\x20-\x7e]+$/,
    );
    expect(lines).toHaveLength(measured.results.length);
    const mig = measured.results.find(({ metric }) => metric === "mig")!;
    const line = lines.find((one) => one.includes(",mig,"))!.split(",");
    expect(line.slice(0, 4)).toEqual(["run-1", "15", measured.data, "mig"]);
    for (const [i, number] of [mig.score, mig.interval.low, mig.interval.high].entries())
      expect(Number(line[4 + i])).toBeCloseTo(number, 8);
    expect(tex).toContain("metric & score & 95 \\% interval & chance &  \\\\\n\\midrule\n");
    expect(tex).toContain(`\nmig & ${mig.score.toFixed(3)} & `);
  });

  test("every metric is measured on the whole grid", () => {
    expect(measured.results.map(({ metric }) => metric)).toEqual(metricNames);
    expect(measured).toMatchObject({
      format: 2,
      run: "run-1",
      checkpoint: { step: 15 },
      images: 96,
      latentDim: 3,
      seed: 1,
      skipped: [],
    });
    expect(measured.results.filter(({ chance }) => chance === undefined).map(({ metric }) => metric)).toEqual(
      ["gaussian-tc", "wasserstein-correlation", "code-mutual-information"],
    );
    for (const { score, interval } of measured.results) {
      expect(score).toBeGreaterThanOrEqual(interval.low);
      expect(score).toBeLessThanOrEqual(interval.high);
    }
    expect(measured.results[2]!.settings.factors).toEqual(["shape", "scale", "x", "y"]);
  });

  test("the file holds what was returned, and is read back by its schema", () => {
    expect(stored).toEqual(JSON.parse(JSON.stringify(measured)));
    expect(read).toEqual(measured);
  });

  test("progress names each stage", () => {
    expect([...new Set(stages)].filter((stage) => !stage.includes("data"))).toEqual([
      "encoding images",
      ...metricNames.map((name) => `measuring ${name}`),
    ]);
  });
});

test("digits have labels and sampled factors: what fixes a factor says why not, all else is measured", async () => {
  const run = await trained({ source: "digits", limit: 300, batchSize: 32 }, 3);
  const {
    value: {
      runs: [found],
    },
  } = await runJob(metrics, [run], few);
  expect(found!.skipped.map(({ metric }) => metric)).toEqual(["beta-vae", "factor-vae", "irs"]);
  expect(found!.skipped[0]!.reason).toContain("the factors are not a complete grid");
  const mig = found!.results.find(({ metric }) => metric === "mig")!;
  expect(mig.settings.grid).toBe("incomplete");
  expect(mig.remarks![0]).toBe("the factors are not a complete grid: measured on the images that there are");
  await failure("data", () => runJob(metrics, [run], { ...few, only: ["irs"] }));
  const taken = await runJob(metrics, [run], { ...few, only: ["irs"], incomplete: true });
  expect(taken.value.runs[0]!.results[0]!.score).toBeGreaterThan(0);
});

test("settings of a metric, by name; a wrong one is named before anything is encoded", async () => {
  const run = await trained(sprites, 4);
  const settings = ["mig.bins=7", "mig-tc.exclude=[x, y]", "udr.relation=spearman"];
  const { value } = await runJob(metrics, [run], { ...few, only: ["mig", "mig-tc"], settings });
  const [mig, tc] = value.runs[0]!.results;
  expect(mig!.settings.bins).toBe(7);
  expect(tc!.settings.excluded).toEqual(["x", "y"]);
  expect(tc!.remarks!.at(-1)).toMatch(/^without x, y; with all factors \d\.\d{3}$/);
  const refused = (code: "usage" | "config", text: string) =>
    failure(code, () => runJob(metrics, [run], { settings: [text] }));
  expect((await refused("config", "mig.bins=1")).message).toBe("settings.mig.bins is 1: expected at least 2");
  expect((await refused("config", "mig.bin=4")).hint).toBe("it has bins");
  expect((await refused("usage", "mgi.bins=4")).hint).toBe('did you mean "mig"?');
  expect((await refused("usage", "bins")).message).toBe(
    'option settings: "bins" is not of the form key=value',
  );
  expect((await refused("usage", "mig=4")).message).toContain("names no setting");
  expect((await refused("config", "udr.relation=rank")).message).toContain("settings.udr.relation");
});

test("what is measured later joins what is there; older weights keep their step", async () => {
  const run = await trained(sprites, 2);
  const measure = (options: object) => saveJob(metrics, [run], { ...few, ...options });
  const results = () => readMetrics(run)!.results.map(({ metric, seed, step }) => [metric, seed, step]);
  await measure({ only: ["mig", "sap"] });
  const now = await measure({ only: ["mig"] });
  expect(now.value.runs[0]!.results.map(({ metric }) => metric)).toEqual(["mig"]);
  expect(results()).toEqual([
    ["sap", 2, 15],
    ["mig", 2, 15],
  ]);
  await measure({ only: ["mig"], seed: 9 });
  expect(results()).toEqual([
    ["sap", 2, 15],
    ["mig", 2, 15],
    ["mig", 9, 15],
  ]);
  expect(newestResults(readMetrics(run)!).map(({ metric, seed }) => [metric, seed])).toEqual([
    ["sap", 2],
    ["mig", 9],
  ]);
  await runJob(resume, run, { epochs: 4 });
  await measure({ only: ["sap"] });
  expect(results().at(-1)).toEqual(["sap", 2, 20]);
  expect(results()).toHaveLength(4);
  expect(readMetrics(run)!.checkpoint.step).toBe(20);
  expect(newestResults(readMetrics(run)!).map(({ metric, step }) => [metric, step])).toEqual([["sap", 20]]);
  // What can be measured now is no longer skipped.
  const before = {
    ...readMetrics(run)!,
    skipped: [
      { metric: "sap", reason: "x" },
      { metric: "dci", reason: "y" },
    ],
  };
  expect(mergeMetrics(before, readMetrics(run)!).skipped).toEqual([{ metric: "dci", reason: "y" }]);
});

test("UDR ranks runs of the same images; each run's record goes into its own folder", async () => {
  const runs = [await trained(sprites, 6), await trained(sprites, 7)];
  const { value, notes } = await runJob(metrics, runs, { only: ["udr"] });
  expect(notes?.filter((text) => text.includes("UDR wants"))).toEqual([]);
  expect(value.runs).toEqual([]);
  expect(value.udr.map(({ path }) => path)).toEqual(runs);
  const [first] = value.udr;
  expect(first!.udr).toMatchObject({ metric: "udr", seed: 6, samples: { images: 10, models: 2 } });
  expect(first!.udr.parts.perPartner).toEqual([first!.udr.score]);

  const both = await saveJob(metrics, runs, { ...few, only: ["mig"], tables: [] });
  expect(both.paths).toEqual(runs.map((run) => join(run, "tables", "metrics.json")));
  expect(both.value.udr).toEqual([]);
  const out = folder();
  const elsewhere = await saveJob(metrics, runs, { ...few, tables: [], only: ["gaussian-tc"] }, { out });
  expect(elsewhere.paths).toEqual(["run-6", "run-7"].map((name) => join(out, name, "metrics.json")));
});

test("an exported model is measured as its run is, and ranked beside it", async () => {
  const run = await trained(sprites, 8);
  const model = join(folder(), "model");
  await saveJob(exportJob, run, {}, { out: model });
  const { notes } = await runJob(metrics, [run, model], { only: ["udr"] });
  expect(notes).toContain(
    `${model} has the settings and the seed of a run before it: UDR wants seeds that differ`,
  );
  const measured = await saveJob(metrics, [run, model], {
    ...few,
    only: ["mig", "sap", "udr"],
    tables: ["csv"],
  });
  const [ofRun, ofModel] = measured.value.runs;
  expect(ofModel!.results).toEqual(ofRun!.results);
  expect([ofModel!.run, ofModel!.path]).toEqual(["model", model]);
  const [one, other] = measured.value.udr.map(({ udr }) => udr.score);
  expect(one).toBe(other);
  expect(one).toBeGreaterThan(0.8);
  expect(measured.paths.slice(2)).toEqual([".json", ".csv"].map((end) => `${model}/tables/metrics${end}`));
  expect(readMetrics(model)!.results).toEqual(ofRun!.results);
});

test("UDR refuses one run, and runs on different data unless nobody asked for it", async () => {
  const run = await trained(sprites, 4);
  await failure("usage", () => runJob(metrics, [run], { only: ["udr"] }));
  const other = await trained({ ...sprites, scales: 3 }, 5);
  const error = await failure("data", () => runJob(metrics, [run, other], { only: ["udr"] }));
  expect(error.message).toContain("was trained on other data");
  const notes: string[] = [];
  const { value } = await runJob(metrics, [run, other], few, {
    onEvent: (event) => event.type === "note" && notes.push(event.text),
  });
  expect(value.udr).toEqual([]);
  expect(value.runs).toHaveLength(2);
  expect(notes).toEqual([`no UDR: ${other} was trained on other data than ${run}`]);
});

test("a run that can't be measured takes nothing from the others, and is told", async () => {
  const [bad, good] = [await trained(sprites, 6), await trained(sprites, 7)];
  const checkpoints = join(bad, "checkpoints");
  for (const name of readdirSync(checkpoints)) truncateSync(join(checkpoints, name), 50);
  const error = await failure("run", () => runJob(metrics, [bad], { ...few, only: ["mig"] }));
  const notes: string[] = [];
  const measured = await runJob(
    metrics,
    [good, bad],
    { ...few, only: ["mig"] },
    { onEvent: (event) => event.type === "note" && notes.push(event.text) },
  );
  expect(measured.failed).toBe(true);
  expect(measured.value.failed).toEqual([{ path: bad, reason: error.message }]);
  expect(notes).toContain(`${bad} could not be measured: ${error.message}`);
  expect(measured.value.runs.map(({ path }) => path)).toEqual([good]);
  const folders = measured.artifacts!.map((one) => "folder" in one && one.folder);
  expect(new Set(folders)).toEqual(new Set([good]));
});

test("of an exported model's data only the name is known: two runs after it are held against each other", () => {
  const model = { path: "model", dataName: "sprites" };
  const run = (fingerprint: string) => ({
    ...model,
    path: fingerprint,
    run: { information: { data: { fingerprint } } },
  });
  const odd = (...models: object[]) => otherData(models as never)?.map(({ path }) => path);
  expect(odd(model, run("a"), run("b"))).toEqual(["b", "a"]);
  expect(odd(model, run("a"), run("a"))).toBeUndefined();
  expect(odd(model, run("a"), { ...model, path: "other", dataName: "digits" })).toEqual(["other", "model"]);
});

test("an unknown metric is refused before anything is opened", async () => {
  const error = await failure("usage", () => runJob(metrics, ["no such run"], { only: ["dcy"] }));
  expect(error.hint).toBe('did you mean "dci"?');
});
