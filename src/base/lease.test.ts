/** Leases between real processes: killed, stopped, woken up again. Who may write was proven in `lease-protocol.test.ts`. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { failure } from "../../test/helpers/errors.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { writeFileAtomic } from "./disk.ts";
import { Lease, occupant, stopOccupant } from "./lease.ts";
import { formatHolder } from "./lease-protocol.ts";

const folder = temporaryFolders();
const taker = fileURLToPath(new URL("../../test/helpers/lease-taker.js", import.meta.url));
const built = existsSync(fileURLToPath(new URL("../../dist/base/lease.js", import.meta.url)));
const notBuilt = built ? undefined : "dist/ is not built: npm run build";

test("the beat goes on while the event loop is blocked", () => {
  process.env.BETALAB_LEASE = "0.6";
  const path = folder();
  const lease = Lease.take(path);
  const beats = (): number => Number(JSON.parse(readFileSync(join(path, "lease"), "utf8")).beat);
  const until = performance.now() + 5000;
  while (beats() < 3 && performance.now() < until);
  expect(beats()).toBeGreaterThanOrEqual(3);
  expect(occupant(path)!.holder.pid).toBe(process.pid);
  lease.check();
  lease.release();
  expect(occupant(path)).toBeUndefined();
  delete process.env.BETALAB_LEASE;
});

test.each(["10 s", "0", "-5", "Infinity", "1e9"])("a period of %s is refused, not guessed", (text) => {
  vi.stubEnv("BETALAB_LEASE", text);
  const path = folder();
  try {
    expect(failure(() => Lease.take(path))).toMatchObject({
      code: "config",
      message: `BETALAB_LEASE is "${text}": expected seconds, more than 0 and at most 86400 (a day)`,
    });
    expect(readdirSync(path)).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});

const sound = { host: "node-b", pid: 7, period: 60, released: false };

test.each([
  ["empty files", { lease: "", ".lease-after-unreadable-0": "" }],
  ["a holder that follows itself", { lease: "a", ".lease-after-a": "a" }],
  ["two that follow each other", { lease: "a", ".lease-after-a": "b", ".lease-after-b": "a" }],
])("a chain of %s has an end, and the folder is free", (_, files) => {
  const path = folder();
  for (const [name, token] of Object.entries(files)) {
    writeFileSync(join(path, name), token && formatHolder({ ...sound, token }));
  }
  expect(occupant(path)).toBeUndefined();
  const lease = Lease.take(path);
  lease.check();
  expect(readdirSync(path)).toEqual(["lease"]);
  lease.release();
});

test.each([0, -1, 1.5])("a lease of process %d is nobody's: a signal to it would reach many", (pid) => {
  const path = folder();
  writeFileSync(join(path, "lease"), formatHolder({ ...sound, token: "a", pid }));
  expect(occupant(path)).toBeUndefined();
});

test("a file of the folder becomes visible only while the lease is held", () => {
  const path = folder();
  mkdirSync(join(path, "figures"));
  const first = Lease.take(path);
  writeFileAtomic(join(path, "figures", "a.txt"), "1");
  // Somebody else takes over, with a file of its own.
  writeFileSync(
    join(path, "lease"),
    readFileSync(join(path, "lease"), "utf8").replace(/"token":"\w+"/, '"token":"other"'),
  );
  expect(() => writeFileAtomic(join(path, "figures", "a.txt"), "2")).toThrow("was taken over");
  expect(readFileSync(join(path, "figures", "a.txt"), "utf8")).toBe("1");
  expect(readdirSync(join(path, "figures"))).toEqual(["a.txt"]);
  first.release();
  expect(JSON.parse(readFileSync(join(path, "lease"), "utf8"))).toMatchObject({
    token: "other",
    released: false,
  });
});

test("a holder is told to stop; one elsewhere, one of somebody else and one that has just ended are said to be, or nothing", () => {
  const path = folder();
  const lease = Lease.take(path);
  const { holder, name } = occupant(path)!;
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const refuse = (code: string) =>
    kill.mockImplementation(() => {
      throw Object.assign(new Error(`kill ${code}`), { code });
    });
  stopOccupant(path, { holder, name, age: 0 });
  expect(kill).toHaveBeenLastCalledWith(process.pid, "SIGTERM");
  refuse("ESRCH");
  stopOccupant(path, { holder, name, age: 0 });
  refuse("EPERM");
  expect(() => stopOccupant(path, { holder, name, age: 0 })).toThrow(
    `${path} is worked on by process ${process.pid} of somebody else`,
  );
  kill.mockClear();
  for (const other of [{ host: "node-b" }, { machine: "another" }]) {
    const there = { holder: { ...holder, ...other }, name: "process 7 on node-b", age: 0 };
    expect(() => stopOccupant(path, there)).toThrow(`${path} is worked on by process 7 on node-b`);
  }
  expect(kill).not.toHaveBeenCalled();
  kill.mockRestore();
  lease.release();
});

test("100 take-overs between processes that are killed and stopped: none lost, no two writers", async (context) => {
  if (notBuilt !== undefined) context.skip(notBuilt);
  const path = folder();
  writeFileSync(join(path, "number"), "0");
  const written: number[] = [];
  const counts = { killed: 0, stopped: 0, noticed: 0 };
  const children = new Set<ChildProcess>();
  const over = (): boolean => Number(readFileSync(join(path, "number"), "utf8")) >= 100;
  const one = async (): Promise<void> => {
    while (!over()) {
      const child = spawn(process.execPath, [taker, path, "100"], {
        env: { ...process.env, BETALAB_LEASE: "0.4" },
        stdio: ["ignore", "pipe", "pipe"],
      });
      children.add(child);
      let [out, err] = ["", ""];
      child.stdout.on("data", (text) => {
        out += text;
      });
      child.stderr.on("data", (text) => {
        err += text;
      });
      const signal = await new Promise((done) => child.on("close", (_, by) => done(by)));
      children.delete(child);
      if (signal === "SIGKILL") counts.killed++;
      else expect(err.replaceAll("stopped before it wrote\n", "")).toBe("");
      counts.noticed += err.split("\n").length - 1;
      written.push(...out.split("\n").filter(Boolean).map(Number));
    }
  };
  // Whoever stopped itself is woken up when its lease is old.
  const wake = setInterval(() => {
    for (const { pid } of children) {
      const state = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
      if (!/\) T /.test(state)) continue;
      counts.stopped++;
      setTimeout(() => process.kill(pid!, "SIGCONT"), 600);
    }
  }, 700);
  await Promise.all([one(), one(), one()]);
  clearInterval(wake);
  console.log(JSON.stringify(counts));
  expect(written.toSorted((a, b) => a - b)).toEqual(Array.from({ length: written.length }, (_, i) => i + 1));
  expect(written.length).toBeGreaterThanOrEqual(100);
  expect(counts.killed).toBeGreaterThan(3);
  expect(counts.noticed).toBeGreaterThan(0);
}, 120_000);
