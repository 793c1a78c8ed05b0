/** The routes, without a port. */

import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { makeRuns } from "../../test/helpers/many-runs.ts";
import { smallSettings } from "../../test/helpers/small-run.ts";
import { parseJson } from "../base/json.ts";
import { Lease } from "../base/lease.ts";
import { runCli } from "../cli/main.ts";
import { MetricsFile } from "../runs/index.ts";
import { createWorkbench } from "../workbench/index.ts";
import { createApi } from "./app.ts";
import { createFront } from "./front.ts";
import {
  type Catalogue,
  type Records,
  type RunDetail,
  type RunRow,
  type RunsTable,
  routes,
} from "./protocol.ts";
import { Studio } from "./studio.ts";

const folder = temporaryFolders();
const host = { host: "127.0.0.1" };
const json = { ...host, "content-type": "application/json" };

interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  readonly body: any;
  readonly headers: Headers;
}

async function open(root: string, { readOnly = false } = {}) {
  const studio = await Studio.open({ folder: root, readOnly, environment: {} });
  const app = createFront({ host: "127.0.0.1", readOnly }, async () => createApi(studio));
  const ask = async (path: string, init: RequestInit = {}): Promise<Asked> => {
    const answer = await app.request(path, { ...init, headers: { ...host, ...init.headers } });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type") === "application/json" && text !== "";
    return { status: answer.status, body: isJson ? parseJson(text) : text, headers: answer.headers };
  };
  const post = (path: string, body: unknown) =>
    ask(path, { method: "POST", headers: json, body: JSON.stringify(body) });
  return { studio, app, ask, post };
}

const table = async (ask: (path: string) => Promise<Asked>): Promise<RunsTable> =>
  (await ask(routes.runs)).body;
const rowOf = async (ask: (path: string) => Promise<Asked>, id: string): Promise<RunRow> =>
  (await table(ask)).rows.find((row) => row.id === id)!;

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
    const { ask } = await open(root);
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
    const { ask } = await open(root);
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
    const { studio, ask } = await open(root);
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
    const { ask } = await open(root);
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
    const { ask } = await open(root);
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
    const { ask } = await open(root);
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
      expect.arrayContaining(["Likelihood and KL", "−ELBO at β = 1"]),
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
    const { ask } = await open(root);
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
    const { app, ask } = await open(root);
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
    const { app, studio } = await open(root);
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

describe("files", () => {
  async function withFile() {
    const root = folder();
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    writeFileSync(join(root, id, "report.html"), "<script>alert(1)</script>");
    writeFileSync(join(root, id, "figures", "ten.png"), "0123456789");
    writeFileSync(join(root, "..", `${root.split("/").at(-1)}-secret`), "secret");
    return { root, id, ...(await open(root)) };
  }

  test("whole, in part, unchanged, to be kept", async () => {
    const { id, ask } = await withFile();
    const path = routes.file(id, "figures/ten.png");
    const { status, body, headers } = await ask(path);
    expect([status, body, headers.get("content-type"), headers.get("content-length")]).toEqual([
      200,
      "0123456789",
      "image/png",
      "10",
    ]);
    const ranges: [string, number, string][] = [
      ["bytes=2-4", 206, "234"],
      ["bytes=7-", 206, "789"],
      ["bytes=-2", 206, "89"],
      ["bytes=5-99", 206, "56789"],
      ["bytes=0-0", 206, "0"],
      ["lines=1-2", 200, "0123456789"],
    ];
    for (const [range, expected, text] of ranges) {
      const part = await ask(path, { headers: { range } });
      expect([part.status, part.body]).toEqual([expected, text]);
    }
    expect((await ask(path, { headers: { range: "bytes=10-" } })).status).toBe(416);
    expect((await ask(path, { headers: { "if-none-match": headers.get("etag")! } })).status).toBe(304);
    const kept = await ask(routes.file(id, "figures/ten.png", true));
    expect(kept.headers.get("content-disposition")).toBe("attachment; filename*=UTF-8''ten.png");
  });

  test("a page of a run is sandboxed", async () => {
    const { id, ask } = await withFile();
    const policy = (await ask(routes.file(id, "report.html"))).headers.get("content-security-policy")!;
    expect(policy).toMatch(/^sandbox allow-scripts allow-downloads; default-src 'none'/);
    expect(policy).not.toContain("allow-same-origin");
  });

  test("nothing is reached but files of runs", async () => {
    const { root, id, ask } = await withFile();
    const secret = `${root}-secret`;
    symlinkSync(secret, join(root, id, "figures", "link.png"));
    symlinkSync(join(root, ".."), join(root, id, "up"));
    cpSync(join(root, id), join(root, "..", "elsewhere"), { recursive: true });
    symlinkSync(join(root, "..", "elsewhere"), join(root, "linked-run"));
    const run = routes.run(id);
    const attempts = [
      `${run}/files/..%2f..%2f..%2f${secret.split("/").at(-1)}`,
      `${run}/files/%2e%2e/%2e%2e/%2e%2e/${secret.split("/").at(-1)}`,
      `${run}/files/..%5c..%5csecret`,
      `${run}/files/%2fetc%2fpasswd`,
      `${run}/files//etc/passwd`,
      `${run}/files/figures/link.png`,
      `${run}/files/up/x`,
      `${run}/files/%00`,
      `${run}/files/%zz`,
      `${run}/files/lease`,
      `${run}/files/figures`,
      `${run}/files/`,
      "/api/runs/..%2felsewhere",
      "/api/runs/%2e%2e%2felsewhere/files/run.json",
      "/api/runs/linked-run",
      "/api/runs/linked-run/files/run.json",
      "/api/runs/.trash",
      "/api/runs/.studio/files/queue",
      "/api/runs/sweep-0",
      "/api/sweeps/..%2f..",
      "/api/queue/..%2f..%2fsweep-0/files/run.json",
      "/api/queue/20260101T000000000-abcdef/files/x",
      `/api/runs/${"x".repeat(10_000)}`,
      "/api/nothing",
    ];
    for (const path of attempts) {
      const { status, body } = await ask(path);
      expect([path.slice(0, 80), status]).toEqual([path.slice(0, 80), 404]);
      expect(JSON.stringify(body)).not.toContain('secret"');
    }
    expect((await ask(routes.run("linked-run"), { method: "DELETE" })).status).toBe(404);
    expect((await table(ask)).rows.map((row) => row.id)).toEqual([id]);
    rmSync(secret);
    rmSync(join(root, "..", "elsewhere"), { recursive: true });
  });
});

describe("delete", () => {
  test("to the trash, and back; not over another one", async () => {
    const root = folder();
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    const { ask, post } = await open(root);
    const before = readdirSync(join(root, id), { recursive: true }).toSorted();
    const { bytes } = await rowOf(ask, id);
    const { body: entry } = await ask(routes.run(id), { method: "DELETE" });
    expect(entry).toMatchObject({ run: id, bytes });
    expect(existsSync(join(root, id))).toBe(false);
    expect((await table(ask)).rows).toEqual([]);
    expect((await ask(routes.trash)).body).toEqual([entry]);
    expect((await ask(routes.run(id), { method: "DELETE" })).status).toBe(404);
    mkdirSync(join(root, id));
    expect((await post(routes.restore(entry.id), {})).body.error.message).toBe(`${id} is there again`);
    rmSync(join(root, id), { recursive: true });
    expect((await post(routes.restore(entry.id), {})).body).toEqual({ id });
    expect(readdirSync(join(root, id), { recursive: true }).toSorted()).toEqual(before);
    expect((await table(ask)).rows.map((row) => row.id)).toEqual([id]);
    expect((await ask(routes.trash)).body).toEqual([]);
    expect((await post(routes.restore(entry.id), {})).status).toBe(404);
    expect((await post(routes.restore("../../x"), {})).status).toBe(404);
  });
});

describe("what a form refuses is what the command line refuses, in the same words", () => {
  const wrong: [string, string | undefined, Record<string, string | string[]>, readonly string[]][] = [
    ["train", "demo", { epochs: "many" }, ["--epochs", "many"]],
    ["train", "demo", { epochs: "0" }, ["--epochs", "0"]],
    ["train", "demmo", {}, []],
    ["train", "demo", { set: ["objective.bta=3"] }, ["--set", "objective.bta=3"]],
    ["train", "demo", { set: ["objective.beta=-3"] }, ["--set", "objective.beta=-3"]],
    ["train", "demo", { set: ["nonsense"] }, ["--set", "nonsense"]],
    ["train", "demo", { device: "gpu" }, ["--device", "gpu"]],
    ["train", "demo", { colour: "red" }, ["--colour", "red"]],
    ["train", undefined, {}, []],
    ["sample", "run", { count: "x" }, ["--count", "x"]],
    ["traverse", "run", { range: "fixd" }, ["--range", "fixd"]],
    ["traverse", "run", { dims: "1,b" }, ["--dims", "1,b"]],
    ["sweep", "mnist-beta", {}, []],
    ["sweep", "mnist-betas", { set: ["seed=3"] }, ["--set", "seed=3"]],
  ];

  test.each(wrong)("%s %s %j", async (job, subject, options, flags) => {
    const root = folder();
    makeRuns(root, 1);
    renameSync(join(root, "sweep-0", readdirSync(join(root, "sweep-0"))[0]!), join(root, "run"));
    const { post } = await open(root);
    const { status, body } = await post(routes.check, { job, ...(subject && { subject }), options });
    const io = memoryIo();
    const named = subject === "run" ? join(root, "run") : subject;
    await runCli([job, ...(named ? [named] : []), ...flags, "--json"], io);
    expect(status).toBe(422);
    expect(body).toEqual(JSON.parse(io.out()));
  });

  test("what it takes it shows as a line that the shell takes", async () => {
    const root = folder();
    makeRuns(root, 1);
    renameSync(join(root, "sweep-0", readdirSync(join(root, "sweep-0"))[0]!), join(root, "a run"));
    const { post } = await open(root);
    const line = async (request: unknown) => (await post(routes.check, request)).body.commandLine as string;
    expect(
      await line({
        job: "train",
        subject: "demo",
        options: { epochs: "3", seed: "", set: ["model.hidden=[8, 8]"] },
      }),
    ).toBe(`betalab train demo --epochs 3 --set 'model.hidden=[8, 8]' --out ${root}/demo`);
    expect(
      await line({
        job: "traverse",
        subject: "a run",
        options: { step: "-0.2", dims: [0, 3], bare: true, oneWay: false },
      }),
    ).toBe(`betalab traverse '${root}/a run' --step=-0.2 --dims 0,3 --bare`);
    expect(await line({ job: "import", subject: "/some/weights.pt" })).toBe(
      `betalab import /some/weights.pt --out ${root}/weights`,
    );
    expect(await line({ job: "explain", options: { word: ["kl"] } })).toBe("betalab explain kl");
  });

  test("nothing is written outside of the folder", async () => {
    const root = folder();
    const { post } = await open(root);
    for (const out of [
      "/tmp/elsewhere",
      "../x",
      `${root}/../x`,
      root,
      `${root}/.studio/x`,
      `${root}/.trash`,
    ]) {
      const { status, body } = await post(routes.check, { job: "train", subject: "demo", options: { out } });
      expect([out, status]).toEqual([out, 403]);
      expect(body.error.message).toContain("below its folder alone");
    }
    symlinkSync("/tmp", join(root, "link"));
    expect(
      (await post(routes.check, { job: "train", subject: "demo", options: { out: `${root}/link/x` } }))
        .status,
    ).toBe(403);
    for (const subject of ["../x", "/etc", "link", ".studio"])
      expect((await post(routes.check, { job: "evaluate", subject, options: {} })).status).toBe(404);
    const pictures = ["../../etc/passwd"];
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    expect(
      (await post(routes.check, { job: "reconstruct", subject: id, options: { pictures } })).status,
    ).toBe(404);
    expect((await post(routes.check, { job: "worker", options: {} })).status).toBe(404);
    expect((await post(routes.check, { job: "train", subject: "/etc/x.yaml", options: {} })).status).toBe(
      404,
    );
  });

  test("no JSON, no request, too long, of another kind", async () => {
    const { ask, post } = await open(folder());
    const send = (body: string) => ask(routes.jobs, { method: "POST", headers: json, body });
    expect((await send("{")).body.error.message).toBe("the request is not JSON");
    expect((await post(routes.jobs, { job: 3 })).status).toBe(400);
    expect((await post(routes.jobs, { job: "train", extra: 1 })).body.error.message).toContain(
      "unknown key extra",
    );
    expect((await send(`"${"x".repeat(2 << 20)}"`)).status).toBe(413);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 20)) });
    const answer = await ask(routes.jobs, {
      method: "POST",
      headers: json,
      body: endless,
      duplex: "half",
    } as RequestInit);
    expect(answer.status).toBe(413);
  });
});

test("a config as the job `config` answers it, with origins and meanings", async () => {
  const { post } = await open(folder());
  const { body } = await post(routes.config, {
    subject: "demo",
    options: { set: ["objective.beta=4"], seed: "7" },
  });
  const { value } = await createWorkbench({}, { environment: {} }).config("demo", {
    set: ["objective.beta=4"],
    seed: 7,
  });
  expect(body.name).toBe(value.config!.name);
  const of = (key: string) => body.config.find((one: { key: string }) => one.key === key);
  expect(of("objective.beta")).toMatchObject({ value: 4, origin: value.origins!["objective.beta"] });
  expect(of("seed")).toMatchObject({ value: 7, origin: value.origins!.seed });
  expect((await post(routes.config, { subject: { preset: "demo", objective: { beta: "x" } } })).status).toBe(
    422,
  );
});

test("the catalogue: every job but the worker, with schemas that hold units and defaults", async () => {
  const { ask } = await open(folder());
  const { jobs, names, sweepSchema }: Catalogue = (await ask(routes.jobs)).body;
  expect(jobs.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["train", "sweep", "data inspect", "compare"]),
  );
  expect(jobs.map(({ name }) => name)).not.toContain("worker");
  const traverse = jobs.find(({ name }) => name === "traverse")!;
  expect(traverse.schema).toMatchObject({
    properties: { delay: { default: 80, unit: "ms", type: "integer" } },
  });
  expect(jobs.filter(({ trains }) => trains).map(({ name }) => name)).toEqual([
    "demo",
    "train",
    "resume",
    "suggest",
    "sweep",
  ]);
  expect(names.config!.map(([name]) => name)).toContain("mnist-mlp-20");
  expect(JSON.stringify(sweepSchema)).toContain("grid");
});

test("pictures of one's own: bounded, of a kind, and then an option", async () => {
  const root = folder();
  makeRuns(root, 1);
  const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
  const { ask, post } = await open(root);
  const put = (name: string, body: Uint8Array<ArrayBuffer> | string | ReadableStream) =>
    ask(routes.upload(name), { method: "PUT", body, duplex: "half" } as RequestInit);
  const { body } = await put("../../my 7.PNG", new Uint8Array([1, 2, 3]));
  expect(body.path).toMatch(/^\.studio\/uploads\/[\dT]+-[0-9a-f]+\.png$/);
  expect([...readFileSync(join(root, body.path))]).toEqual([1, 2, 3]);
  const { status } = await post(routes.check, {
    job: "reconstruct",
    subject: id,
    options: { pictures: [body.path] },
  });
  expect(status).toBe(200);
  expect((await put("x.html", "<script>")).status).toBe(400);
  let sent = 0;
  const endless = new ReadableStream({
    pull: (controller) => {
      sent += 1 << 20;
      controller.enqueue(new Uint8Array(1 << 20));
    },
  });
  expect((await put("x.png", endless)).status).toBe(413);
  expect(sent).toBeLessThan(40 << 20);
  expect(readdirSync(join(root, ".studio", "uploads"))).toHaveLength(1);
});

test("read-only: shown, not done", async () => {
  const root = folder();
  makeRuns(root, 1);
  const { ask, post } = await open(root, { readOnly: true });
  const [row] = (await table(ask)).rows;
  expect((await ask(routes.studio)).body.readOnly).toBe(true);
  expect((await ask(routes.run(row!.id), { method: "DELETE" })).status).toBe(403);
  expect((await post(routes.jobs, { job: "train", subject: "demo" })).status).toBe(403);
  expect(existsSync(join(root, row!.id))).toBe(true);
});

test("a folder that is a run is none of runs", async () => {
  const root = folder();
  makeRuns(root, 1);
  const run = join(root, "sweep-0", readdirSync(join(root, "sweep-0"))[0]!);
  await expect(Studio.open({ folder: run })).rejects.toMatchObject({
    code: "usage",
    message: `${run} is a run`,
  });
});

interface Heard {
  readonly event: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  readonly data: any;
}

/** The events of a stream, until there are enough. */
async function listen(
  app: Hono,
  path: string,
  enough: (events: readonly Heard[]) => boolean,
  headers: Readonly<Record<string, string>> = {},
): Promise<Heard[]> {
  const answer = await app.request(path, { headers: { ...host, ...headers } });
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const heard: Heard[] = [];
  let text = "";
  while (!enough(heard)) {
    const { value, done } = await reader.read();
    if (done) break;
    text += value;
    for (let at = text.indexOf("\n\n"); at >= 0; at = text.indexOf("\n\n")) {
      const lines = text.slice(0, at).split("\n");
      text = text.slice(at + 2);
      const of = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const [event, id, data] = [of("event"), of("id"), of("data")];
      if (event && data) heard.push({ event, data: parseJson(data), ...(id !== undefined && { id }) });
    }
  }
  await reader.cancel();
  return heard;
}
