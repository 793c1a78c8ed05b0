/** Images per second: over the last calls, and since the last restart. */
export class Rate {
  #start = performance.now();
  #total = 0;
  readonly #recent: { time: number; total: number }[] = [];

  count(images: number): number {
    this.#total += images;
    const now = performance.now();
    this.#recent.push({ time: now, total: this.#total });
    while (this.#recent.length > 2 && now - this.#recent[0]!.time > 3000) this.#recent.shift();
    const [oldest] = this.#recent;
    const [from, base] = this.#recent.length > 1 ? [oldest!.time, oldest!.total] : [this.#start, 0];
    return (1000 * (this.#total - base)) / Math.max(1e-3, now - from);
  }

  overall(): number {
    return (1000 * this.#total) / Math.max(1e-3, performance.now() - this.#start);
  }

  restart(): void {
    this.#start = performance.now();
    this.#total = 0;
    this.#recent.length = 0;
  }
}
