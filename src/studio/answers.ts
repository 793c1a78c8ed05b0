/** Answers in JSON. */

import { createHash } from "node:crypto";
import { stringifyJson } from "../base/json.ts";

export function answer(body: unknown, status = 200): Response {
  return new Response(stringifyJson(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

/** JSON that a browser keeps, and asks for again only when it changed. */
export interface Tagged {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

export function tagged(text: string): Tagged {
  const bytes = new TextEncoder().encode(text);
  return { bytes, etag: `"${createHash("sha1").update(bytes).digest("base64url")}"` };
}

/** @param known the tag of what the browser has */
export function answerTagged({ bytes, etag }: Tagged, known: string | undefined): Response {
  const headers = { "content-type": "application/json", "cache-control": "no-cache", etag };
  const same = known === etag;
  return new Response(same ? null : bytes, { status: same ? 304 : 200, headers });
}
