/** Sweeps by the routes: as their records say, as their runs say, and where neither can be read. */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { makeRuns } from "../../test/helpers/many-runs.ts";
import { openRoutes, rowOf, table } from "../../test/helpers/routes.ts";
import { Lease } from "../base/lease.ts";
import { type RecordedRun, writeRecord } from "../runs/index.ts";
import { routes } from "./protocol.ts";

const folder = temporaryFolders();

const recorded = (name: string, more: Partial<RecordedRun> = {}): RecordedRun => ({
  name,
  settings: { "objective.beta": 1 },
  identity: name,
  status: "finished",
  steps: {},
  ...more,
});

/** A folder with one sweep of three runs, whose names are returned. */
function withSweep() {
  const root = folder();
  makeRuns(root, 3);
  const sweep = join(root, "sweep-0");
  return { root, sweep, names: readdirSync(sweep) };
}

test("one whose record is damaged stands among the others, with its name, its runs and what to do", async () => {
  const { root, sweep, names } = withSweep();
  writeFileSync(join(sweep, "sweep.json"), '{"format": 2, "na');
  writeRecord(join(root, "whole"), "whole", []);
  const { ask } = await openRoutes(root);
  const { sweeps } = await table(ask);
  expect(sweeps).toEqual([
    {
      id: "sweep-0",
      path: sweep,
      name: "sweep-0",
      counts: { waiting: 0, running: 0, finished: 3, failed: 0, interrupted: 0 },
      keys: [],
      problem: expect.stringMatching(
        /^can't read .*sweep-0\/sweep\.json: .*; move it away and give the sweep's line again/,
      ),
    },
    expect.objectContaining({ id: "whole", on: "local" }),
  ]);
  const { status, body } = await ask(routes.sweep("sweep-0"));
  expect([status, body]).toMatchObject([200, sweeps[0]!]);
  expect(body.runs.map(({ id }: { id: string }) => id)).toEqual(names.map((name) => `sweep-0/${name}`));
  writeRecord(sweep, "betas", []);
  expect((await ask(routes.sweep("sweep-0"))).body).toMatchObject({ name: "betas", on: "local" });
});

test("a run whose run.json is damaged has failed, with the reason, and the others are told", async () => {
  const { root, sweep, names } = withSweep();
  writeRecord(
    sweep,
    "betas",
    names.map((name) => recorded(name, { status: "waiting" })),
  );
  writeFileSync(join(sweep, names[0]!, "run.json"), "{");
  const { ask } = await openRoutes(root);
  const { status, body } = await ask(routes.sweep("sweep-0"));
  expect(status).toBe(200);
  expect(body.runs).toMatchObject([
    { name: names[0], status: "failed", error: expect.stringContaining(join(sweep, names[0]!, "run.json")) },
    { name: names[1] },
    { name: names[2] },
  ]);
});

test("nothing of it runs once its process is gone, whatever its record says", async () => {
  const { root, sweep, names } = withSweep();
  writeRecord(sweep, "betas", [recorded(names[0]!, { status: "running" }), recorded(names[1]!)]);
  const { ask } = await openRoutes(root);
  const counts = async () => [
    (await table(ask)).sweeps[0]!.counts,
    (await ask(routes.sweep("sweep-0"))).body.counts,
  ];
  const left = { waiting: 0, running: 0, finished: 1, failed: 0, interrupted: 1 };
  expect(await counts()).toEqual([left, left]);
  const lease = Lease.take(sweep);
  const held = { ...left, running: 1, interrupted: 0 };
  await ask(routes.sweep("sweep-0"));
  expect(await counts()).toEqual([held, held]);
  lease.release();
});

test("the log of a run is that of the name that the sweep has for it, whatever its folder is called", async () => {
  const { root, sweep, names } = withSweep();
  writeRecord(sweep, "betas", [recorded("beta-1", { folder: names[0]! })]);
  mkdirSync(join(sweep, "logs"));
  writeFileSync(join(sweep, "logs", "beta-1.log"), "its worker\n");
  const { ask } = await openRoutes(root);
  await table(ask);
  expect((await ask(routes.logs(`sweep-0/${names[0]}`))).body).toMatchObject([
    { name: "sweep", text: "its worker\n" },
  ]);
});

test("a run that the disk does not give says so, and hides no other", async () => {
  const { root, sweep, names } = withSweep();
  rmSync(join(sweep, names[0]!, "model"), { recursive: true });
  writeFileSync(join(sweep, names[0]!, "model"), "a file where a folder is expected");
  const metrics = join(sweep, names[1]!, "metrics.jsonl");
  rmSync(metrics);
  mkdirSync(metrics);
  const { ask } = await openRoutes(root);
  expect((await rowOf(ask, `sweep-0/${names[0]}`)).status).toBe("finished");
  expect(await rowOf(ask, `sweep-0/${names[1]}`)).toMatchObject({
    status: "unreadable",
    problem: expect.stringContaining("it can't be read: EISDIR"),
  });
  expect((await rowOf(ask, `sweep-0/${names[2]}`)).status).toBe("finished");
});
