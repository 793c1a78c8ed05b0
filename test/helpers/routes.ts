/** The studio's routes without a port: asked as a browser on the same machine asks. */

import type { Hono } from "hono";
import { parseJson } from "../../src/base/json.ts";
import { createApi } from "../../src/studio/app.ts";
import { createFront } from "../../src/studio/front.ts";
import { type RunRow, type RunsTable, routes } from "../../src/studio/protocol.ts";
import { Studio } from "../../src/studio/studio.ts";
import { openWorkshop } from "../../src/studio/workshop.ts";
import { workshopRoutes } from "../../src/studio/workshop-routes.ts";

const host = { host: "127.0.0.1" };
export const json = { ...host, "content-type": "application/json" };

export interface Asked {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  readonly body: any;
  readonly headers: Headers;
}

export async function openRoutes(root: string, { readOnly = false } = {}) {
  const options = { folder: root, readOnly, environment: {} };
  const studio = new Studio(options);
  const routes = workshopRoutes(await openWorkshop(studio, options));
  const api = createApi(studio, async () => routes);
  const app = createFront({ host: "127.0.0.1", readOnly }, async () => api);
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

export const table = async (ask: (path: string) => Promise<Asked>): Promise<RunsTable> =>
  (await ask(routes.runs)).body;
export const rowOf = async (ask: (path: string) => Promise<Asked>, id: string): Promise<RunRow> =>
  (await table(ask)).rows.find((row) => row.id === id)!;

export interface Heard {
  readonly event: string;
  readonly id?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  readonly data: any;
}

/** The events of a stream, until there are enough. */
export async function listen(
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
