/** Pictures that are equal to one that came before them, pixel for pixel, as they are after cropping and resizing. */

import { hash } from "node:crypto";

/** So many are named; the others are counted. */
const mostNamed = 3;

export class SamePictures {
  /** The first picture with these pixels, by their SHA-1. */
  readonly #first = new Map<string, string>();
  readonly #named: string[] = [];
  #count = 0;

  add(path: string, pixels: Uint8Array): void {
    const digest = hash("sha1", pixels, "base64");
    const first = this.#first.get(digest);
    if (first === undefined) {
      this.#first.set(digest, path);
      return;
    }
    this.#count++;
    if (this.#named.length < mostNamed) this.#named.push(`${path} = ${first}`);
  }

  /** What to say of them: nothing where there are none. */
  notes(): string[] {
    if (this.#count === 0) return [];
    const are = this.#count === 1 ? "picture is" : "pictures are";
    const more = this.#count > mostNamed ? `; and ${this.#count - mostNamed} more` : "";
    return [
      `${this.#count} ${are} equal to an earlier one, pixel for pixel (${this.#named.join("; ")}${more}): where one trains and its equal is held out, held-out numbers look too good`,
    ];
  }
}
