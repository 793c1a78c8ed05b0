/** How an executor is chosen, one of a user's own among them; and tasks that are none. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { failure } from "../../../test/helpers/data.ts";
import { smallSettings } from "../../../test/helpers/small-run.ts";
import { executor, type Task, type TaskStatus } from "../../jobs/index.ts";
import { createWorkbench } from "../../workbench/index.ts";
import { readTaskFile } from "../tasks.ts";
import { chooseExecutor } from "./index.ts";
import { withoutPassword } from "./redis.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("by its name or an address that begins with it; what it doesn't take is named", async () => {
  expect(chooseExecutor("local", { jobs: 2 }, {}).definition.name).toBe("local");
  expect(chooseExecutor("rediss://queue.lab:6380", {}, {}).definition.name).toBe("redis");
  const unknown = await failure("usage", () => chooseExecutor("slrum", {}, {}));
  expect(unknown).toMatchObject({
    message: '`on`: there is no executor "slrum"',
    hint: 'did you mean "slurm"?',
  });
  const foreign = await failure("usage", () => chooseExecutor("local", { partition: "gpu" }, {}));
  expect(foreign).toMatchObject({
    message: "`partition` means nothing to the executor local",
    hint: "it takes `jobs`; `on` slurm takes `partition`",
  });
  const none = await failure("config", () => chooseExecutor("local", {}, { executors: [{ name: "mine" }] }));
  expect(none.message).toMatch(/^executors\[0\] is .* not an executor$/);
  const taken = { name: "local", lasting: true, options: z.strictObject({}), open() {} };
  expect((await failure("config", () => chooseExecutor("local", {}, { executors: [taken] }))).message).toBe(
    'executors[0] is called "local", as another is',
  );
});

test("one of a user's own carries a sweep: tasks are plain data, and say all that a worker needs", async () => {
  const tasks: Task[] = [];
  const mine = executor({
    name: "mine",
    summary: "pretends",
    options: z.strictObject({ jobs: z.int().optional() }),
    lasting: true,
    async open({ address, pending, devices }, options) {
      expect({ address, pending, devices, options }).toEqual({
        address: "mine://there",
        pending: 2,
        devices: ["cpu"],
        options: { jobs: 3 },
      });
      return {
        submit: async (given) => void tasks.push(...given),
        statusAll: async (given) =>
          new Map(
            given.map(({ id }): [string, TaskStatus] => [
              id,
              { state: "finished", steps: [], notes: [], seconds: 1 },
            ]),
          ),
        cancel: async () => {},
        logs: async () => "",
        forget: async () => {},
        close: async () => {},
      };
    },
  });
  const set = smallSettings.map((text) => text.split("=") as [string, string]);
  const config = {
    config: "demo",
    set: Object.fromEntries(set.map(([key, value]) => [key, JSON.parse(value)])),
    seeds: 2,
  };
  const out = join(folder, "own");
  const environment = { BETALAB_CACHE: join(folder, "cache") };
  const { value } = await createWorkbench({ executors: [mine] }, { environment }).sweep(config, {
    out,
    on: "mine://there",
    jobs: 3,
  });
  expect(value.runs.map(({ name, status }) => [name, status])).toEqual([
    ["seed-0", "finished"],
    ["seed-1", "finished"],
  ]);
  expect(JSON.parse(readFileSync(join(out, "sweep.json"), "utf8")).on).toBe("mine://there");
  const [first] = tasks;
  expect(JSON.parse(JSON.stringify(first))).toEqual(
    JSON.parse(readFileSync(join(out, "tasks", "seed-0.json"), "utf8")),
  );
  expect(first).toMatchObject({
    path: join(out, "seed-0"),
    fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("a task that was written by hand, or by another version", async () => {
  const path = join(folder, "task.json");
  const own = JSON.parse(readFileSync(join(folder, "own", "tasks", "seed-0.json"), "utf8"));
  const wrong = async (value: unknown, code: "config" | "run") => {
    writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
    return (await failure(code, () => readTaskFile(path))).message;
  };
  expect(readTaskFile(join(folder, "own", "tasks", "seed-0.json"))).toEqual(own);
  expect(await wrong("{", "config")).toContain(`can't read the task ${path}`);
  expect(await wrong({ ...own, pathh: "x" }, "config")).toMatch(/task\.json is not a task: .*pathh/);
  expect(await wrong({ ...own, steps: [{ job: 3 }] }, "config")).toMatch(/is not a task: steps/);
  expect(await wrong({ ...own, software: "9.0.0" }, "run")).toContain(
    "is of betalab 9.0.0, and this worker is betalab 0.1.0",
  );
});

test.each([
  ["redis://:secret@host:6379/1", "redis://@host:6379/1"],
  ["rediss://me:p@ss:w@rd@host", "rediss://me@host"],
  ["redis://me@host:6379", "redis://me@host:6379"],
  ["redis://host:6379/0", "redis://host:6379/0"],
  ["local", "local"],
])("%s is told as %s", (address, told) => {
  expect(withoutPassword(address)).toBe(told);
});
