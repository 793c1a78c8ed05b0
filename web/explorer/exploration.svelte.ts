/** What the explorer shows now: one point of the latent space and where it came from, and the two ends of the strip. */

type Origin =
  | { readonly kind: "mean" }
  | { readonly kind: "random" }
  | { readonly kind: "image"; readonly image: number }
  /** A draw from the posterior of a picture that a person brought; draw 0 is its mean. */
  | { readonly kind: "picture"; readonly draw: number }
  | { readonly kind: "between"; readonly share: number };

export interface Point {
  readonly latent: Float32Array;
  readonly origin: Origin;
}

export class Exploration {
  /** What is decoded. */
  now: Point = $state.raw(undefined as never);
  /** Where the sliders started: `now` until one moves. */
  start: Point = $state.raw(undefined as never);
  a: Point = $state.raw(undefined as never);
  b: Point = $state.raw(undefined as never);
  /** The class that a conditional model decodes. */
  label: number = $state(0);
  /** Of the picture that a person brought, while it is what the sliders started from: μ and σ of each latent. */
  posterior: { readonly mean: Float32Array; readonly sigma: Float32Array } | undefined = $state.raw();

  constructor(a: Point, b: Point, label: number) {
    this.now = this.start = this.a = a;
    this.b = b;
    this.label = label;
  }

  /** A new place to start from. */
  startFrom(point: Point, label: number = this.label, posterior?: Exploration["posterior"]): void {
    this.now = this.start = point;
    this.label = label;
    this.posterior = posterior;
  }

  /** Moves one latent. */
  move(dimension: number, value: number): void {
    const latent = this.now.latent.slice();
    latent[dimension] = value;
    this.now = { ...this.now, latent };
  }
}
