/** The logged terms of training steps, and their running average, which a checkpoint carries along. */

import type { Progress } from "./progress.ts";

/** Terms by name, in nats per image; vectors are per latent dimension. */
export type TermValues = Readonly<Record<string, number | readonly number[]>>;

/** Terms that were added, and their sums. */
type PendingTerms = Progress["pending"];

export class TermAverage {
  #count: number;
  #sums: Record<string, number | number[]>;

  constructor({ count, sums }: PendingTerms) {
    this.#count = count;
    this.#sums = { ...sums };
  }

  add(terms: TermValues): void {
    this.#count++;
    for (const [name, value] of Object.entries(terms)) {
      const before = this.#sums[name];
      if (typeof value === "number") this.#sums[name] = ((before as number | undefined) ?? 0) + value;
      else this.#sums[name] = value.map((x, i) => ((before as number[] | undefined)?.[i] ?? 0) + x);
    }
  }

  /** The average so far; starts a new one. */
  take(): TermValues {
    const result = Object.fromEntries(
      Object.entries(this.#sums).map(([name, total]) => [
        name,
        typeof total === "number" ? total / this.#count : total.map((x) => x / this.#count),
      ]),
    );
    this.#count = 0;
    this.#sums = {};
    return result;
  }

  pending(): PendingTerms {
    return { count: this.#count, sums: { ...this.#sums } };
  }
}
