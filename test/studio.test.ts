/** `betalab studio` as a process: what it starts, what outlives it, what happens when others do the same. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { occupant } from "../src/base/lease.ts";
import { routes } from "../src/studio/protocol.ts";
import { temporaryFolders } from "./helpers/folders.ts";
import { betalab, notBuilt } from "./helpers/processes.ts";
import { smallFlags, smallSettings, timeless } from "./helpers/small-run.ts";
import { openStudio, type RunningStudio, until } from "./helpers/studio.ts";

const folder = temporaryFolders();
const studios: RunningStudio[] = [];

async function studioOf(...given: Parameters<typeof openStudio>): Promise<RunningStudio> {
  const studio = await openStudio(...given);
  studios.push(studio);
  return studio;
}

afterEach(() => {
  for (const { child } of studios.splice(0)) child.kill("SIGKILL");
});

const small = (epochs: number, ...set: string[]) => ({
  job: "train",
  subject: "demo",
  options: { epochs: String(epochs), set: [...smallSettings, ...set] },
});

/** The bytes of the newest checkpoint. */
function weights(run: string): Buffer {
  const name = readdirSync(join(run, "checkpoints"))
    .filter((one) => one.startsWith("step-"))
    .toSorted()
    .at(-1)!;
  return readFileSync(join(run, "checkpoints", name));
}

describe.skipIf(notBuilt)("betalab studio", () => {
  test("a training that is killed is shown dead, and resumed to the weights that the command line trains", async () => {
    const base = folder();
    const [root, other] = [join(base, "runs"), join(base, "cli")];
    const cli = betalab("train", "demo", ...smallFlags, "--epochs", "24", "--out", other);
    const studio = await studioOf(root);
    const entry = await studio.submit(small(24));
    expect(entry.about).toEqual(["demo"]);
    const run = join(root, "demo");
    await until(async () => ((await studio.row("demo"))?.progress.epoch ?? 0) >= 3);
    const held = occupant(run);
    process.kill(held!.holder.pid, "SIGKILL");
    const row = await until(async () => {
      const now = await studio.row("demo");
      return now?.status !== "running" && now;
    });
    expect(row.status).toBe("dead");
    expect(await studio.over(entry.id)).toMatchObject({
      status: "interrupted",
      error: { message: expect.stringContaining("was killed") },
    });
    const resumed = await studio.submit({ job: "resume", subject: "demo" });
    expect(resumed.commandLine).toBe(`betalab resume ${run}`);
    expect(await studio.over(resumed.id)).toMatchObject({ status: "finished" });
    expect(await studio.row("demo")).toMatchObject({
      status: "finished",
      progress: { epoch: 24, epochs: 24 },
    });
    expect((await cli).status).toBe(0);
    expect(weights(run).equals(weights(other))).toBe(true);
    const lines = (at: string) => timeless(readFileSync(join(at, "metrics.jsonl")));
    expect(lines(run)).toBe(lines(other));
    // Everybody else's, and ours.
    expect((await studio.ask(routes.run("demo"), "DELETE")).body).toMatchObject({ run: "demo" });
    expect(existsSync(run)).toBe(false);
  });

  test("what it began goes on without it; the next one sees it, and stops it with a checkpoint", async () => {
    const root = folder();
    const first = await studioOf(root);
    const { id } = await first.submit(small(2000));
    await until(async () => ((await first.row("demo"))?.progress.epoch ?? 0) >= 1);
    const waits = await first.submit(small(1, "threads=1000"));
    expect(waits.status).toBe("queued");
    expect(await first.close()).toMatch(/1 job of its queue goes on\n1 job of its queue will start when/);
    const second = await studioOf(root);
    const before = (await second.row("demo"))!;
    expect(before.status).toBe("running");
    await until(async () => (await second.row("demo"))!.progress.step > before.progress.step);
    expect((await second.ask(routes.queued(waits.id), "DELETE")).body).toMatchObject({
      status: "interrupted",
    });
    await second.ask(routes.queued(id), "DELETE");
    expect(await second.over(id)).toMatchObject({ status: "interrupted" });
    const stopped = await until(async () => {
      const row = await second.row("demo");
      return row?.status === "interrupted" && row;
    });
    const { body } = await second.ask(routes.run("demo"));
    expect(body.checkpoints.at(-1).step).toBe(stopped.progress.step);
  });

  test("two studios on one folder: one queue, and nothing is begun twice", async () => {
    const root = folder();
    const both = await Promise.all([studioOf(root), studioOf(root)]);
    const entries = await Promise.all(
      both.flatMap((studio) =>
        ["kl", "beta", "elbo"].map((word) => studio.submit({ job: "explain", options: { word } })),
      ),
    );
    for (const { id } of entries) expect(await both[0]!.over(id)).toMatchObject({ status: "finished" });
    const [one, other] = await Promise.all(both.map(async (studio) => (await studio.ask(routes.queue)).body));
    expect(one).toEqual(other);
    expect(one).toHaveLength(6);
    for (const { id } of entries) {
      const { log, value } = (await both[1]!.ask(routes.queued(id))).body;
      expect(log.text.split("betalab explain").length).toBe(2);
      expect(value).toBeDefined();
    }
    // The one that starts things is killed: the other one does.
    both[0]!.child.kill("SIGKILL");
    const { id } = await both[1]!.submit({ job: "presets" });
    expect(await both[1]!.over(id)).toMatchObject({ status: "finished" });
  });

  test("what is asked of a studio is done where that one was opened, whichever studio starts it", async () => {
    const base = folder();
    const root = join(base, "runs");
    const starter = await studioOf("runs", { directory: base });
    const first = await starter.submit({ job: "presets" });
    expect(await starter.over(first.id)).toMatchObject({ status: "finished" });
    const other = await studioOf(".", { directory: root });
    const { id } = await other.submit(small(1));
    expect(await other.over(id)).toMatchObject({ status: "finished", about: ["demo"] });
    expect(readdirSync(base)).toEqual(["runs"]);
    expect(await other.row("demo")).toMatchObject({ status: "finished" });
  });

  test("a sweep of six from a form, then a comparison of its runs", async () => {
    const root = folder();
    const studio = await studioOf(root);
    const config = {
      preset: "demo",
      data: { count: 120, batchSize: 16 },
      model: { hidden: [8], latentDim: 2 },
      training: { epochs: 1 },
    };
    const subject = { name: "betas", config, grid: { "objective.beta": [1, 2, 4] }, seeds: 2 };
    const entry = await studio.submit({ job: "sweep", subject });
    expect(entry).toMatchObject({
      about: ["betas"],
      commandLine: expect.stringMatching(/^betalab sweep \S+\/sweep\.json --out \S+\/betas$/),
    });
    expect(await studio.over(entry.id)).toMatchObject({ status: "finished" });
    const { body } = await studio.ask(routes.sweep("betas"));
    expect(body.counts).toMatchObject({ finished: 6, waiting: 0 });
    expect(body.runs.map((run: { id: string }) => run.id)).toContain("betas/beta-4_seed-1");
    const row = (await studio.row("betas/beta-4_seed-1"))!;
    expect(row).toMatchObject({ sweep: "betas", status: "finished", preset: "demo" });
    const detail = (await studio.ask(routes.run(row.id))).body;
    expect(detail.config.find(({ key }: { key: string }) => key === "objective.beta").origin).toContain(
      "run beta-4_seed-1",
    );
    const { body: logs } = await studio.ask(routes.logs(row.id));
    expect(logs[0]).toMatchObject({ name: "sweep", text: expect.stringContaining("finished") });
    const runs = body.runs.map((run: { id: string }) => run.id);
    const compared = await studio.over((await studio.submit({ job: "compare", subject: runs })).id);
    expect(compared).toMatchObject({
      status: "finished",
      files: expect.arrayContaining([{ path: "comparison.html" }]),
    });
    const { value } = (await studio.ask(routes.queued(compared.id))).body;
    expect(value.settings.map(({ label }: { label: string }) => label)).toEqual(["β = 1", "β = 2", "β = 4"]);
    const page = await studio.ask(routes.made(compared.id, "comparison.html"));
    expect([page.status, page.body.includes("β = 4")]).toEqual([200, true]);
  });

  test("a full disk: a sentence, nothing half done, and everything is still shown", async () => {
    const root = folder();
    expect(
      (await betalab("train", "demo", ...smallFlags, "--epochs", "1", "--out", join(root, "demo"))).status,
    ).toBe(0);
    const faults = pathToFileURL(fileURLToPath(new URL("../bench/torture/faults.mjs", import.meta.url))).href;
    const studio = await studioOf(root, {
      environment: { NODE_OPTIONS: `--import=${faults}`, BETALAB_FAULT: "full:1" },
    });
    const { status, body } = await studio.ask(routes.jobs, "POST", small(1));
    expect(status).toBe(507);
    expect(body.error.message).toMatch(/^can't write .*: the disk is full/);
    expect((await studio.ask(routes.queue)).body).toEqual([]);
    const deleted = await studio.ask(routes.run("demo"), "DELETE");
    expect([deleted.status, deleted.body.error.hint]).toEqual([
      507,
      expect.stringContaining("free some space"),
    ]);
    expect(await studio.row("demo")).toMatchObject({ status: "finished" });
    expect((await studio.ask(routes.trash)).body).toEqual([]);
    const upload = await fetch(new URL(routes.upload("x.png"), studio.url), {
      method: "PUT",
      body: "picture",
    });
    expect(upload.status).toBeLessThan(600);
  });

  test("a port that is taken, a host that is not ours, a folder that is a run", async () => {
    const root = folder();
    const studio = await studioOf(root);
    const { port } = new URL(studio.url);
    const taken = await betalab("studio", root, "--port", port, "--json");
    expect(JSON.parse(taken.out)).toEqual({
      error: { code: "usage", message: `--port ${port} is in use`, hint: "--port 0 takes a free one" },
    });
    const foreign = await betalab("studio", root, "--host", "192.0.2.7", "--json");
    expect(JSON.parse(foreign.out).error.message).toContain("--host is 192.0.2.7");
    expect(taken.status).toBe(2);
  });

  test("bound to others: a token in the address", async () => {
    const root = folder();
    const studio = await studioOf(root, { flags: ["--host", "0.0.0.0", "--read-only"] });
    const { port, searchParams } = new URL(studio.url);
    const token = searchParams.get("token")!;
    expect(token).toMatch(/^[\w-]{32}$/);
    const at = `http://127.0.0.1:${port}/api/studio`;
    expect((await fetch(at)).status).toBe(401);
    expect((await fetch(`${at}?token=${token.slice(1)}x`)).status).toBe(401);
    const answer = await fetch(`${at}?token=${token}`);
    expect(await answer.json()).toMatchObject({ readOnly: true });
    const cookie = answer.headers.get("set-cookie")!.split(";")[0]!;
    expect((await fetch(at, { headers: { cookie } })).status).toBe(200);
  });
});
