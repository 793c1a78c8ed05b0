/** Every job of the catalogue, stopped at random moments: it ends within a second and leaves no half file. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { occupant } from "../src/base/lease.ts";
import { fillUniform } from "../src/base/random.ts";
import { telling } from "../src/jobs/index.ts";
import { RunDirectory } from "../src/runs/index.ts";
import { createWorkbench, type Workbench } from "../src/workbench/index.ts";
import { failure } from "./helpers/data.ts";
import { notBuilt, waited } from "./helpers/processes.ts";
import { smallConfig } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 120_000);

const seed = Number(process.env.BETALAB_TEST_SEED ?? Date.now() % 1_000_000);
const TRIES = 3;
/** Milliseconds on a machine that nobody else uses: by the clock, less the time in which others had the processor. */
const LIMIT = 1000;

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
/** Takes connections, and never says a word: a queue that hangs. */
const mute = createSocketServer();
const port = (server: Server): number => (server.address() as AddressInfo).port;
beforeAll(async () => {
  for (const server of [home, mute])
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  home.closeAllConnections();
  for (const server of [home, mute]) server.close();
});

/** The folder of a sweep of one run, for what is asked of sweeps later. */
const swept = join(folder, "swept");
beforeAll(async () => {
  if (notBuilt !== undefined) return;
  await (await built()).run("sweep", { config: smallConfig(), seeds: 1 }, { out: swept });
}, 120_000);
const onMute = () => ({ on: `redis://127.0.0.1:${port(mute)}` });

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
  dataFetch: () => ["dsprites", { from: `http://127.0.0.1:${port(home)}/` }],
  sweep: (at) => [
    { config: smallConfig("training.epochs=100"), grid: { "objective.beta": [1, 2] }, seeds: 1 },
    { out: join(at, "sweep"), jobs: 2 },
  ],
  sweepStatus: () => [swept, onMute()],
  sweepLogs: () => [swept, onMute()],
  sweepCancel: () => [swept, onMute()],
  sweepRetry: () => [swept, onMute()],
  worker: () => [undefined, onMute()],
  import: (at) => [join(at, "model", "weights.safetensors"), { out: join(at, "imported") }],
  presets: () => [undefined, {}],
  config: () => ["dsprites-capacity", { plot: true }],
  doctor: () => [undefined, {}],
  explain: () => [undefined, {}],
};

/** Work that other cases of the same job do not reach. */
const more: typeof cases = {
  "sweep on a queue that hangs": (at) => [
    { config: smallConfig(), seeds: 1 },
    { out: join(at, "sweep"), ...onMute() },
  ],
  "worker with one task": (at) => {
    const [name] = readdirSync(join(swept, "tasks"));
    const task = JSON.parse(readFileSync(join(swept, "tasks", name!), "utf8"));
    const places = { path: join(at, "of-the-task"), log: join(at, "log.txt") };
    task.config.training.epochs = 100;
    writeFileSync(join(at, "task.json"), JSON.stringify({ ...task, ...places }));
    return [undefined, { task: [join(at, "task.json")] }];
  },
};

test("no job is forgotten", () => {
  expect(Object.keys(cases).sort()).toEqual(Object.keys(own.jobs).sort());
});

test("who stops listening to a worker stops its work", async () => {
  const at = join(folder, "unheard");
  mkdirSync(at);
  const [subject, options] = more["worker with one task"]!(at);
  for await (const event of own.events("worker", subject, options)) {
    if (event.type === "stage" && event.stage === "training") break;
  }
  const path = join(at, "of-the-task");
  expect(RunDirectory.open(path).status).toBe("interrupted");
  expect(occupant(path)).toBeUndefined();
}, 60_000);

/** What this thread, and the main threads of its child processes, have waited for a processor. */
function waits(): Map<number | "thread-self", number> {
  const list = `/proc/self/task/${process.pid}/children`;
  const children = existsSync(list) ? readFileSync(list, "utf8").split(" ").filter(Boolean).map(Number) : [];
  return new Map((["thread-self", ...children] as const).map((one) => [one, waited(one)]));
}

let copies = 0;

/**
 * Runs it, with its files written, and stops it after `after` milliseconds. Resolves to how long it took, and how late it
 * ended: by the clock, and of that without what it has waited for others.
 */
async function stopped(name: string, after: number): Promise<{ took: number; late: number; own: number }> {
  const at = join(folder, `copy-${copies++}`);
  cpSync(run, at, { recursive: true });
  const [subject, options] = { ...cases, ...more }[name]!(at);
  const job = name.split(" ")[0]!;
  const controller = new AbortController();
  const workbench = job === "sweep" ? await built() : own;
  const from = performance.now();
  let before = waits();
  // What keeps the timer waiting counts too: from the last moment before it at which the loop turned.
  const clock = setInterval(() => {
    if (performance.now() - from < after) before = waits();
  }, 25);
  const timer = setTimeout(() => controller.abort(), after);
  try {
    const result = await workbench.run(job, subject, options, { signal: controller.signal });
    expect(result.failed ?? false, JSON.stringify(result.value)).toBe(false);
    await result.save(join(at, "made"));
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error)) throw error;
    expect(error.code, String(error)).toBe("interrupted");
  } finally {
    clearTimeout(timer);
    clearInterval(clock);
  }
  const took = performance.now() - from;
  const others = [...waits()].map(([process, total]) => total - (before.get(process) ?? 0));
  expectWholeFiles(at);
  return { took, late: took - after, own: took - after - Math.max(0, ...others) };
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

test.for([...Object.keys(cases), ...Object.keys(more)])("%s", { timeout: 60_000 }, async (name, context) => {
  if (/^(sweep|worker)/.test(name) && notBuilt !== undefined) context.skip(notBuilt);
  const uniform = new Float64Array(TRIES);
  fillUniform(uniform, { seed, stream: name });
  // How long it takes is only needed to stop it inside; what is longer is stopped in its first seconds, what would wait
  // for ever for others in its first.
  const most = /^(sweep.+|worker|dataFetch)$/.test(name) ? 1000 : 3000;
  const { took } = await stopped(name, most);
  const ends: string[] = [];
  for (const part of uniform) {
    const after = part * Math.min(took, most);
    const { late, own } = await stopped(name, after);
    const end = `${late.toFixed(0)} ms later, ${own.toFixed(0)} of them its own`;
    ends.push(`${after.toFixed(0)} ms: ${late < 0 ? "finished" : end}`);
    expect(own, `${name} (seed ${seed}), stopped after ${after.toFixed(0)} ms, ended ${end}`).toBeLessThan(
      LIMIT,
    );
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
