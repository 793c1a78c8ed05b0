/** What the page shows now: one point of the latent space and where it came from, and the two ends of the strip. */

type Origin =
  | { readonly kind: "mean" }
  | { readonly kind: "random" }
  | { readonly kind: "image"; readonly image: number }
  | { readonly kind: "place" }
  | { readonly kind: "between"; readonly share: number };

export interface Point {
  readonly latent: Float32Array;
  readonly origin: Origin;
}

export interface State {
  /** What is decoded. */
  readonly now: Point;
  /** Where the sliders started: `now` until one moves. */
  readonly start: Point;
  /** The class that a conditional model decodes. */
  readonly label: number;
  readonly a: Point;
  readonly b: Point;
}

type Listener = (state: State, before: State | undefined) => void;

export class Store {
  #state: State;
  readonly #listeners: Listener[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  get state(): State {
    return this.#state;
  }

  /** Calls `listener` at once and after every change. */
  follow(listener: Listener): void {
    this.#listeners.push(listener);
    listener(this.#state, undefined);
  }

  set(change: Partial<State>): void {
    const before = this.#state;
    this.#state = { ...before, ...change };
    for (const listener of this.#listeners) listener(this.#state, before);
  }

  /** A new place to start from. */
  startFrom(point: Point, change: Partial<State> = {}): void {
    this.set({ ...change, now: point, start: point });
  }
}
