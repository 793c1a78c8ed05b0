/** A sweep on machines that share no disk: run directories travel through a real Redis, also from a worker that is killed. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorkbench } from "../src/index.ts";
import { Carrier } from "../src/sweeps/executors/carrier.ts";
import { Sender } from "../src/sweeps/executors/pieces.ts";
import { checkpoints, information, read } from "./helpers/command-line.ts";
import { type Running, start } from "./helpers/processes.ts";
import { startRedis, whyNoRedis } from "./helpers/redis.ts";
import { smallSweep } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
const environment = { BETALAB_LEASE: "2", BETALAB_CACHE: join(folder, "cache") };
const names = [1, 4].flatMap((beta) => [0, 1].map((seed) => `beta-${beta}_seed-${seed}`));
const file = join(folder, "sweep.yaml");
writeFileSync(file, smallSweep([1, 4]));
const sweep = (out: string, ...more: string[]): Running =>
  start(["sweep", file, "--epochs", "8", "--out", join(folder, out), ...more, "--json"], environment);
if (whyNoRedis !== undefined) console.log(`runs that travel: skipped, ${whyNoRedis}`);

let server: Awaited<ReturnType<typeof startRedis>>;
let redis: Redis;
beforeAll(async () => {
  if (whyNoRedis !== undefined) return;
  server = await startRedis(join(folder, "redis"));
  redis = new Redis(server.on);
});
afterAll(() => {
  redis?.disconnect();
  server?.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A machine of its own: a cache and a folder for runs that nobody else looks into. */
const machine = (name: string): Running =>
  start(["worker", "--on", server.on, "--jobs", "1", "--home", join(folder, name, "carried"), "--quiet"], {
    BETALAB_LEASE: "2",
    BETALAB_CACHE: join(folder, name, "cache"),
  });

test("workers without a common folder, killed at random: the runs come home with the bits of a quiet sweep", async (context) => {
  if (whyNoRedis !== undefined) context.skip(whyNoRedis);
  const quiet = await sweep("quiet").ended;
  expect(quiet.status, quiet.err).toBe(0);
  const machines = [machine("a"), machine("b")];
  const away = sweep("away", "--on", server.on, "--carry");
  const sent = async (): Promise<number> => {
    const runs = await redis.keys("betalab:run:*");
    const manifests = await Promise.all(runs.map((key) => redis.hget(key, "manifest")));
    return manifests.filter((text) => text?.includes("checkpoints/step-")).length;
  };
  for (const [i, name] of ["a", "b"].entries()) {
    while ((await sent()) < 1) await wait(50);
    machines[i]!.child.kill("SIGKILL");
    machines.push(machine(name));
  }
  const { status, out, err } = await away.ended;
  expect(status, err).toBe(0);
  expect(JSON.parse(out).runs.map(({ status }: { status: string }) => status)).toEqual(
    names.map(() => "finished"),
  );
  for (const name of names) {
    const run = join(folder, "away", name);
    const bits = (out: string) => read(folder, out, name, "model", "weights.safetensors");
    expect(bits("away").equals(bits("quiet")), name).toBe(true);
    expect(checkpoints(run)).toEqual(checkpoints(join(folder, "quiet", name)));
    expect(existsSync(join(run, "tables", "evaluation.json"))).toBe(true);
    expect(existsSync(join(run, "lease"))).toBe(false);
    expect(readFileSync(join(folder, "away", "logs", `${name}.log`), "utf8")).toContain("finished");
  }
  const attempts = names.map((name) => information(join(folder, "away", name)).attempts.length as number);
  expect(Math.max(...attempts)).toBeGreaterThan(1);
  expect(await redis.keys("betalab:pieces:*")).toEqual([]);
  for (const { child } of machines) child.kill("SIGTERM");
  await Promise.all(machines.map(({ ended }) => ended));
  for (const name of ["a", "b"]) expect(readdirSync(join(folder, name, "carried"))).toEqual([]);
  const verified = await start(["verify", join(folder, "away", names[0]!)], environment).ended;
  expect(verified.status, verified.out).toBe(0);
}, 120_000);

test("Ctrl-C at a worker whose queue hangs: it leaves, and says what becomes of the run", async (context) => {
  if (whyNoRedis !== undefined) context.skip(whyNoRedis);
  const hung = await startRedis(join(folder, "hung-redis"));
  mkdirSync(join(folder, "hung-home"));
  const line = ["sweep", file, "--epochs", "400", "--out", join(folder, "hung"), "--on", hung.on, "--carry"];
  const away = start(line, environment);
  const worker = start(["worker", "--on", hung.on, "--jobs", "1", "--home", join(folder, "hung-home")], {
    BETALAB_LEASE: "2",
    BETALAB_CACHE: join(folder, "hung-cache"),
  });
  try {
    await worker.said("begun");
    const isTraining = (): boolean =>
      readdirSync(join(folder, "hung-home"), { recursive: true }).some((path) =>
        /step-\d+\./.test(String(path)),
      );
    while (!isTraining()) await wait(50);
    hung.freeze();
    const from = performance.now();
    worker.child.kill("SIGINT");
    const { status, err } = await worker.ended;
    expect(status).toBe(130);
    expect(err).toContain(`the queue ${hung.on} does not answer: what it was not sent`);
    expect(performance.now() - from).toBeLessThan(30_000);
  } finally {
    for (const { child } of [away, worker]) child.kill("SIGKILL");
    hung.stop();
  }
}, 60_000);

test("who stops listening to a worker lets go of its queue", async (context) => {
  if (whyNoRedis !== undefined) context.skip(whyNoRedis);
  const clients = async () =>
    String(await redis.client("LIST"))
      .trim()
      .split("\n").length;
  const before = await clients();
  const lab = createWorkbench({}, { environment });
  const options = { on: server.on, jobs: 1, home: join(folder, "unheard") };
  for await (const event of lab.events("worker", undefined, options)) {
    expect(event).toMatchObject({ type: "note", text: expect.stringContaining("working on the queue") });
    while ((await clients()) === before) await wait(20);
    break;
  }
  while ((await clients()) > before) await wait(20);
}, 20_000);

test("a worker that is stopped as it begins a task leaves it to others", async (context) => {
  if (whyNoRedis !== undefined) context.skip(whyNoRedis);
  const busy = await startRedis(join(folder, "busy-redis"));
  const line = ["sweep", file, "--epochs", "4000", "--out", join(folder, "busy"), "--on", busy.on, "--carry"];
  const away = start(line, environment);
  // As it is built: the processes that do tasks need JavaScript.
  const door: typeof import("../src/index.ts") = await import(
    pathToFileURL(resolve("dist/node/index.js")).href
  );
  const lab = door.createWorkbench({}, { environment: { ...process.env, ...environment } });
  const options = { on: busy.on, jobs: 1, home: join(folder, "busy-home") };
  try {
    for await (const event of lab.events("worker", undefined, options))
      if (event.type === "note" && event.text.endsWith(": begun")) break;
    const { out } = await start(["sweep", "status", join(folder, "busy"), "--json"], environment).ended;
    expect(JSON.parse(out).runs.map(({ status }: { status: string }) => status)).toEqual(
      names.map(() => "waiting"),
    );
    expect(existsSync(options.home) ? readdirSync(options.home) : []).toEqual([]);
  } finally {
    away.child.kill("SIGKILL");
    busy.stop();
  }
}, 60_000);

/** A run of two files, one of them larger than a piece, and its carrier. */
function made(id: string) {
  const home = { run: join(folder, id, "run"), log: join(folder, id, "log") };
  mkdirSync(join(home.run, "checkpoints"), { recursive: true });
  writeFileSync(join(home.run, "checkpoints", "step-1.safetensors"), Buffer.alloc(3 << 20, "abc"));
  writeFileSync(join(home.run, "run.json"), "{}");
  writeFileSync(home.log, "überall\n");
  return {
    id,
    home,
    carrier: new Carrier(redis),
    sender: new Sender(home),
    target: (name: string) => ({ run: join(folder, id, name), log: join(folder, id, `${name}.log`) }),
  };
}

test("only what changed is sent, and only by who holds the run", async (context) => {
  if (whyNoRedis !== undefined) context.skip(whyNoRedis);
  const { id, home, carrier, sender, target } = made("changes");
  await carrier.hold(id, "first");
  expect(await carrier.send(id, sender, "first")).toBe(true);
  expect(await redis.hlen(`betalab:pieces:${id}`)).toBe(5);
  expect(await carrier.log(id)).toBe("überall\n");
  writeFileSync(join(home.run, "run.json"), '{"a": 1}');
  await carrier.hold(id, "second");
  // The first one was only stalled; what it has can't replace anything.
  expect(await carrier.send(id, sender, "first")).toBe(false);
  const there = target("before");
  await carrier.fetch(id, there);
  expect(readFileSync(join(there.run, "run.json"), "utf8")).toBe("{}");
  expect(await carrier.send(id, new Sender(home), "second")).toBe(true);
  expect(await carrier.collect(id, there)).toBe(true);
  expect(readFileSync(join(there.run, "run.json"), "utf8")).toBe('{"a": 1}');
  expect(read(there.run, "checkpoints", "step-1.safetensors").equals(Buffer.alloc(3 << 20, "abc"))).toBe(
    true,
  );
  expect(await redis.exists(`betalab:pieces:${id}`)).toBe(0);
  expect(await carrier.collect(id, there)).toBe(false);
});

test("a damaged or lost piece, and a manifest that leaves its folder: said, and what is home stays", async (context) => {
  if (whyNoRedis !== undefined) context.skip(whyNoRedis);
  for (const harm of ["damaged", "not whole"]) {
    const { id, carrier, sender, target } = made(harm.replace(" ", "-"));
    await carrier.hold(id, "one");
    await carrier.send(id, sender, "one");
    const [piece] = await redis.hkeys(`betalab:pieces:${id}`);
    if (harm === "damaged") await redis.hset(`betalab:pieces:${id}`, piece!, "something else");
    else await redis.hdel(`betalab:pieces:${id}`, piece!);
    await expect(carrier.collect(id, target("home"))).rejects.toMatchObject({
      code: "run",
      message: `what the queue's store had of ${target("home").run} is ${harm}, and was dropped`,
    });
    expect(await carrier.collect(id, target("home"))).toBe(false);
  }
  const { id, carrier, target } = made("hostile");
  const evil = { files: [{ path: "../../evil", bytes: 0, pieces: [] }] };
  await redis.hset(`betalab:run:${id}`, "manifest", JSON.stringify(evil));
  await expect(carrier.collect(id, target("home"))).rejects.toMatchObject({ code: "run" });
  expect(existsSync(join(folder, "evil"))).toBe(false);
});
