/** Pictures that are equal to one that came before them, pixel for pixel, as they are after cropping and resizing. */

import { hash } from "node:crypto";
import { firstFew } from "../tables/names.ts";

export class SamePictures {
  /** The first picture with these pixels, by their SHA-1. */
  readonly #first = new Map<string, string>();
  /** "b.png = a.png". */
  readonly #found: string[] = [];

  add(path: string, pixels: Uint8Array): void {
    const digest = hash("sha1", pixels, "base64");
    const first = this.#first.get(digest);
    if (first === undefined) this.#first.set(digest, path);
    else this.#found.push(`${path} = ${first}`);
  }

  /** What to say of them: nothing where there are none. */
  notes(): string[] {
    const count = this.#found.length;
    if (count === 0) return [];
    return [
      `${count} ${count === 1 ? "picture is" : "pictures are"} equal to an earlier one, pixel for pixel (${firstFew(this.#found, 3)}): where one trains and its equal is held out, held-out numbers look too good`,
    ];
  }
}
