/** Every job of the catalogue, stopped at random moments: it ends within a second and leaves no half file. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BetalabError } from "../src/base/errors.ts";
import { fillUniform } from "../src/base/random.ts";
import { telling } from "../src/jobs/index.ts";
import { createWorkbench } from "../src/workbench/index.ts";
import { failure } from "./helpers/data.ts";
import { smallConfig } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const seed = Number(process.env.BETALAB_TEST_SEED ?? Date.now() % 1_000_000);
const TRIES = 3;
/** A second; as much again twice where tests share the machine. */
const LIMIT = 3000;

const workbench = createWorkbench({}, { environment: { BETALAB_CACHE: join(folder, "cache") } });
const run = join(folder, "run");
beforeAll(async () => {
  await workbench.train(smallConfig(), { out: run });
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
  metrics: (at) => [[at], {}],
  compare: (at) => [[at, run], {}],
  report: (at) => [at, {}],
  export: (at) => [at, {}],
  verify: (at) => [at, {}],
  dataList: () => [undefined, {}],
  dataInspect: () => ["digits", {}],
  // It draws and writes without a pause: a set of a few seconds is not stopped before its end.
  dataMake: (at) => ["digits", { out: join(at, "made.npz"), set: ["count=2000"] }],
  presets: () => [undefined, {}],
  config: () => ["dsprites-capacity", { plot: true }],
  doctor: () => [undefined, {}],
  explain: () => [undefined, {}],
};

/** They need a network, or processes of their own: `executors.test.ts`. */
const elsewhere = ["dataFetch", "sweep", "sweepStatus", "sweepLogs", "sweepCancel", "sweepRetry", "worker"];

test("no job is forgotten", () => {
  expect(Object.keys(cases).sort()).toEqual(
    Object.keys(workbench.jobs)
      .filter((name) => !elsewhere.includes(name))
      .sort(),
  );
});

let copies = 0;

/** Runs it, with its files written, and stops it after `after` milliseconds. Resolves to how late it ended. */
async function stopped(name: string, after: number): Promise<{ late: number; took: number }> {
  const at = join(folder, `copy-${copies++}`);
  cpSync(run, at, { recursive: true });
  const [subject, options] = cases[name]!(at);
  const controller = new AbortController();
  const from = performance.now();
  const timer = setTimeout(() => controller.abort(), after);
  try {
    const result = await workbench.run(name, subject, options, { signal: controller.signal });
    await result.save(join(at, "made"));
  } catch (error) {
    expect(error).toBeInstanceOf(BetalabError);
    expect((error as BetalabError).code).toBe("interrupted");
  } finally {
    clearTimeout(timer);
  }
  const took = performance.now() - from;
  expectWholeFiles(at);
  return { took, late: took - after };
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

test.each(Object.keys(cases))(
  "%s",
  async (name) => {
    const uniform = new Float64Array(TRIES);
    fillUniform(uniform, { seed, stream: name });
    // How long it takes is only needed to stop it inside; what is longer is stopped in its first seconds.
    const { took } = await stopped(name, 4000);
    const ends: string[] = [];
    for (const part of uniform) {
      const after = part * Math.min(took, 4000);
      const { late } = await stopped(name, after);
      ends.push(`${after.toFixed(0)} ms: ${late < 0 ? "finished" : `${late.toFixed(0)} ms later`}`);
      expect(late, `${name} (seed ${seed}), stopped after ${after.toFixed(0)} ms`).toBeLessThan(LIMIT);
    }
    console.log(`${name} (seed ${seed}), stopped after ${ends.join("; ")}`);
  },
  60_000,
);

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
