/** The records of a run, from where a reader was. */

import { join } from "node:path";
import { sum } from "../base/statistics.ts";
import { parseRecord } from "../runs/index.ts";
import type { Records } from "./protocol.ts";
import { Tail } from "./tail.ts";

/** A run's log; `at`, a `Records.at`, is where it was read to. */
export const logOf = (run: string, at?: string): Tail => new Tail(join(run, "metrics.jsonl"), at);

/** What came since a log was read last, in pieces; none when nothing did. */
export function* newRecords(log: Tail): Generator<Records, void, void> {
  for (let isMore = true; isMore; ) {
    const { lines, at, fromStart, more } = log.read();
    isMore = more;
    if (lines.length === 0 && !fromStart) return;
    const found = lines.map(parseRecord);
    const records = found.filter((record) => record !== undefined);
    yield { records, at, fromStart, broken: found.length - records.length };
  }
}

/** All that came since `at`, at once. */
export function recordsSince(run: string, at?: string): Records {
  const pieces = [...newRecords(logOf(run, at))];
  return {
    records: pieces.flatMap(({ records }) => records),
    at: pieces.at(-1)?.at ?? at ?? "none-0-0",
    fromStart: pieces.some(({ fromStart }) => fromStart),
    broken: sum(pieces.map(({ broken }) => broken)),
  };
}
