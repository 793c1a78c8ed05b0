/** Sums that stay accurate over millions of terms: means with their standard errors, and log-sum-exp. */

import type { EvaluationRecord } from "../../runs/web.ts";

/** A mean over independent things (images, draws) and how far it may be off. */
export type Estimate = EvaluationRecord["importance"]["kl"];

/** Mean and variance in one pass (Welford 1962). */
export class RunningMean {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(value: number): void {
    this.#count++;
    const difference = value - this.#mean;
    this.#mean += difference / this.#count;
    this.#squares += difference * (value - this.#mean);
  }

  get mean(): number {
    return this.#count === 0 ? Number.NaN : this.#mean;
  }

  /** Unbiased: divided by count − 1. NaN for fewer than two values. */
  get variance(): number {
    return this.#count < 2 ? Number.NaN : this.#squares / (this.#count - 1);
  }

  estimate(): Estimate {
    return {
      mean: this.mean,
      standardError: Math.sqrt(this.variance / this.#count),
      count: this.#count,
    };
  }
}

/** ln Σ eˣ of numbers that come one by one, without overflow. */
export class LogSum {
  #peak = Number.NEGATIVE_INFINITY;
  #total = 0;

  add(x: number): void {
    if (x === Number.NEGATIVE_INFINITY) return;
    if (x <= this.#peak) {
      this.#total += Math.exp(x - this.#peak);
    } else {
      this.#total = this.#total * Math.exp(this.#peak - x) + 1;
      this.#peak = x;
    }
  }

  get value(): number {
    return this.#peak + Math.log(this.#total);
  }

  reset(): void {
    this.#peak = Number.NEGATIVE_INFINITY;
    this.#total = 0;
  }
}
