/**
 * Who may come in. A page of another site, open in the same browser, can send requests here: by its own name once that
 * resolves to this machine (DNS rebinding), so `Host` must be ours; from its own origin, so `Origin` must be ours. Where others reach the
 * port, a token is needed besides: in the address once, in a cookie from then on.
 */

import { createHash, timingSafeEqual } from "node:crypto";
import { isIP } from "node:net";
import { hostname } from "node:os";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { escapeMarkup } from "../base/escape.ts";
import { flagOf } from "../cli/index.ts";
import { Refused } from "./refused.ts";

export interface Access {
  /** What it is bound to. */
  readonly host: string;
  /** Needed where others reach the port. */
  readonly token?: string | undefined;
  readonly readOnly: boolean;
}

/** What every answer says: nothing from elsewhere, no script but the package's own, in no frame of others. */
const headers: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; "),
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

const loopback: readonly string[] = ["localhost", "127.0.0.1", "::1"];

export const isLoopback = (host: string): boolean => loopback.includes(host);

/** Adds the headers that every answer has; a file's own policy stays. */
export const secured: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) {
    if (!context.res.headers.has(name)) context.res.headers.set(name, value);
  }
};

/** Lets those in who may. Throws Refused 401, 403, 400. */
export const admit =
  (access: Access): MiddlewareHandler =>
  async (context, next) => {
    refuseOtherSites(context, access.host);
    const entry = access.token === undefined ? "known" : entryOf(context, access.token);
    if (entry === "by page") return shownIn(context, access.token!);
    if (!["GET", "HEAD"].includes(context.req.method)) refuseForeignWrites(context, access.readOnly);
    await next();
    if (entry === "by address") keepToken(context, access.token!);
    return undefined;
  };

function refuseOtherSites(context: Context, bound: string): void {
  const host = context.req.header("host") ?? new URL(context.req.url).host;
  if (!isOurs(host, bound)) {
    const name = JSON.stringify(host.slice(0, 120));
    throw new Refused(403, `the address names ${name}, which is not this studio`);
  }
  const origin = context.req.header("origin");
  if (origin !== undefined && originHost(origin) !== host) {
    throw new Refused(403, `a page of ${origin.slice(0, 120)} asks, which is not this studio`);
  }
}

/** How a request shows the token: "by page" and "by address" have it in the address, for a page and for a program. */
function entryOf(context: Context, token: string): "known" | "by page" | "by address" {
  const given = context.req.query("token");
  if (given !== undefined && isToken(given, token))
    return new URL(context.req.url).pathname.startsWith("/api/") ? "by address" : "by page";
  const [, bearer] = /^Bearer (.+)$/.exec(context.req.header("authorization") ?? "") ?? [];
  const shown = bearer ?? getCookie(context, cookieOf(token)) ?? "";
  if (given === undefined && isToken(shown, token)) return "known";
  throw new Refused(
    401,
    given === undefined ? "this studio needs its token" : "that is not this studio's token",
    "open the address that `betalab studio` printed",
  );
}

/** Not a redirect: after a click on a link elsewhere, the browser would follow it without the cookie. */
function shownIn(context: Context, token: string): Response | Promise<Response> {
  keepToken(context, token);
  const address = new URL(context.req.url);
  address.searchParams.delete("token");
  return context.html(refresh(address.pathname.replace(/^\/+/, "/") + address.search));
}

function refuseForeignWrites(context: Context, readOnly: boolean): void {
  if (readOnly) throw new Refused(403, "this studio is read-only", `start it without ${flagOf("readOnly")}`);
  const type = context.req.header("content-type") ?? "";
  // A form of another site can't send it, whatever its browser says of its origin.
  if (context.req.method === "POST" && !/^application\/json\b/.test(type)) {
    throw new Refused(400, "a request must be application/json");
  }
}

/** Two studios on one machine share their cookies, so each has a name of its own. */
const cookieOf = (token: string): string => `betalab-${digest(token).toString("hex").slice(0, 12)}`;

const keepToken = (context: Context, token: string): void =>
  setCookie(context, cookieOf(token), token, { httpOnly: true, sameSite: "Strict", path: "/" });

/** A name that nobody else can let resolve to this machine: its own, or an address itself where it is bound to others. */
function isOurs(host: string, bound: string): boolean {
  const name = nameOf(host);
  if (name === undefined) return false;
  if (isLoopback(name) || name === bound.toLowerCase()) return true;
  return !isLoopback(bound) && (isIP(name) !== 0 || name === hostname().toLowerCase());
}

function nameOf(host: string): string | undefined {
  const match = /^(?:\[([\da-f:.]+)\]|([^:/@[\]]+))(?::\d+)?$/i.exec(host);
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host;
  } catch {
    return undefined; // "null", of a sandboxed frame.
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
const isToken = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));

/** @param path as `URL` writes it: what must be encoded is */
const refresh = (path: string): string =>
  `<!doctype html><meta charset="utf-8"><title>betalab</title><meta http-equiv="refresh" content="0; url=${escapeMarkup(path)}">`;
