/** Who may come in, by what a request says of itself. */

import { hostname } from "node:os";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { type Access, admit, secured } from "./access.ts";
import { refusal } from "./refused.ts";

const TOKEN = "a-token-that-nobody-guesses";

function served(access: Partial<Access> = {}): Hono {
  const app = new Hono();
  app.onError((error) => {
    const { status, body } = refusal(error);
    return Response.json(body, { status });
  });
  app.use(secured, admit({ host: "127.0.0.1", readOnly: false, ...access }));
  app.all("*", (context) => context.text("in"));
  return app;
}

type Headers = Readonly<Record<string, string>>;
const local = { host: "127.0.0.1:2382" };

async function status(
  app: Hono,
  headers: Headers = local,
  path = "/api/runs",
  method = "GET",
): Promise<number> {
  return (await app.request(path, { method, headers })).status;
}

describe("on this machine alone", () => {
  test.each(["127.0.0.1:2382", "localhost:2382", "LOCALHOST", "[::1]:2382"])("Host %s", async (host) => {
    expect(await status(served(), { host })).toBe(200);
  });

  const strange = [
    "evil.example:2382",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.7:2382",
    hostname(),
    "user@localhost",
    "",
    "localhost:2382:1",
  ];
  test.each(strange.filter((host) => host !== "localhost"))("foreign Host %j", async (host) => {
    expect(await status(served(), { host })).toBe(403);
  });

  test("Origin is ours, or absent", async () => {
    expect(await status(served(), { ...local, origin: "http://127.0.0.1:2382" })).toBe(200);
    for (const origin of [
      "http://evil.example",
      "http://127.0.0.1:9999",
      "http://localhost:2382",
      "null",
      "",
      "x",
    ]) {
      expect(await status(served(), { ...local, origin })).toBe(403);
      expect(
        await status(served(), { ...local, origin, "content-type": "application/json" }, "/api/jobs", "POST"),
      ).toBe(403);
    }
  });

  test("what a form of another site could send changes nothing", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]) {
      expect(
        await status(served(), { ...local, ...(type && { "content-type": type }) }, "/api/jobs", "POST"),
      ).toBe(400);
    }
    expect(
      await status(served(), { ...local, "content-type": "application/json" }, "/api/jobs", "POST"),
    ).toBe(200);
  });

  test("no token is asked for, and none is taken amiss", async () => {
    expect(await status(served(), local, "/api/runs?token=any")).toBe(200);
  });

  test("every answer forbids scripts but the package's own, also a refusal", async () => {
    for (const headers of [local, { host: "evil.example" }]) {
      const answer = await served().request("/", { headers });
      const policy = answer.headers.get("content-security-policy")!;
      expect(policy).toContain("default-src 'none'");
      expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self' 'wasm-unsafe-eval'");
      expect(policy).toContain("frame-ancestors 'self'");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin");
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });
});

describe("where others reach it", () => {
  const open = () => served({ host: "0.0.0.0", token: TOKEN });
  const there = { host: "10.0.0.7:2382" };

  test("the token in the address becomes a cookie that no script reads", async () => {
    const answer = await open().request(`/runs/a?x=1&token=${TOKEN}`, { headers: there });
    expect(answer.status).toBe(200);
    const cookie = answer.headers.get("set-cookie")!;
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    const text = await answer.text();
    expect(text).toContain('content="0; url=/runs/a?x=1"');
    expect(text).not.toContain(TOKEN);
    const pair = cookie.split(";")[0]!;
    expect(await status(open(), { ...there, cookie: pair })).toBe(200);
    expect(await status(open(), { ...there, cookie: `${pair.slice(0, -1)}x` })).toBe(401);
    expect(await status(open(), { ...there, authorization: `Bearer ${TOKEN}` })).toBe(200);
  });

  test("the way on leads nowhere else", async () => {
    const answer = await open().request(`http://10.0.0.7:2382//evil.example/?token=${TOKEN}`, {
      headers: there,
    });
    expect(await answer.text()).toContain('url=/evil.example/"');
  });

  test("the way on is what was asked for: spaces and signs are not encoded twice", async () => {
    const answer = await open().request(`/runs/a%20run?q=beta%3E2&x="<&token=${TOKEN}`, { headers: there });
    expect(await answer.text()).toContain('url=/runs/a%20run?q=beta%3E2&#38;x=%22%3C"');
  });

  const wrong = [
    "/api/runs",
    "/",
    "/api/runs?token=",
    `/api/runs?token=${TOKEN}x`,
    "/api/runs?token=wrong",
    "/index.js",
  ];
  test.each(wrong)("not without it: %s", async (path) => {
    const answer = await open().request(path, { headers: there });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { hint: expect.stringContaining("betalab studio") } });
  });

  test("a name is still checked: by the token's cookie a rebound one would come in", async () => {
    const authorization = `Bearer ${TOKEN}`;
    expect(await status(open(), { host: "evil.example", authorization })).toBe(403);
    expect(await status(open(), { host: hostname(), authorization })).toBe(200);
    expect(
      await status(served({ host: "lab.example", token: TOKEN }), { host: "lab.example:80", authorization }),
    ).toBe(200);
  });
});

test("read-only: everything is shown, nothing is changed", async () => {
  const app = served({ readOnly: true });
  expect(await status(app)).toBe(200);
  for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
    const headers = { ...local, "content-type": "application/json" };
    expect(await status(app, headers, "/api/runs/a", method)).toBe(403);
  }
});
