/** Pieces of sentences. */

import { plural } from "../../base/format.ts";

/** "9.6", "46", "0.042", "1": two digits below the point at most where they say something. */
export function amount(value: number): string {
  const size = Math.abs(value);
  return String(Number(size.toPrecision(size >= 100 ? 3 : 2)));
}

/** "9.6 nats", "1 nat"; with a word before the unit "9.6 fewer nats". */
export const nats = (value: number, word = ""): string => plural(amount(value), `${word}nat`);
