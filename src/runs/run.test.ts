import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { failure } from "../../test/helpers/errors.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { newRun } from "../../test/helpers/runs.ts";
import { formatHolder, type Holder } from "../base/lease-protocol.ts";
import { machineId, processStart } from "../base/processes.ts";
import { listRuns, RunDirectory } from "./index.ts";
import { gitCommit } from "./surroundings.ts";

const folder = temporaryFolders();
const deadProcess = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

describe("create", () => {
  test("run.json says all there is to know", () => {
    const path = join(folder(), "deep", "first");
    const run = RunDirectory.create(path, newRun);
    const read = JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
    const { epochs, ...known } = newRun;
    expect(read).toEqual({
      format: 2,
      name: "first",
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      updatedAt: read.createdAt,
      status: "running",
      ...known,
      progress: { step: 0, epoch: 0, epochs },
      timings: { seconds: 0, imagesPerSecond: 0, peakResidentBytes: 0 },
      attempts: [
        {
          startedAt: expect.stringMatching(/Z$/),
          fromStep: 0,
          host: hostname(),
          pid: process.pid,
          processor: expect.any(String),
          system: expect.stringMatching(/^\w+ \S+ \w+$/),
          command: expect.any(String),
          ...(gitCommit() && { commit: gitCommit() }),
          device: "cpu",
          threads: 2,
          versions: newRun.versions,
        },
      ],
    });
    expect(run.status).toBe("running");
    run.close();
  });

  test("an existing run: resume or another `out`", () => {
    const path = join(folder(), "a");
    RunDirectory.create(path, newRun).close();
    const error = failure(() => RunDirectory.create(path, newRun));
    expect(error.code).toBe("run");
    expect(error.message).toBe(`${path} already holds a run`);
    expect(error.hint).toBe(`continue it with \`betalab resume ${path}\`, or choose another \`out\``);
  });

  test("somebody's folder or file: refused, and nothing is added to it", () => {
    const path = folder();
    writeFileSync(join(path, "thesis.tex"), "x");
    expect(failure(() => RunDirectory.create(path, newRun)).message).toBe(
      `${path} is not empty, and is not a run that can be resumed`,
    );
    expect(failure(() => RunDirectory.create(join(path, "thesis.tex"), newRun)).message).toContain(
      "is a file",
    );
    expect(listNames(path)).toEqual(["thesis.tex"]);
  });

  test("an empty folder is fine, and so is what was killed while it was being created", () => {
    const path = folder();
    const pid = deadProcess();
    const dead = { token: "t", pid, host: hostname(), period: 60, released: false, ...machine() };
    writeFileSync(join(path, "lease"), formatHolder(dead));
    writeFileSync(join(path, `.run.json.${pid}.0123456789ab.tmp`), "{");
    RunDirectory.create(path, newRun).close();
    expect(listNames(path)).toEqual(["lease", "run.json"]);
  });
});

describe("update", () => {
  test("changes and persists; the error goes when the run goes on; unknown keys survive", () => {
    const path = join(folder(), "a");
    const run = RunDirectory.create(path, newRun);
    run.update({ status: "failed", error: "boom", progress: { step: 5, epoch: 0.5, epochs: 10 } });
    run.close();
    const file = join(path, "run.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), later: { key: 1 } }));

    const again = RunDirectory.resume(path);
    expect([again.status, again.information.error, again.information.progress.step]).toEqual([
      "failed",
      "boom",
      5,
    ]);
    again.update({ status: "running" });
    again.close();
    const read = RunDirectory.open(path).information;
    expect(read.error).toBeUndefined();
    expect(read.later).toEqual({ key: 1 });
    expect(read.updatedAt >= read.createdAt).toBe(true);
  });

  test("what a reader would refuse is never written", () => {
    const run = RunDirectory.create(join(folder(), "a"), newRun);
    const timings = { seconds: Number.NaN, imagesPerSecond: 0, peakResidentBytes: 0 };
    expect(() => run.update({ timings })).toThrow("internal: run.json would be unreadable: timings.seconds");
    const config = { patience: Number.POSITIVE_INFINITY };
    expect(() => run.update({ config })).toThrow('internal: run.json can\'t hold Infinity (in "patience")');
    expect(RunDirectory.open(run.path).information.config).toEqual(newRun.config);
    run.close();
    expect(() => run.update({ status: "finished" })).toThrow("is not open for writing");
  });
});

describe("what is no usable run says why", () => {
  const withFile = (text: string): string => {
    const path = folder();
    writeFileSync(join(path, "run.json"), text);
    return path;
  };
  const valid = (): Record<string, unknown> => {
    const path = join(folder(), "valid");
    RunDirectory.create(path, newRun).close();
    return JSON.parse(readFileSync(join(path, "run.json"), "utf8"));
  };

  test("a newer format", () => {
    const path = withFile(JSON.stringify({ format: 3, whatever: true }));
    for (const open of [RunDirectory.open, RunDirectory.resume]) {
      const error = failure(() => open(path));
      expect(error.code).toBe("run");
      expect(error.message).toBe(`${join(path, "run.json")} has format 3; this betalab reads format 2`);
      expect(error.hint).toContain("upgrade betalab");
    }
    expect(listNames(path)).toEqual(["run.json"]);
  });

  test("an older format, whose checkpoints were packed", () => {
    const path = withFile(JSON.stringify({ ...valid(), format: 1 }));
    for (const open of [RunDirectory.open, RunDirectory.resume]) {
      const error = failure(() => open(path));
      expect([error.code, error.message]).toEqual([
        "run",
        `${join(path, "run.json")} has format 1: an older betalab wrote it, whose checkpoints this one can't read`,
      ]);
      expect(error.hint).toBe("train it again: its config is in run.json, under the key config");
    }
  });

  test("truncated anywhere", () => {
    const text = JSON.stringify(valid());
    for (let length = 0; length < text.length; length += 17) {
      const path = withFile(text.slice(0, length));
      expect(failure(() => RunDirectory.open(path)).message).toContain(
        `${join(path, "run.json")} is cut off or not JSON`,
      );
    }
  });

  test.each<[string, (run: Record<string, unknown>) => unknown, string]>([
    ["foreign", () => ({ name: "x" }), "is not the run.json of a run: format"],
    ["a list", () => [], "is not the run.json of a run"],
    ["null", () => null, "is not the run.json of a run"],
    [
      "a status nobody knows",
      (run) => ({ ...run, status: "paused" }),
      "is not the run.json of a run: status",
    ],
    ["a seed that is no number", (run) => ({ ...run, seed: "1" }), "is not the run.json of a run: seed"],
  ])("%s", (_what, change, reason) => {
    const path = withFile(JSON.stringify(change(valid())));
    const error = failure(() => RunDirectory.open(path));
    expect(error.code).toBe("run");
    expect(error.message).toContain(reason);
    expect(error.message).toContain(join(path, "run.json"));
  });

  test("a folder without run.json, no folder, a file", () => {
    const path = folder();
    expect(failure(() => RunDirectory.open(path)).message).toBe(`${path} is not a run: it has no run.json`);
    const gone = join(path, "gone");
    expect(failure(() => RunDirectory.resume(gone)).message).toBe(`there is no folder ${gone}`);
    writeFileSync(join(path, "file"), "");
    expect(failure(() => RunDirectory.open(join(path, "file"))).message).toContain(
      "it is a file, not a folder",
    );
  });
});

describe("the lease", () => {
  const created = (): string => {
    const path = join(folder(), "a");
    RunDirectory.create(path, newRun).close();
    return path;
  };
  const leave = (path: string, holder: Partial<Holder>): void =>
    writeFileSync(
      join(path, "lease"),
      formatHolder({ token: "t", pid: 1, host: "elsewhere", period: 60, released: false, ...holder }),
    );
  const silentFor = (path: string, seconds: number): void => {
    const then = Date.now() / 1000 - seconds;
    utimesSync(join(path, "lease"), then, then);
  };

  test("one at a time; reading needs none", () => {
    const path = created();
    const first = RunDirectory.resume(path);
    const error = failure(() => RunDirectory.resume(path));
    expect(error.code).toBe("run");
    expect(error.message).toBe(`${path} is in use by process ${process.pid}, heard of 0 s ago`);
    expect(RunDirectory.open(path).status).toBe("running");
    first.close();
    first.close();
    RunDirectory.resume(path).close();
    expect(listNames(path)).toEqual(["lease", "run.json"]);
  });

  test("what a killed job left in the run goes; where a link leads nothing does", () => {
    const [path, elsewhere] = [created(), folder()];
    const left = `.picture.png.${deadProcess()}.0123456789ab.tmp`;
    mkdirSync(join(path, "figures"));
    for (const at of [join(path, "figures"), elsewhere]) writeFileSync(join(at, left), "");
    symlinkSync(elsewhere, join(path, "tables"), "dir");
    RunDirectory.resume(path).close();
    expect([listNames(join(path, "figures")), listNames(elsewhere)]).toEqual([[], [left]]);
  });

  test("a dead process's is taken over, and until then the run counts as interrupted", () => {
    const path = created();
    leave(path, { pid: deadProcess(), host: hostname(), ...machine() });
    expect(RunDirectory.open(path).status).toBe("interrupted");
    const run = RunDirectory.resume(path);
    expect(JSON.parse(readFileSync(join(path, "lease"), "utf8")).pid).toBe(process.pid);
    expect(run.status).toBe("running");
    run.close();
  });

  test("a living process with the number of a dead one holds nothing", (context) => {
    if (processStart(process.pid) === undefined)
      context.skip("this system doesn't tell when a process started");
    const path = created();
    leave(path, { pid: process.pid, host: hostname(), started: "another boot/1", ...machine() });
    RunDirectory.resume(path).close();
  });

  test("another machine's is respected for its period, and taken over after it", () => {
    const path = created();
    leave(path, {});
    silentFor(path, 50);
    const error = failure(() => RunDirectory.resume(path));
    expect(error.message).toMatch(/is in use by process 1 on elsewhere, heard of 5\d s ago$/);
    expect(error.hint).toContain("60 s after it was last heard of");
    expect(RunDirectory.open(path).status).toBe("running");
    silentFor(path, 61);
    expect(RunDirectory.open(path).status).toBe("interrupted");
    RunDirectory.resume(path).close();
    expect(listNames(path)).toEqual(["lease", "run.json"]);
  });

  test("another container on this machine, with the same name, is another machine", () => {
    const path = created();
    leave(path, { pid: deadProcess(), host: hostname(), machine: "boot/pid:[1]" });
    expect(RunDirectory.open(path).status).toBe("running");
  });

  test("clocks that differ by minutes: ages are differences of the folder's own times", () => {
    const path = created();
    leave(path, {});
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 600_000);
    expect(RunDirectory.open(path).status).toBe("running");
    expect(failure(() => RunDirectory.resume(path)).message).toContain("is in use");
    clock.mockRestore();
  });

  test("a living one is taken over when asked; who had it writes nothing more", () => {
    const path = created();
    const first = RunDirectory.resume(path);
    first.metrics.append({ step: 1 });
    const second = RunDirectory.resume(path, { takeOver: true });
    second.metrics.truncateAfter(5);
    expect(failure(() => first.update({ status: "finished" })).message).toBe(
      `${path} was taken over by process ${process.pid} while this process was stalled`,
    );
    first.close();
    second.update({ status: "interrupted" });
    second.close();
    expect(RunDirectory.open(path).information.status).toBe("interrupted");
  });

  test.each(["", "{", "null", '{"pid":-1,"host":"x"}'])("a broken one (%j) is nobody's", (content) => {
    const path = created();
    writeFileSync(join(path, "lease"), content);
    RunDirectory.resume(path).close();
    expect(listNames(path)).toEqual(["lease", "run.json"]);
  });
});

const machine = (): { machine?: string } => {
  const id = machineId();
  return id === undefined ? {} : { machine: id };
};

test("listRuns: newest first, sweeps included, broken ones last, nothing inside a run", () => {
  const root = folder();
  const make = (name: string, createdAt: string, status: string): void => {
    const path = join(root, name);
    RunDirectory.create(path, newRun).close();
    const file = join(path, "run.json");
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), createdAt, status }));
  };
  make("old", "2026-01-01T00:00:00.000Z", "finished");
  make("sweep/beta-4", "2026-03-01T00:00:00.000Z", "running");
  make("new", "2026-04-01T00:00:00.000Z", "failed");
  make("new/figures/inner", "2026-05-01T00:00:00.000Z", "finished");
  mkdirSync(join(root, "broken"));
  writeFileSync(join(root, "broken", "run.json"), "{");
  mkdirSync(join(root, "pictures"));

  expect(listRuns(root).map((run) => [run.path.slice(root.length + 1), run.status])).toEqual([
    ["new", "failed"],
    ["sweep/beta-4", "interrupted"],
    ["old", "finished"],
    ["broken", "unreadable"],
  ]);
  expect(listRuns(join(root, "nowhere"))).toEqual([]);
});

function listNames(path: string): string[] {
  return readdirSync(path).sort();
}
