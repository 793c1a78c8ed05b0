/** The files of runs by their routes, and the trash. */

import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { makeRuns } from "../../test/helpers/many-runs.ts";
import { openRoutes, rowOf, table } from "../../test/helpers/routes.ts";
import { folderTitle } from "./folder.ts";
import { routes } from "./protocol.ts";

const folder = temporaryFolders();

describe("files", () => {
  async function withFile() {
    const root = folder();
    makeRuns(root, 1);
    const id = `sweep-0/${readdirSync(join(root, "sweep-0"))[0]}`;
    writeFileSync(join(root, id, "report.html"), "<script>alert(1)</script>");
    writeFileSync(join(root, id, "figures", "ten.png"), "0123456789");
    writeFileSync(join(root, "..", `${root.split("/").at(-1)}-secret`), "secret");
    return { root, id, ...(await openRoutes(root)) };
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

  test.skipIf(!existsSync("/dev/fd"))(
    "HEAD is answered without leaving a file or a stream open",
    async () => {
      const { root, id, ask, studio } = await withFile();
      writeFileSync(join(root, id, "figures", "large.png"), "x".repeat(300_000));
      const opened = (): number => readdirSync("/dev/fd").length;
      const before = opened();
      for (let i = 0; i < 20; i++) {
        const { status, body, headers } = await ask(routes.file(id, "figures/large.png"), { method: "HEAD" });
        expect([status, body, headers.get("content-length")]).toEqual([200, "", "300000"]);
      }
      await ask(routes.events, { method: "HEAD" });
      await expect.poll(() => studio.bus.isHeard).toBe(false);
      await expect.poll(opened).toBeLessThan(before + 10);
    },
  );

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
    const { ask, post } = await openRoutes(root);
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

test("a note of the trash that is damaged hides no other, and one that leads out of the folder leads nowhere", async () => {
  const root = folder();
  const put = (id: string, note: unknown): void => {
    mkdirSync(join(root, ".trash", id, "run"), { recursive: true });
    writeFileSync(join(root, ".trash", id, "entry.json"), JSON.stringify(note));
  };
  const about = { deletedAt: "2026-01-01T00:00:00.000Z", bytes: 1 };
  put("20260101T000000000-aaaaaa", {});
  put("20260101T000000000-bbbbbb", null);
  put("20260101T000000000-cccccc", { run: "../escaped", ...about });
  put("20260101T000000000-dddddd", { run: "link/run", ...about });
  put("20260101T000000000-eeeeee", { run: "a/run", ...about });
  symlinkSync(join(root, ".."), join(root, "link"));
  const { ask, post } = await openRoutes(root);
  const { status, body } = await ask(routes.trash);
  expect([status, body.length]).toEqual([200, 3]);
  for (const letter of ["c", "d"])
    expect((await post(routes.restore(`20260101T000000000-${letter.repeat(6)}`), {})).status).toBe(403);
  expect(existsSync(join(root, "..", "escaped"))).toBe(false);
  expect((await post(routes.restore("20260101T000000000-eeeeee"), {})).status).toBe(200);
});

test.each([
  [".", "/home/me/betas", "betas"],
  ["../..", "/home", "home"],
  ["./", "/", "/"],
  ["runs", "/home/me/runs", "runs"],
  ["./runs", "/home/me/runs", "./runs"],
])("the folder %s at %s is called %s", (given, root, title) => {
  expect(folderTitle(given, root)).toBe(title);
});
