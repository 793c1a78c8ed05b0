import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { parseJson } from "../base/json.ts";
import { resolveConfig } from "../config/node.ts";
import { metricNames } from "../metrics/index.ts";
import { measureRun, type RunMetrics, rankRuns } from "./metrics.ts";
import { train } from "./train.ts";

const folder = temporaryFolders();

/** 96 sprites of 3 shapes, 2 scales, 4 × 4 places; trained for a second. */
const sprites = { source: "sprites", size: 16, scales: 2, orientations: 1, positions: 4, batchSize: 16 };

async function trained(data: Record<string, unknown>, seed: number): Promise<string> {
  const run = join(folder(), `run-${seed}`);
  const { config } = resolveConfig({
    name: "small",
    seed,
    data,
    model: { architecture: "mlp", hidden: [32], latentDim: 3 },
    objective: { kind: "beta", beta: 1 },
    training: { epochs: 3, stepsPerCall: 1 },
  });
  for await (const _ of train(config, { out: run }));
  return run;
}

const few = { train: 300, test: 100, replicates: 4 };

describe("a run on sprites", () => {
  let metrics: RunMetrics;
  let stored: unknown;
  const stages: string[] = [];

  // One run for all: temporaryFolders clears after each test, so the first reads all that the others look at.
  beforeAll(async () => {
    const first = await trained(sprites, 1);
    const measured = await measureRun(first, { ...few, onProgress: ({ stage }) => stages.push(stage) });
    ({ metrics } = measured);
    expect(measured.path).toBe(`${first}/tables/metrics.json`);
    stored = parseJson(readFileSync(measured.path, "utf8"));
  });

  test("every metric is measured on the whole grid", () => {
    expect(metrics.results.map(({ metric }) => metric)).toEqual(metricNames);
    expect(metrics).toMatchObject({
      format: 1,
      run: "run-1",
      images: 96,
      latentDim: 3,
      seed: 1,
      skipped: [],
    });
    for (const { score, interval } of metrics.results) {
      expect(score).toBeGreaterThanOrEqual(interval.low);
      expect(score).toBeLessThanOrEqual(interval.high);
    }
    expect(metrics.results[2]!.settings.factors).toEqual(["shape", "scale", "x", "y"]);
  });

  test("the file holds what was returned", () => {
    expect(stored).toEqual(JSON.parse(JSON.stringify(metrics)));
  });

  test("progress names each stage", () => {
    expect([...new Set(stages)]).toEqual([
      "encoding images",
      ...metricNames.map((name) => `measuring ${name}`),
    ]);
  });
});

test("digits have labels and no grid: factor metrics say so, the others are measured", async () => {
  const run = await trained({ source: "digits", limit: 300, batchSize: 32 }, 3);
  const { metrics } = await measureRun(run, few);
  const measured = metrics.results.map(({ metric }) => metric);
  expect(measured).toEqual([
    "gaussian-tc",
    "wasserstein-correlation",
    "code-mutual-information",
    "label-information",
    "linear-probe",
    "k-nn",
  ]);
  expect(metrics.skipped[0]!.reason).toContain("the factors are not a complete grid");
  const asked = await failure("data", () => measureRun(run, { ...few, metrics: ["mig"] }));
  expect(asked.hint).toContain("incomplete: true");
  const taken = await measureRun(run, { ...few, metrics: ["mig"], incomplete: true });
  expect(taken.metrics.results[0]!.score).toBeGreaterThan(0);
});

test("UDR ranks runs of the same images", async () => {
  const runs = [await trained(sprites, 6), await trained(sprites, 7)];
  const ranked = await rankRuns(runs);
  expect(ranked.map(({ path }) => path)).toEqual(runs);
  expect(ranked[0]!.udr).toMatchObject({ metric: "udr", seed: 6, samples: { images: 10, models: 2 } });
  expect(ranked[0]!.udr.parts.perPartner).toEqual([ranked[0]!.udr.score]);
});

test("UDR refuses one run, and runs on different data", async () => {
  const run = await trained(sprites, 4);
  await failure("data", () => rankRuns([run]));
  const other = await trained({ ...sprites, scales: 3 }, 5);
  const error = await failure("data", () => rankRuns([run, other]));
  expect(error.message).toContain("was trained on other data");
});

test("an unknown metric is refused before anything is opened", async () => {
  const error = await failure("usage", () => measureRun("no such run", { metrics: ["dcy"] }));
  expect(error.hint).toBe('did you mean "dci"?');
});
