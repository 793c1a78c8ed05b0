/** What the routes take: jobs with their options, and what is refused. */

import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { makeRuns } from "../../test/helpers/many-runs.ts";
import { json, openRoutes, table } from "../../test/helpers/routes.ts";
import { runCli } from "../cli/main.ts";
import { createWorkbench } from "../workbench/index.ts";
import { type Catalogue, routes } from "./protocol.ts";

const folder = temporaryFolders();

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
    const { post } = await openRoutes(root);
    const { status, body } = await post(routes.check, { job, ...(subject && { subject }), options });
    const io = memoryIo();
    const named = subject === "run" ? join(root, "run") : subject;
    await runCli([job, ...(named ? [named] : []), ...flags, "--json"], io);
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(io.out()));
  });

  test("what it takes it shows as a line that the shell takes", async () => {
    const root = folder();
    makeRuns(root, 1);
    renameSync(join(root, "sweep-0", readdirSync(join(root, "sweep-0"))[0]!), join(root, "a run"));
    const { post } = await openRoutes(root);
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
    const { post } = await openRoutes(root);
    for (const out of [
      "/tmp/elsewhere",
      "../x",
      `${root}/../x`,
      root,
      `${root}/.studio/x`,
      `${root}/.trash`,
    ]) {
      const { status, body } = await post(routes.jobs, { job: "train", subject: "demo", options: { out } });
      expect([out, status]).toEqual([out, 403]);
      expect(body.error.message).toMatch(
        /^--out: "[^"]+" is no place below .*: the studio writes nowhere else/,
      );
    }
    symlinkSync("/tmp", join(root, "link"));
    expect(
      (await post(routes.jobs, { job: "train", subject: "demo", options: { out: `${root}/link/x` } })).status,
    ).toBe(403);
    for (const subject of ["../x", "/etc", "link", ".studio"])
      expect((await post(routes.jobs, { job: "evaluate", subject, options: {} })).status).toBe(404);
    const pictures = ["../../etc/passwd"];
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    expect((await post(routes.jobs, { job: "reconstruct", subject: id, options: { pictures } })).status).toBe(
      404,
    );
    expect((await post(routes.jobs, { job: "worker", options: {} })).status).toBe(404);
    expect((await post(routes.jobs, { job: "train", subject: "/etc/x.yaml", options: {} })).status).toBe(404);
  });

  test("no JSON, no request, too long, of another kind", async () => {
    const { ask, post } = await openRoutes(folder());
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
  const { post } = await openRoutes(folder());
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
  const refused = await post(routes.config, { subject: { preset: "demo", objective: { beta: "x" } } });
  expect([refused.status, refused.body.error.code]).toEqual([200, "config"]);
});

test("a config file is one of the studio's folder, for its settings as for its training", async () => {
  const root = folder();
  writeFileSync(join(root, "mine.yaml"), "preset: demo\nobjective: {beta: 7}\n");
  writeFileSync(join(root, "..", "outside.yaml"), "preset: demo\n");
  const { post } = await openRoutes(root);
  const { body } = await post(routes.config, { subject: "mine.yaml" });
  expect(body.config).toContainEqual(expect.objectContaining({ key: "objective.beta", value: 7 }));
  for (const subject of [`${root}/../outside.yaml`, "../outside.yaml", `${root}/mine.yaml`])
    expect((await post(routes.config, { subject })).body.error.message).toMatch(/is not there$/);
  rmSync(join(root, "..", "outside.yaml"));
});

test("a run that failed before it was one, or was deleted, leaves its name to the next", async () => {
  const root = folder();
  const { post, studio } = await openRoutes(root);
  const lineOf = async () => (await post(routes.check, { job: "train", subject: "demo" })).body.commandLine;
  const { body } = await post(routes.jobs, { job: "train", subject: "demo" });
  expect(await lineOf()).toBe(`betalab train demo --out ${root}/demo-2`);
  studio.queue.stop(body.id);
  writeFileSync(
    join(studio.queue.at(body.id), "state.json"),
    JSON.stringify({ status: "failed", notes: [], files: [] }),
  );
  await expect.poll(lineOf).toBe(`betalab train demo --out ${root}/demo`);
  studio.close();
});

test("the catalogue: every job but the worker, with schemas that hold units and defaults", async () => {
  const { ask } = await openRoutes(folder());
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
  const { ask, post } = await openRoutes(root);
  const put = (name: string, body: Uint8Array<ArrayBuffer> | string | ReadableStream) =>
    ask(routes.upload(name), { method: "PUT", body, duplex: "half" } as RequestInit);
  const { body } = await put("../../my 7.PNG", new Uint8Array([1, 2, 3]));
  expect(body.path).toMatch(/^\.studio\/uploads\/[\dT]+-[0-9a-f]+\.png$/);
  expect([...readFileSync(join(root, body.path))]).toEqual([1, 2, 3]);
  const checked = await post(routes.check, {
    job: "reconstruct",
    subject: id,
    options: { pictures: [body.path] },
  });
  expect(checked.body.commandLine).toContain(body.path);
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
  const { ask, post } = await openRoutes(root, { readOnly: true });
  const [row] = (await table(ask)).rows;
  expect((await ask(routes.studio)).body.readOnly).toBe(true);
  expect((await ask(routes.run(row!.id), { method: "DELETE" })).status).toBe(403);
  expect((await post(routes.jobs, { job: "train", subject: "demo" })).status).toBe(403);
  expect(existsSync(join(root, row!.id))).toBe(true);
});
