/** Asks the server, and listens to it. */

import { parseJson, stringifyJson } from "../../src/base/json.ts";
import type { JobRequest, QueueEntry, QueueResult, Refusal } from "../../src/studio/web.ts";
import { routes } from "../../src/studio/web.ts";

/** What the server refused, in its words; with what to do, where it says so. */
export class Refused extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly status: number;

  constructor({ code, message, hint }: Refusal["error"], status: number) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.status = status;
  }
}

type Method = "GET" | "POST" | "DELETE";

/** Throws `Refused` for what the server refuses, and where it can't be reached. */
export async function ask<T>(path: string, method: Method = "GET", body?: unknown): Promise<T> {
  const text = await answerOf(path, {
    method,
    ...(method !== "GET" && {
      headers: { "content-type": "application/json" },
      body: stringifyJson(body ?? {}),
    }),
  });
  return parseJson(text) as T;
}

/** Asks whether something can be done. Throws `Refused` where it can't. */
export async function askWhether<T extends object>(path: string, about: unknown): Promise<T> {
  const answer = await ask<T | Refusal>(path, "POST", about);
  if ("error" in answer) throw new Refused(answer.error, 422);
  return answer;
}

/** A file as text. */
export const readText = (path: string): Promise<string> => answerOf(path, {});

/** The answer to any other request. */
export const readAnswer = async <T>(path: string, request: RequestInit): Promise<T> =>
  parseJson(await answerOf(path, request)) as T;

async function answerOf(path: string, request: RequestInit): Promise<string> {
  let response: Response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Refused(
      { code: "network", message: "the studio does not answer", hint: "is `betalab studio` still running?" },
      0,
    );
  }
  const text = await response.text();
  if (response.ok) return text;
  let error: Refusal["error"] = { code: "network", message: `the studio answers ${response.status}` };
  try {
    error = (parseJson(text) as Refusal).error ?? error;
  } catch {}
  throw new Refused(error, response.status);
}

/**
 * Listens to a stream, of which the browser sees to it that it comes back after a pause, with the last id that it saw.
 * Returns how to stop.
 *
 * @param told of an end that the browser does not mend (the server refuses), and of pauses
 */
export function listen<Events>(
  path: string,
  on: { readonly [K in keyof Events]?: (data: Events[K]) => void },
  told: (state: "open" | "waiting" | "closed") => void = () => {},
): () => void {
  const source = new EventSource(path);
  source.onopen = () => told("open");
  source.onerror = () => told(source.readyState === EventSource.CLOSED ? "closed" : "waiting");
  for (const [name, handle] of Object.entries(on) as [string, (data: unknown) => void][]) {
    source.addEventListener(name, (event) => handle(parseJson((event as MessageEvent<string>).data)));
  }
  return () => source.close();
}

export const startJob = (request: JobRequest): Promise<QueueEntry> =>
  ask<QueueEntry>(routes.jobs, "POST", request);

/** Starts a job and waits for what it comes to. Throws `Refused` with its error where it fails. */
export async function doJob(request: JobRequest, signal?: AbortSignal): Promise<QueueResult> {
  const { id } = await startJob(request);
  for (let pause = 150; ; pause = Math.min(1000, 1.5 * pause)) {
    const result = await ask<QueueResult>(routes.queued(id));
    const { status, error } = result.entry;
    if (status === "finished") return result;
    if (status === "failed" || status === "interrupted")
      throw new Refused(error ?? { code: "run", message: `it was ${status}` }, 422);
    if (signal?.aborted) throw new Refused({ code: "interrupted", message: "stopped" }, 0);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** A sentence, with what to do. */
export function sayError(error: unknown): string {
  const { message, hint } = error as { message?: string; hint?: string };
  return `${message ?? String(error)}${hint === undefined ? "" : `; ${hint}`}`;
}
