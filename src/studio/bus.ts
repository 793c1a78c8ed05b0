/** What changes, told to all who listen, and kept for a while for those who come back. */

import { randomBytes } from "node:crypto";
import { stringifyJson } from "../base/json.ts";
import type { StudioEvents } from "./protocol.ts";

export interface Told {
  readonly id: string;
  readonly event: keyof StudioEvents;
  /** JSON. */
  readonly data: string;
}

const KEPT = 1000;

export class Bus {
  /** Of this server: its numbers mean nothing to the next. */
  readonly #name = randomBytes(4).toString("hex");
  readonly #listeners = new Set<(told: Told) => void>();
  #kept: Told[] = [];
  #count = 0;

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** Of the newest event. */
  get id(): string {
    return `${this.#name}-${this.#count}`;
  }

  tell<K extends keyof StudioEvents>(event: K, data: StudioEvents[K]): void {
    this.#count++;
    const told = { id: this.id, event, data: stringifyJson(data) };
    this.#kept = [...this.#kept.slice(1 - KEPT), told];
    for (const listener of this.#listeners) listener(told);
  }

  /** What was told since the event `id`; `undefined` where that can't be known any more. */
  since(id: string): readonly Told[] | undefined {
    const [name, count] = id.split("-");
    const missed = this.#count - Number(count);
    const isKnown = name === this.#name && missed >= 0 && missed <= this.#kept.length;
    return isKnown ? this.#kept.slice(this.#kept.length - missed) : undefined;
  }

  /** Returns what ends it. */
  listen(listener: (told: Told) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
