/** The loss of a device, as a rejection of all that waits for it. */

/** Of a device that may be lost: what waits for it fails then, where the engine itself would wait for ever. */
export class Losses {
  #error: Error | undefined;
  readonly #waiting = new Set<(error: Error) => void>();

  /** @param lost resolves to the reason, should the device be lost */
  constructor(lost: Promise<string>) {
    void lost.then((reason) => {
      this.#error = new Error(reason || "the device was lost");
      for (const reject of this.#waiting) reject(this.#error);
    });
  }

  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#error !== undefined) throw this.#error;
    let fail!: (error: Error) => void;
    const loss = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.#waiting.add(fail);
    try {
      return await Promise.race([work(), loss]);
    } finally {
      this.#waiting.delete(fail);
    }
  }
}
