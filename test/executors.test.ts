/**
 * One contract for all executors, with real processes, a real Redis and a real Slurm: workers, the terminal and the server
 * are killed at random moments, and in the end every run is there once, with the bits that a quiet sweep gives.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { information, read } from "./helpers/command-line.ts";
import { type Ended, notBuilt, type Running, start } from "./helpers/processes.ts";
import { freePort, has, startRedis, whyNoRedis } from "./helpers/redis.ts";
import { smallSweep } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
/** Leases of two seconds: what is dead is taken over as soon. */
const environment: Record<string, string> = { BETALAB_LEASE: "2", BETALAB_CACHE: join(folder, "cache") };
const betas = [1, 1.5, 2, 3, 4, 5, 6, 8, 10, 12];
const names = betas.flatMap((beta) => [0, 1].map((seed) => `beta-${beta}_seed-${seed}`));
const file = join(folder, "sweep.yaml");
writeFileSync(file, smallSweep(betas));
const line = (out: string, ...more: string[]) => [
  "sweep",
  file,
  "--epochs",
  "4",
  "--out",
  join(folder, out),
  ...more,
];
const weights = (out: string, name: string) => read(folder, out, name, "model", "weights.safetensors");

/** What can be killed. */
interface Fleet {
  readonly on: string;
  /** Of worker processes that live. */
  workers(sweep: Running): number[];
  /** Kills the server and starts it again. */
  breakServer?(): Promise<void>;
  stop(): Promise<void>;
}

function processes(): { pid: number; parent: number; words: string }[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).trim().split("\n");
  return rows.map((row) => {
    const [pid, parent, ...words] = row.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), words: words.join(" ") };
  });
}

function descendants(of: readonly number[]): number[] {
  const all = processes();
  const found = new Set(of);
  for (let size = -1; size < found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found].filter((pid) => !of.includes(pid));
}

async function localFleet(): Promise<Fleet> {
  return { on: "local", workers: ({ child }) => descendants([child.pid!]), stop: async () => {} };
}

async function redisFleet(): Promise<Fleet> {
  const server = await startRedis(join(folder, "redis"));
  const { on } = server;
  let over = false;
  const workers = new Set<Running>();
  // As a service manager does: a worker that dies is started again.
  const keep = async (): Promise<void> => {
    while (!over) {
      const one = start(["worker", "--on", on, "--jobs", "1", "--quiet"], environment);
      workers.add(one);
      await one.ended;
      workers.delete(one);
    }
  };
  const kept = [keep(), keep(), keep()];
  return {
    on,
    workers: () => {
      const own = [...workers].map(({ child }) => child.pid!);
      return [...own, ...descendants(own)];
    },
    breakServer: server.killAndRestart,
    async stop() {
      over = true;
      for (const { child } of workers) child.kill("SIGTERM");
      await Promise.all(kept);
      server.stop();
    },
  };
}

async function slurmFleet(): Promise<Fleet> {
  const home = join(folder, "slurm");
  const script = fileURLToPath(new URL("slurm-cluster.sh", import.meta.url));
  execFileSync(script, ["start", home, "2"], { stdio: "inherit" });
  environment.SLURM_CONF = join(home, "slurm.conf");
  return {
    on: "slurm",
    workers: () =>
      processes()
        .filter(
          ({ words }) =>
            words.includes(" worker ") &&
            words.includes(join(folder, "slurm-killed")) &&
            words.includes("betalab.js"),
        )
        .map(({ pid }) => pid),
    async stop() {
      execFileSync(script, ["stop", home], { stdio: "inherit" });
    },
  };
}

/** What Slurm and its batch scripts said of a sweep. */
function slurmWords(out: string): string {
  const place = join(folder, out, "slurm");
  const scripts = readdirSync(place).filter((name) => name.endsWith(".txt"));
  const said = scripts.map((name) => `${name}: ${read(folder, out, "slurm", name)}`);
  return [...said, read(folder, "slurm", "slurmctld.log").slice(-6000)].join("\n");
}

const whyNot: Readonly<Record<string, string | undefined>> = {
  local: notBuilt,
  redis: whyNoRedis,
  slurm:
    notBuilt ??
    (!has("slurmctld") || !has("slurmd") || !has("sbatch")
      ? "Slurm is not installed: apt-get install slurmctld slurmd slurm-client"
      : process.getuid?.() === 0
        ? undefined
        : "the virtual Slurm cluster needs root"),
};
for (const [name, why] of Object.entries(whyNot))
  if (why !== undefined) console.log(`${name}: skipped, ${why}`);

beforeAll(async () => {
  if (notBuilt !== undefined) return;
  const quiet = await start(line("quiet", "--json"), environment).ended;
  expect(quiet.status, quiet.err).toBe(0);
}, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

describe.each([
  ["local", localFleet],
  ["redis", redisFleet],
  ["slurm", slurmFleet],
])("%s", (name, open) => {
  let fleet: Fleet;
  beforeAll(async () => {
    if (whyNot[name] === undefined) fleet = await open();
  });
  afterAll(async () => {
    await fleet?.stop();
  });

  test("20 runs, and whoever works on them killed at random: each finished once, with the bits of a quiet sweep", async (context) => {
    if (whyNot[name] !== undefined) context.skip(whyNot[name]);
    const out = `${name}-killed`;
    const kills = { worker: 0, terminal: 0, server: 0 };
    let last: Ended | undefined;
    const began = performance.now();
    while (last?.status !== 0) {
      const sweep = start(
        line(out, "--on", fleet.on, ...(name === "local" ? ["--jobs", "3"] : [])),
        environment,
      );
      const ended = sweep.ended.then((how) => {
        last = how;
        return true;
      });
      while (!(await Promise.race([ended, wait(400 + Math.random() * 800, false)]))) {
        if (kills.worker + kills.terminal + kills.server >= 10) continue;
        const what = Math.random();
        const workers = fleet.workers(sweep);
        if (what < 0.2) {
          sweep.child.kill("SIGKILL");
          kills.terminal++;
        } else if (what < 0.35 && fleet.breakServer !== undefined) {
          kills.server++;
          await fleet.breakServer();
        } else if (workers.length > 0) {
          try {
            process.kill(workers[Math.floor(Math.random() * workers.length)]!, "SIGKILL");
            kills.worker++;
          } catch {
            // It had just ended.
          }
        }
      }
      expect(performance.now() - began, `${last?.out}\n${last?.err}`).toBeLessThan(240_000);
    }
    console.log(`${name}: ${JSON.stringify(kills)}, ${((performance.now() - began) / 1000).toFixed(0)} s`);
    expect(kills.worker).toBeGreaterThan(0);
    for (const run of names) {
      expect(weights(out, run).equals(weights("quiet", run)), run).toBe(true);
      const { attempts } = information(join(folder, out, run));
      expect(
        attempts.filter(({ exit }: { exit?: string }) => exit === "finished"),
        run,
      ).toHaveLength(1);
      const steps = readFileSync(join(folder, out, run, "metrics.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text));
      const keys = steps.map(({ split, step }) => `${split} ${step}`);
      expect(new Set(keys).size, run).toBe(keys.length);
      expect(existsSync(join(folder, out, run, "tables", "evaluation.json")), run).toBe(true);
    }
    // Once more: nothing is left.
    const again = await start(line(out, "--on", fleet.on), environment).ended;
    expect(again.out).toContain("20 of 20 runs finished (20 of them before).");
  }, 300_000);

  test.runIf(name === "slurm")(
    "a GPU for each run; warned of the time limit: a checkpoint, and another turn to the same bits",
    async (context) => {
      if (whyNot[name] !== undefined) context.skip(whyNot[name]);
      const two = join(folder, "two.yaml");
      writeFileSync(two, smallSweep([4]));
      const ofTwo = (out: string, ...more: string[]) =>
        start(["sweep", two, "--epochs", "30", "--out", join(folder, out), "--json", ...more], environment)
          .ended;
      const slurm = (command: string, ...words: string[]): string =>
        execFileSync(command, words, { encoding: "utf8", env: { ...process.env, ...environment } }).trim();
      const gpus = slurm("sinfo", "-h", "-o", "%G").includes("gpu") ? ["--gpus", "1"] : [];
      const onSlurm = ["--on", "slurm", "--time", "30", "--mem", "200", ...gpus];
      const left = await ofTwo("slurm-warned", ...onSlurm, "--detach");
      expect(left.status, left.out).toBe(0);
      const runs = [0, 1].map((seed) => `beta-4_seed-${seed}`);
      const attempts = (run: string) => information(join(folder, "slurm-warned", run)).attempts;
      const begun = (run: string): boolean => existsSync(join(folder, "slurm-warned", run, "metrics.jsonl"));
      while (!runs.every(begun)) await wait(100);
      const places = processes()
        .filter(({ words }) => words.includes("betalab.js") && words.includes(join(folder, "slurm-warned")))
        .map(({ pid }) => readFileSync(`/proc/${pid}/environ`, "utf8").split("\0"))
        .map((own) =>
          own
            .filter((one) => /^(CUDA_VISIBLE_DEVICES|SLURMD_NODENAME)=/.test(one))
            .sort()
            .join(),
        );
      expect(new Set(places).size).toBe(2);
      if (gpus.length > 0)
        expect(places.join()).toMatch(/^CUDA_VISIBLE_DEVICES=[01],.*CUDA_VISIBLE_DEVICES=[01],/);

      // The newest: what an earlier test left may still be completing.
      const array = String(Math.max(...slurm("squeue", "-h", "-o", "%F").split("\n").map(Number)));
      slurm("scancel", "--batch", "--signal=USR1", array);
      const states = () => slurm("squeue", "-h", "-r", "-o", "%i %T", "-j", array).split("\n");
      while (!states().every((state) => state.endsWith(" PENDING"))) await wait(200);
      for (const run of runs)
        expect(attempts(run).map(({ exit }: { exit: string }) => exit)).toEqual(["interrupted"]);
      // Slurm keeps what was queued again for two minutes, lest the end of the first turn be taken for the second's. Once
      // the daemons of the first are gone, nothing is left that could be. But in the second in which a turn ended its node
      // refuses the next ("Job credential revoked", in whole seconds), and what is refused has ended.
      while (processes().some(({ words }) => words.startsWith("slurmstepd"))) await wait(200);
      for (const state of states())
        slurm("scontrol", "update", `JobId=${state.split(" ")[0]}`, "StartTime=now+2");
      const done = await ofTwo("slurm-warned", ...onSlurm);
      expect(done.status, `${done.out}\n${slurmWords("slurm-warned")}`).toBe(0);
      expect((await ofTwo("two-quiet")).status).toBe(0);
      for (const run of runs) {
        expect(attempts(run).map(({ exit }: { exit: string }) => exit)).toEqual(["interrupted", "finished"]);
        expect(weights("slurm-warned", run).equals(weights("two-quiet", run)), run).toBe(true);
      }
    },
    180_000,
  );

  test("left alone by its terminal, seen from another, cancelled, tried again", async (context) => {
    if (whyNot[name] !== undefined) context.skip(whyNot[name]);
    const out = `${name}-left`;
    const words = [
      ...line(out, "--on", fleet.on).map((word) => (word === "4" ? "400" : word)),
      "--set",
      "data.count=100",
    ];
    const left = await start([...words, "--detach"], environment).ended;
    expect(left.status, left.err).toBe(0);
    const ask = async (what: string, ...more: string[]) =>
      JSON.parse((await start(["sweep", what, join(folder, out), ...more, "--json"], environment).ended).out);
    const count = async (status: string): Promise<number> =>
      (await ask("status")).runs.filter((run: { status: string }) => run.status === status).length;
    while ((await count("running")) === 0) await wait(200);
    expect(await count("finished")).toBe(0);
    const { logs } = await ask("logs");
    expect(logs.map(({ name }: { name: string }) => name).toSorted()).toEqual(names.toSorted());
    expect(logs.map(({ text }: { text: string }) => text).join("\n")).toMatch(/, 1 thread$/m);
    expect((await ask("cancel")).runs).toHaveLength(20);
    while ((await count("running")) + (await count("waiting")) > 0) await wait(500);
    expect(await count("interrupted")).toBeGreaterThan(0);
    if (name === "local") return;
    expect((await ask("retry", names[0]!)).runs).toEqual([names[0]]);
    while ((await count("running")) + (await count("waiting")) === 0) await wait(200);
    await ask("cancel");
    while ((await count("running")) + (await count("waiting")) > 0) await wait(500);
  }, 180_000);
});

test("a queue that is not there: one error, at once", async (context) => {
  if (whyNot.redis !== undefined) context.skip(whyNot.redis);
  const port = await freePort();
  const { status, out } = await start(
    line("nowhere", "--on", `redis://:secret@127.0.0.1:${port}`, "--json"),
    environment,
  ).ended;
  expect(status).toBe(1);
  const { error } = JSON.parse(out);
  expect(error).toMatchObject({ code: "network", hint: "is the server there, and its port open?" });
  expect(error.message).toContain(`can't reach the queue redis://@127.0.0.1:${port}: connect ECONNREFUSED`);
  expect(existsSync(join(folder, "nowhere"))).toBe(false);
});

test("a queue that may throw tasks away: refused by the sweep and by a worker, before anything is submitted", async (context) => {
  if (whyNot.redis !== undefined) context.skip(whyNot.redis);
  const server = await startRedis(join(folder, "evicting"));
  try {
    execFileSync("redis-cli", [
      "-p",
      String(server.port),
      "config",
      "set",
      "maxmemory-policy",
      "allkeys-lru",
    ]);
    for (const words of [line("evicted", "--on", server.on), ["worker", "--on", server.on]]) {
      const { status, out } = await start([...words, "--json"], environment).ended;
      expect([status, JSON.parse(out).error]).toEqual([
        3,
        {
          code: "config",
          message: `the queue ${server.on} may throw tasks away: its maxmemory-policy is allkeys-lru`,
          hint: "redis-cli config set maxmemory-policy noeviction, and the same in its configuration file",
        },
      ]);
    }
    expect(
      execFileSync("redis-cli", ["-p", String(server.port), "dbsize"], { encoding: "utf8" }).trim(),
    ).toBe("0");
  } finally {
    server.stop();
  }
});
