/**
 * When a lab may look at itself: seldom enough that looking takes at most a share of the time of training, however long a look
 * or a step takes. Totals count, not the last look: one that was held up by other work on the machine is made good later,
 * and one that was cheap by chance does not bring the next too soon.
 */
export class Budget {
  readonly #share: number;
  readonly #soonest: number;
  #trained = 0;
  #looked = 0;
  #last = Number.NEGATIVE_INFINITY;

  /**
   * @param share of the time of training that looking may take
   * @param soonest milliseconds between two looks at least
   */
  constructor(share: number, soonest: number) {
    this.#share = share;
    this.#soonest = soonest;
  }

  /** Whether there is time for a look at `now`, in milliseconds. */
  allows(now: number): boolean {
    return now - this.#last >= this.#soonest && this.#looked <= this.#share * this.#trained;
  }

  trained(milliseconds: number): void {
    this.#trained += milliseconds;
    this.#fade();
  }

  looked(milliseconds: number, now: number): void {
    this.#looked += milliseconds;
    this.#last = now;
    this.#fade();
  }

  /** What was long ago counts for less: another speed, another net's looks. */
  #fade(): void {
    if (this.#trained < MEMORY) return;
    this.#trained /= 2;
    this.#looked /= 2;
  }
}

/** Milliseconds of training that are remembered. */
const MEMORY = 20_000;
