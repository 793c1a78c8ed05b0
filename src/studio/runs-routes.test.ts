/** What the routes say of runs: the table, one run, its lines as they come. */

import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { makeRuns } from "../../test/helpers/many-runs.ts";
import { listen, openRoutes, rowOf, table } from "../../test/helpers/routes.ts";
import { smallSettings } from "../../test/helpers/small-run.ts";
import { Lease } from "../base/lease.ts";
import { MetricsFile } from "../runs/index.ts";
import { createWorkbench } from "../workbench/index.ts";
import { type Records, type RunDetail, type RunRow, type RunsTable, routes } from "./protocol.ts";
import { Studio } from "./studio.ts";

const folder = temporaryFolders();

describe("the table", () => {
  test("rows, what varies, numbers, sweeps; the same again is a 304", async () => {
    const root = folder();
    makeRuns(root, 20);
    const sweep = { format: 2, name: "betas", runs: [] as unknown[] };
    for (const name of readdirSync(join(root, "sweep-0")))
      sweep.runs.push({
        name,
        settings: { "objective.beta": 1 },
        identity: name,
        status: "finished",
        steps: {},
      });
    sweep.runs.push({
      name: "later",
      settings: { "objective.beta": 9 },
      identity: "later",
      status: "waiting",
      steps: {},
    });
    writeFileSync(join(root, "sweep-0", "sweep.json"), JSON.stringify(sweep));
    const { ask } = await openRoutes(root);
    const { status, body, headers } = await ask(routes.runs);
    expect(status).toBe(200);
    const { rows, varying, measures, sweeps } = body as RunsTable;
    expect(rows).toHaveLength(20);
    expect(rows.map(({ createdAt }) => createdAt)).toEqual(
      rows
        .map(({ createdAt }) => createdAt)
        .toSorted()
        .reverse(),
    );
    expect(varying).toEqual(["seed", "model.latentDim", "objective.beta"]);
    const row = rows.find(({ id }) => id === "sweep-0/beta-2_seed-0_1")!;
    expect(row).toMatchObject({
      path: join(root, "sweep-0/beta-2_seed-0_1"),
      status: "finished",
      sweep: "sweep-0",
      preset: "demo",
      data: "digits",
      progress: { step: 2820, epoch: 30, epochs: 30 },
      has: [],
    });
    expect(row.settings).toMatchObject({
      "objective.beta": 2,
      "model.latentDim": 4,
      "data.source": "digits",
    });
    // The last held-out line of the file, read by other code.
    const last = new MetricsFile(join(root, row.id, "metrics.jsonl")).read().at(-1)!;
    const used = (last.klPerDimension as number[]).filter((nats) => nats >= 0.01).length;
    expect(row.numbers).toEqual({
      negativeElbo: last.negativeElbo,
      reconstruction: last.reconstruction,
      kl: last.kl,
      usedLatents: used,
    });
    expect(used).toBe(3);
    expect(row.sparkline).toHaveLength(30);
    expect(row.sparkline.at(-1)).toBe(last.negativeElbo);
    for (const key of Object.keys(row.numbers)) expect(measures[key]?.definition).toBeTruthy();
    expect(sweeps).toEqual([
      expect.objectContaining({
        id: "sweep-0",
        keys: ["objective.beta"],
        counts: { waiting: 1, running: 0, finished: sweep.runs.length - 1, failed: 0, interrupted: 0 },
      }),
    ]);
    expect((await ask(routes.runs, { headers: { "if-none-match": headers.get("etag")! } })).status).toBe(304);
  });

  test("bytes are those of all files", async () => {
    const root = folder();
    makeRuns(root, 1);
    const { ask } = await openRoutes(root);
    const [row] = (await table(ask)).rows;
    const { body } = await ask(routes.files(row!.id));
    const sum = (body as { bytes: number }[]).reduce((total, { bytes }) => total + bytes, 0);
    expect(row!.bytes).toBe(sum);
    expect(sum).toBeGreaterThan(10_000);
  });

  test("a run whose process was killed is dead, one that is held runs, one that is gone is removed", async () => {
    const root = folder();
    makeRuns(root, 3);
    const [first, second] = readdirSync(join(root, "sweep-0"));
    for (const name of [first!, second!]) {
      const file = join(root, "sweep-0", name, "run.json");
      writeFileSync(file, readFileSync(file, "utf8").replace('"finished"', '"running"'));
    }
    const lease = Lease.take(join(root, "sweep-0", second!));
    const { studio, ask } = await openRoutes(root);
    const told: { event: string; data: string }[] = [];
    studio.bus.listen((one) => told.push(one));
    expect((await rowOf(ask, `sweep-0/${first}`)).status).toBe("dead");
    expect(await rowOf(ask, `sweep-0/${second}`)).toMatchObject({
      status: "running",
      holder: `process ${process.pid}`,
    });
    expect((await ask(routes.run(`sweep-0/${second}`), { method: "DELETE" })).status).toBe(409);
    lease.release();
    studio.index.refresh();
    expect((await rowOf(ask, `sweep-0/${second}`)).status).toBe("dead");
    rmSync(join(root, "sweep-0", first!), { recursive: true });
    studio.index.refresh();
    expect(JSON.parse(told.findLast(({ event }) => event === "runs")!.data).removed).toEqual([
      `sweep-0/${first}`,
    ]);
    expect((await table(ask)).rows).toHaveLength(2);
    expect((await ask(routes.run(`sweep-0/${first}`))).status).toBe(404);
  });

  test("of a newer version, broken, foreign: a sentence each, and the others are there", async () => {
    const root = folder();
    makeRuns(root, 4);
    const names = readdirSync(join(root, "sweep-0"));
    const write = (i: number, text: string) =>
      writeFileSync(join(root, "sweep-0", names[i]!, "run.json"), text);
    write(0, '{"format": 99}');
    write(1, '{"format": 2, "na');
    write(2, '"hello"');
    const { ask } = await openRoutes(root);
    const problems = await Promise.all(
      [0, 1, 2].map(async (i) => (await rowOf(ask, `sweep-0/${names[i]}`)).problem!),
    );
    expect(problems[0]).toContain("has format 99; this betalab reads format 2");
    expect(problems[1]).toContain("is cut off or not JSON");
    expect(problems[2]).toContain("is not the run.json of a run");
    for (const problem of problems) expect(problem).toContain(join(root, "sweep-0"));
    expect((await rowOf(ask, `sweep-0/${names[3]}`)).status).toBe("finished");
    const detail: RunDetail = (await ask(routes.run(`sweep-0/${names[0]}`))).body;
    expect(detail).toMatchObject({
      row: { status: "unreadable" },
      config: [],
      checkpoints: [{ step: 2820 }],
    });
  });

  test("a class of 10 000 characters, markup in a name", async () => {
    const root = folder();
    makeRuns(root, 1);
    const [name] = readdirSync(join(root, "sweep-0"));
    const odd = '<img src=x onerror="alert(1)">\u2028';
    renameSync(join(root, "sweep-0", name!), join(root, "sweep-0", odd));
    const file = join(root, "sweep-0", odd, "run.json");
    const run = JSON.parse(readFileSync(file, "utf8"));
    run.data.classes = ["x".repeat(10_000), odd];
    writeFileSync(file, JSON.stringify(run));
    const { ask } = await openRoutes(root);
    const { body, headers, status } = await ask(routes.run(`sweep-0/${odd}`));
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect((body as RunDetail).information).toMatchObject({ data: { classes: ["x".repeat(10_000), odd] } });
    expect((await ask(routes.file(`sweep-0/${odd}`, "metrics.jsonl"))).status).toBe(200);
  });

  test("an evaluated run's numbers, its config with origins, its evaluation in rows", async () => {
    const root = folder();
    const { train, evaluate, metrics } = createWorkbench({}, { environment: {} });
    const run = join(root, "run");
    await train("demo", { out: run, set: [...smallSettings], epochs: 1 });
    const { value, save } = await evaluate(run, { samples: 5 });
    await save();
    const measured = await metrics([run], { only: ["sap"], train: 60, test: 12, replicates: 0 }).catch(
      () => undefined,
    );
    await measured?.save();
    const { ask } = await openRoutes(root);
    const row = await rowOf(ask, "run");
    expect(row.numbers).toMatchObject({
      activeUnits: value.activeUnits.count,
      negativeLogLikelihood: value.importance.negativeLogLikelihood.mean,
      totalCorrelation: value.decomposition.totalCorrelation.mean,
    });
    expect(row.has).toContain("evaluation");
    expect(row.preset).toBe("demo");
    const detail: RunDetail = (await ask(routes.run("run"))).body;
    const of = (key: string) => detail.config.find((one) => one.key === key);
    expect(of("data.count")).toMatchObject({ value: 120, origin: "option set" });
    expect(of("training.epochs")).toMatchObject({ value: 1, origin: "option epochs" });
    expect(of("objective.beta")).toMatchObject({ value: 1, description: expect.stringMatching(/KL/) });
    expect(of("optimizer.beta1")).toMatchObject({ value: 0.9, origin: "default" });
    expect(detail.evaluation?.value).toMatchObject({ activeUnits: { count: value.activeUnits.count } });
    expect(detail.evaluation?.rows.map(([name]) => name)).toEqual(
      expect.arrayContaining(["Likelihood and KL", expect.stringMatching(/^−ELBO at β = 1, \d+ draws?$/)]),
    );
    expect(detail.problems).toEqual([]);
    expect(detail.information?.attempts).toHaveLength(1);
    const { body: figures } = await ask(routes.figures("run"));
    expect(figures).toEqual([
      expect.objectContaining({
        name: "reconstructions",
        epoch: 1,
        path: "figures/reconstructions-epoch-0001.png",
      }),
      expect.objectContaining({ name: "samples", epoch: 1 }),
    ]);
    // Of older weights: left out of the table.
    const file = join(run, "tables", "evaluation.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"step": \d+/, '"step": 1'));
    expect((await rowOf(ask, "run")).numbers).toBeDefined();
    expect((await ask(routes.run("run"))).body.row.numbers).not.toHaveProperty("activeUnits");
  });
});

describe("records", () => {
  test("all, those since, and all again when the file is another one", async () => {
    const root = folder();
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    const metrics = new MetricsFile(join(root, id, "metrics.jsonl"));
    const { ask } = await openRoutes(root);
    const all: Records = (await ask(routes.records(id))).body;
    expect(all.records).toEqual(metrics.read());
    expect(all).toMatchObject({ fromStart: true, broken: 0 });
    metrics.append({ split: "train", step: 9999, kl: Number.NaN } as never);
    metrics.close();
    appendFileSync(join(root, id, "metrics.jsonl"), "nonsense\n");
    const more: Records = (await ask(routes.records(id, all.at))).body;
    expect(more).toMatchObject({ fromStart: false, broken: 1, records: [{ step: 9999, kl: Number.NaN }] });
    expect((await ask(routes.records(id, more.at))).body).toMatchObject({
      records: [],
      at: more.at,
      fromStart: false,
    });
    metrics.salvage();
    metrics.truncateAfter(94);
    const again: Records = (await ask(routes.records(id, more.at))).body;
    expect(again.fromStart).toBe(true);
    expect(again.records.map(({ step }) => step)).toEqual([94, 94]);
  });

  test("the stream says what it said not, after a break; and that a run is gone", async () => {
    const root = folder();
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    const { app, ask } = await openRoutes(root);
    const first = await listen(app, routes.live(id), (events) =>
      events.some(({ event }) => event === "figures"),
    );
    const records = first.filter(({ event }) => event === "records").flatMap(({ data }) => data.records);
    expect(records).toHaveLength(60);
    expect(first.find(({ event }) => event === "run")!.data).toMatchObject({ id, status: "finished" });
    const last = first.findLast((one) => one.id !== undefined)!.id!;
    const metrics = new MetricsFile(join(root, id, "metrics.jsonl"));
    metrics.append({ step: 3000, split: "train" });
    metrics.close();
    const second = await listen(
      app,
      routes.live(id),
      (events) => events.some(({ event }) => event === "figures"),
      { "last-event-id": last },
    );
    const since = second.filter(({ event }) => event === "records").flatMap(({ data }) => data.records);
    expect(since).toEqual([{ step: 3000, split: "train" }]);
    const third = listen(app, routes.live(id), (events) => events.some(({ event }) => event === "gone"));
    expect((await ask(routes.run(id), { method: "DELETE" })).status).toBe(200);
    expect((await third).at(-1)).toMatchObject({ event: "gone", data: { id } });
  });

  test("the folder's stream: what changed, what was missed, and that too much was", async () => {
    const root = folder();
    makeRuns(root, 2);
    const { app, studio } = await openRoutes(root);
    studio.index.refresh();
    const began = studio.bus.id;
    const [name] = readdirSync(join(root, "sweep-0"));
    const file = join(root, "sweep-0", name!, "run.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"finished"', '"failed"'));
    studio.index.refresh();
    const missed = await listen(app, routes.events, (events) => events.length > 0, {
      "last-event-id": began,
    });
    expect(missed).toMatchObject([
      { event: "runs", data: { rows: [{ id: `sweep-0/${name}`, status: "failed" }] } },
    ]);
    const lost = await listen(app, routes.events, (events) => events.length > 0, {
      "last-event-id": "other-7",
    });
    expect(lost).toMatchObject([{ event: "reload", id: studio.bus.id }]);
  });
});

test("while the folder is read, a page has the rows that were read and is told the others; a script waits for all", async () => {
  const root = folder();
  makeRuns(root, 300);
  const { studio, app, ask } = await openRoutes(root);
  const read = studio.start();
  const told = listen(app, routes.events, (events) => events.some(({ event }) => event === "end"));
  const soon: RunsTable = (await ask(routes.runsSoon)).body;
  expect(soon.rows.length).toBeLessThan(300);
  expect((await table(ask)).rows).toHaveLength(300);
  await read;
  studio.bus.tell("end" as "reload", {});
  const later = (await told).flatMap(({ event, data }) => (event === "runs" ? data.rows : [])) as RunRow[];
  expect(new Set([...soon.rows, ...later].map(({ id }) => id)).size).toBe(300);
  studio.close();
});

test("a folder that is a run is none of runs", async () => {
  const root = folder();
  makeRuns(root, 1);
  const run = join(root, "sweep-0", readdirSync(join(root, "sweep-0"))[0]!);
  expect(() => new Studio({ folder: run })).toThrow(
    expect.objectContaining({ code: "usage", message: `${run} is a run` }),
  );
});
