/** The streams: what changes in the folder, and what comes of one run. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { stringifyJson } from "../base/json.ts";
import type { Bus, Told } from "./bus.ts";
import type { RunEvents, RunRow } from "./protocol.ts";
import { logOf, newRecords } from "./records.ts";
import { listFigures } from "./run-files.ts";

/** Milliseconds between two looks at a run. */
const EVERY = 250;
/** Milliseconds without a word after which a proxy, or we, might take the other side for gone. */
const BEAT = 15_000;

/** Events that wait for a listener; one that is slower gets everything again instead. */
const MOST = 1000;

/** @param last the id of the last event that the listener saw */
export function tellFolder(context: Context, bus: Bus, last: string | undefined): Response {
  return streamSSE(context, async (stream) => {
    const queue: Told[] = [];
    let wake = (): void => {};
    const began = bus.id;
    const stop = bus.listen((told) => {
      if (queue.length < MOST) queue.push(told);
      else queue.splice(0, MOST, { id: told.id, event: "reload", data: "{}" });
      wake();
    });
    stream.onAbort(() => wake());
    try {
      const missed = last === undefined ? [] : bus.since(last);
      if (missed === undefined) await stream.writeSSE({ event: "reload", data: "{}", id: bus.id });
      else for (const { id, event, data } of missed) await stream.writeSSE({ id, event, data });
      // Who hears nothing until the line is lost has a place to go on from as well.
      await stream.write(last === undefined ? `id: ${began}\n\n` : ": connected\n\n");
      while (!stream.aborted && !stream.closed) {
        const told = queue.shift();
        if (told !== undefined) await stream.writeSSE({ ...told });
        else if (!(await within(BEAT, (woken) => (wake = woken)))) await stream.write(": \n\n");
      }
    } finally {
      stop();
    }
  });
}

/** Whether `begin`'s callback was called before the time was over. */
function within(milliseconds: number, begin: (woken: () => void) => unknown): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), milliseconds);
    begin(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/**
 * @param folder of the run
 * @param last the `Records.at` that the listener has
 * @param row as it is now
 */
export function tellRun(
  context: Context,
  id: string,
  folder: string,
  last: string | undefined,
  row: () => RunRow | undefined,
): Response {
  return streamSSE(context, async (stream) => {
    const log = logOf(folder, last);
    const known = { row: "", figures: "" };
    let spokeAt = performance.now();
    for (; !stream.aborted && !stream.closed; await stream.sleep(EVERY)) {
      const now = existsSync(join(folder, "run.json")) ? row() : undefined;
      if (now === undefined) return tell(stream, "gone", { id });
      for (const piece of newRecords(log)) await tell(stream, "records", piece, piece.at);
      const figures = listFigures(folder);
      const texts = { row: stringifyJson(now), figures: stringifyJson(figures) };
      if (texts.row !== known.row) await tell(stream, "run", now);
      if (texts.figures !== known.figures) await tell(stream, "figures", figures);
      Object.assign(known, texts);
      if (performance.now() - spokeAt < BEAT) continue;
      spokeAt = performance.now();
      await stream.write(": \n\n");
    }
  });
}

function tell<K extends keyof RunEvents>(
  stream: SSEStreamingApi,
  event: K,
  data: RunEvents[K],
  id?: string,
): Promise<void> {
  return stream.writeSSE({ event, data: stringifyJson(data), ...(id !== undefined && { id }) });
}
