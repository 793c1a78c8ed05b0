/** The built `betalab studio` as a process, spoken to over its port. */

import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseJson } from "../../src/base/json.ts";
import {
  type JobRequest,
  type QueueEntry,
  type RunRow,
  type RunsTable,
  routes,
} from "../../src/studio/protocol.ts";

const program = fileURLToPath(new URL("../../bin/betalab.js", import.meta.url));

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came.
  readonly body: any;
}

export interface RunningStudio {
  readonly url: string;
  readonly child: ChildProcess;
  ask(path: string, method?: string, body?: unknown): Promise<Answered>;
  /** Puts a job into the queue. */
  submit(request: JobRequest): Promise<QueueEntry>;
  row(id: string): Promise<RunRow | undefined>;
  /** Waits until an entry of the queue is over. */
  over(id: string): Promise<QueueEntry>;
  /** Ctrl-C; resolves to what it said. */
  close(): Promise<string>;
}

export async function openStudio(
  folder: string,
  {
    flags = [],
    environment = {},
    directory,
  }: {
    readonly flags?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
    /** The working directory; default: ours. */
    readonly directory?: string;
  } = {},
): Promise<RunningStudio> {
  const words = ["studio", folder, "--port", "0", "--no-open", "--json", ...flags];
  const child = spawn(process.execPath, [program, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
    ...(directory !== undefined && { cwd: directory }),
  });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (line) => resolve((JSON.parse(String(line)) as { url: string }).url));
    child.once("exit", () => reject(new Error(`the studio ended: ${said}`)));
  });
  const ask = async (path: string, method = "GET", body?: unknown): Promise<Answered> => {
    const answer = await fetch(new URL(path, url), {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get("content-type") === "application/json";
    return { status: answer.status, body: isJson ? parseJson(text) : text };
  };
  return {
    url,
    child,
    ask,
    async submit(request) {
      const { status, body } = await ask(routes.jobs, "POST", request);
      if (status !== 201) throw new Error(JSON.stringify(body));
      return body;
    },
    row: async (id) => ((await ask(routes.runs)).body as RunsTable).rows.find((row) => row.id === id),
    over: (id) =>
      until(async () => {
        const entry = (await ask(routes.queued(id))).body.entry as QueueEntry;
        return entry.status === "queued" || entry.status === "running" ? undefined : entry;
      }),
    close: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve(said));
        child.kill("SIGINT");
      }),
  };
}

/** Asks again and again until there is an answer. */
export async function until<T>(ask: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined && found !== false) return found;
    await wait(50);
  }
}
