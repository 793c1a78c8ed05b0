/** The records of a run, from where a reader was. */

import { join } from "node:path";
import { parseRecord } from "../runs/index.ts";
import type { Records } from "./protocol.ts";
import { Tail } from "./tail.ts";

export class RecordReader {
  readonly #tail: Tail;

  /** @param at a `Records.at`; default: before the first */
  constructor(run: string, at?: string) {
    this.#tail = new Tail(join(run, "metrics.jsonl"), at);
  }

  /** What came since, in pieces; none when nothing did. */
  *read(): Generator<Records, void, void> {
    for (let more = true; more; ) {
      const piece = this.#tail.read();
      more = piece.more;
      if (piece.lines.length === 0 && !piece.fromStart) return;
      const found = piece.lines.map(parseRecord);
      const records = found.filter((record) => record !== undefined);
      const { at, fromStart } = piece;
      yield { records, at, fromStart, broken: found.length - records.length };
    }
  }
}

/** All that came since `at`, at once. */
export function recordsSince(run: string, at?: string): Records {
  const pieces = [...new RecordReader(run, at).read()];
  return {
    records: pieces.flatMap(({ records }) => records),
    at: pieces.at(-1)?.at ?? at ?? "none-0-0",
    fromStart: pieces.some(({ fromStart }) => fromStart),
    broken: pieces.reduce((total, { broken }) => total + broken, 0),
  };
}
