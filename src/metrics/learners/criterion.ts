/** How pure the samples on both sides of a split are, kept up to date while samples move from right to left. */

/** Purity is what a split should have much of: the sum over both sides of n·(1 − Gini), or of (Σy)²/n. */
export interface Criterion {
  /** Numbers of a prediction. */
  readonly width: number;
  /** Takes the samples of a node, each with its weight; returns their purity, unsplit. */
  start(samples: Uint32Array, weights: ArrayLike<number>): number;
  /** All samples to the right again. */
  rewind(): void;
  move(sample: number, weight: number): void;
  purity(): number;
  /** Whether the node's samples agree. */
  isPure(): boolean;
  /** What the node predicts: `[width]`. */
  value(): Float64Array;
  /** From the sums of predictions of `trees` trees, `[rows, width]`, to what the forest says of each row. */
  decide(sums: Float64Array, trees: number): Float64Array;
}

/** Classes: n·(1 − Gini) = Σ counts² / n. */
export class GiniImpurity implements Criterion {
  readonly width: number;
  readonly #classes: Int32Array;
  readonly #all: Float64Array;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  #count = 0;
  #squares = 0;
  #leftCount = 0;
  #leftSquares = 0;
  #rightSquares = 0;

  constructor(classes: Int32Array, width: number) {
    this.width = width;
    this.#classes = classes;
    this.#all = new Float64Array(width);
    this.#left = new Float64Array(width);
    this.#right = new Float64Array(width);
  }

  start(samples: Uint32Array, weights: ArrayLike<number>): number {
    this.#all.fill(0);
    this.#count = 0;
    for (const sample of samples) {
      const weight = weights[sample]!;
      this.#all[this.#classes[sample]!]! += weight;
      this.#count += weight;
    }
    this.#squares = this.#all.reduce((sum, one) => sum + one * one, 0);
    return this.#squares / this.#count;
  }

  rewind(): void {
    this.#left.fill(0);
    this.#right.set(this.#all);
    [this.#leftCount, this.#leftSquares, this.#rightSquares] = [0, 0, this.#squares];
  }

  move(sample: number, weight: number): void {
    const one = this.#classes[sample]!;
    this.#leftSquares += weight * (2 * this.#left[one]! + weight);
    this.#rightSquares -= weight * (2 * this.#right[one]! - weight);
    this.#left[one]! += weight;
    this.#right[one]! -= weight;
    this.#leftCount += weight;
  }

  purity(): number {
    return this.#leftSquares / this.#leftCount + this.#rightSquares / (this.#count - this.#leftCount);
  }

  isPure(): boolean {
    return this.#squares === this.#count * this.#count;
  }

  value(): Float64Array {
    return this.#all.map((one) => one / this.#count);
  }

  decide(sums: Float64Array): Float64Array {
    return Float64Array.from({ length: sums.length / this.width }, (_, row) => {
      const shares = sums.subarray(row * this.width, (row + 1) * this.width);
      return shares.indexOf(shares.reduce((most, one) => Math.max(most, one)));
    });
  }
}

/** Numbers: the squared error is Σy² − (Σy)²/n. */
export class SquaredError implements Criterion {
  readonly width = 1;
  readonly #numbers: Float64Array;
  #count = 0;
  #sum = 0;
  #least = 0;
  #most = 0;
  #leftCount = 0;
  #leftSum = 0;

  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  start(samples: Uint32Array, weights: ArrayLike<number>): number {
    [this.#count, this.#sum] = [0, 0];
    [this.#least, this.#most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const sample of samples) {
      const [one, weight] = [this.#numbers[sample]!, weights[sample]!];
      this.#count += weight;
      this.#sum += weight * one;
      this.#least = Math.min(this.#least, one);
      this.#most = Math.max(this.#most, one);
    }
    return this.#sum ** 2 / this.#count;
  }

  rewind(): void {
    [this.#leftCount, this.#leftSum] = [0, 0];
  }

  move(sample: number, weight: number): void {
    this.#leftCount += weight;
    this.#leftSum += weight * this.#numbers[sample]!;
  }

  purity(): number {
    const rightSum = this.#sum - this.#leftSum;
    return this.#leftSum ** 2 / this.#leftCount + rightSum ** 2 / (this.#count - this.#leftCount);
  }

  isPure(): boolean {
    return this.#least === this.#most;
  }

  value(): Float64Array {
    return Float64Array.of(this.#sum / this.#count);
  }

  decide(sums: Float64Array, trees: number): Float64Array {
    return sums.map((one) => one / trees);
  }
}
