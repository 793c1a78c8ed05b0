/** Every job of the catalogue, stopped at random moments: it ends within a second and leaves no half file. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BetalabError } from "../src/base/errors.ts";
import { fillUniform } from "../src/base/random.ts";
import { telling } from "../src/jobs/index.ts";
import { createWorkbench, type Workbench } from "../src/workbench/index.ts";
import { failure } from "./helpers/data.ts";
import { notBuilt } from "./helpers/processes.ts";
import { smallConfig } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seed = Number(process.env.BETALAB_TEST_SEED ?? Date.now() % 1_000_000);
const TRIES = 3;
/** Of the processor's time, which is what it takes on an idle machine. */
const LIMIT = 1000;
/** Of the clock's, where others share the machine. */
const PATIENCE = 4000;

const environment = { BETALAB_CACHE: join(folder, "cache") };
const own = createWorkbench({}, { environment });
const run = join(folder, "run");
beforeAll(async () => {
  await own.train(smallConfig(), { out: run });
});

/** As it is built: the processes that carry a sweep out need JavaScript. */
async function built(): Promise<Pick<Workbench, "run">> {
  const door: typeof import("../src/index.ts") = await import(pathToFileURL(resolve("dist/index.js")).href);
  return door.createWorkbench({}, { environment });
}

/** A home for `data fetch` that sends a few bytes at a time, for ever. */
const home = createServer((_, response) => {
  const timer = setInterval(() => response.write(new Uint8Array(1000)), 20);
  response.on("close", () => clearInterval(timer));
});
beforeAll(() => new Promise<void>((resolve) => home.listen(0, "127.0.0.1", resolve)));
afterAll(() => {
  home.closeAllConnections();
  home.close();
});

/** Each job with a small subject; `at` is a folder of this try. */
const cases: Readonly<Record<string, (at: string) => readonly [subject: unknown, options: object]>> = {
  demo: (at) => [undefined, { out: join(at, "demo") }],
  train: (at) => [smallConfig("training.epochs=30"), { out: join(at, "trained") }],
  resume: (at) => [at, { epochs: 30 }],
  suggest: () => [smallConfig(), { epochs: 200 }],
  reconstruct: (at) => [at, {}],
  sample: (at) => [at, {}],
  interpolate: (at) => [at, {}],
  traverse: (at) => [at, {}],
  embed: (at) => [at, { method: "tsne" }],
  usage: (at) => [at, {}],
  manifold: (at) => [at, {}],
  curves: (at) => [[at], {}],
  progress: (at) => [at, {}],
  evaluate: (at) => [at, {}],
  encode: (at) => [at, {}],
  tensorboard: (at) => [at, {}],
  metrics: (at) => [[at], {}],
  compare: (at) => [[at, run], {}],
  report: (at) => [at, {}],
  export: (at) => [at, {}],
  verify: (at) => [at, {}],
  dataList: () => [undefined, {}],
  dataInspect: () => ["digits", {}],
  dataMake: (at) => ["digits", { out: join(at, "made.npz"), set: ["count=2000"] }],
  dataFetch: () => ["dsprites", { from: `http://127.0.0.1:${(home.address() as AddressInfo).port}/` }],
  sweep: (at) => [
    { config: smallConfig("training.epochs=100"), grid: { "objective.beta": [1, 2] }, seeds: 1 },
    { out: join(at, "sweep"), jobs: 2 },
  ],
  presets: () => [undefined, {}],
  config: () => ["dsprites-capacity", { plot: true }],
  doctor: () => [undefined, {}],
  explain: () => [undefined, {}],
};

/** They need a sweep that others carry out: `executors.test.ts`. */
const elsewhere = ["sweepStatus", "sweepLogs", "sweepCancel", "sweepRetry", "worker", "import"];

test("no job is forgotten", () => {
  expect(Object.keys(cases).sort()).toEqual(
    Object.keys(own.jobs)
      .filter((name) => !elsewhere.includes(name))
      .sort(),
  );
});

let copies = 0;

/** Runs it, with its files written, and stops it after `after` milliseconds. Resolves to how late it ended. */
async function stopped(name: string, after: number): Promise<{ late: number; took: number; busy: number }> {
  const at = join(folder, `copy-${copies++}`);
  cpSync(run, at, { recursive: true });
  const [subject, options] = cases[name]!(at);
  const controller = new AbortController();
  const workbench = name === "sweep" ? await built() : own;
  const from = performance.now();
  let spent = process.cpuUsage();
  // What keeps the timer waiting counts too: from the last moment before it at which the loop turned.
  const clock = setInterval(() => {
    if (performance.now() - from < after) spent = process.cpuUsage();
  }, 10);
  const timer = setTimeout(() => controller.abort(), after);
  try {
    const result = await workbench.run(name, subject, options, { signal: controller.signal });
    await result.save(join(at, "made"));
  } catch (error) {
    expect((error as BetalabError).code, String(error)).toBe("interrupted");
  } finally {
    clearTimeout(timer);
    clearInterval(clock);
  }
  const took = performance.now() - from;
  const { user, system } = process.cpuUsage(spent);
  expectWholeFiles(at);
  return { took, late: took - after, busy: (user + system) / 1000 };
}

function expectWholeFiles(at: string): void {
  for (const name of readdirSync(at, { recursive: true, encoding: "utf8" })) {
    const path = join(at, name);
    if (!statSync(path).isFile()) continue;
    expect(name).not.toMatch(/\.tmp$/);
    if (extname(name) === ".json") expect(() => JSON.parse(readFileSync(path, "utf8")), name).not.toThrow();
    if (!name.endsWith(".jsonl")) expect(statSync(path).size, name).toBeGreaterThan(0);
  }
}

test.for(Object.keys(cases))("%s", { timeout: 60_000 }, async (name, context) => {
  if (name === "sweep" && notBuilt !== undefined) context.skip(notBuilt);
  const uniform = new Float64Array(TRIES);
  fillUniform(uniform, { seed, stream: name });
  // How long it takes is only needed to stop it inside; what is longer is stopped in its first seconds.
  const { took } = await stopped(name, 4000);
  const ends: string[] = [];
  for (const part of uniform) {
    const after = part * Math.min(took, 4000);
    const { late, busy } = await stopped(name, after);
    ends.push(
      `${after.toFixed(0)} ms: ${late < 0 ? "finished" : `${late.toFixed(0)} ms later (processor: ${busy.toFixed(0)} ms)`}`,
    );
    expect(late, `${name} (seed ${seed}), stopped after ${after.toFixed(0)} ms`).toBeLessThan(PATIENCE);
    if (late > LIMIT)
      expect(busy, `${name} (seed ${seed}), milliseconds of the processor`).toBeLessThan(LIMIT);
  }
  console.log(`${name} (seed ${seed}), stopped after ${ends.join("; ")}`);
});

test("work that never looks is left behind", async () => {
  const controller = new AbortController();
  let ended = false;
  const events = telling(controller.signal, async () => {
    await wait(3000);
    ended = true;
  });
  setTimeout(() => controller.abort(), 20);
  const from = performance.now();
  const { code } = await failure("interrupted", () => events.next());
  expect([code, ended]).toEqual(["interrupted", false]);
  expect(performance.now() - from).toBeLessThan(1500);
});
