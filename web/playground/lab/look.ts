/** Looks at a model while it trains: what the page shows of it. Reads weights, changes nothing. */

import { fillNormal } from "../../../src/base/random.ts";
import { type Dataset, type ImageArray, takeImages } from "../../../src/data/index.ts";
import {
  descending,
  type LatentModel,
  latentStatistics,
  pca,
  priorDraws,
  type SplitPosteriors,
  traversalLatents,
} from "../../../src/latent/index.ts";
import type { Look } from "./protocol.ts";

/** Pictures of each kind. */
const SHOWN = 16;
const SAMPLES = 24;
const ROWS = 10;
const VALUES = [-3, -2, -1, 0, 1, 2, 3];
/** Points of the map: as many as a small net encodes in a moment. */
const POINTS = 600;

export class Looker {
  readonly #data: Dataset;
  /** The map's points: the first held-out images. */
  readonly points: ImageArray;
  readonly #draws: Float32Array;
  #axes: readonly (readonly number[])[] | undefined;
  #followed: { readonly pixels: Uint8Array; readonly draw: number };

  constructor(data: Dataset, latentDim: number) {
    this.#data = data;
    this.points = this.#first(POINTS);
    this.#draws = priorDraws(SAMPLES, latentDim, 1);
    this.#followed = { pixels: this.#first(1).pixels, draw: 0 };
  }

  #first(count: number): ImageArray {
    const { images } = this.#data.heldOut;
    return takeImages(
      images,
      Array.from({ length: Math.min(count, images.count) }, (_, i) => i),
    );
  }

  follow(pixels: Uint8Array, draw: number): void {
    this.#followed = { pixels, draw };
  }

  #classes(count: number, model: LatentModel): Int32Array | undefined {
    return model.vae.classes && this.#data.heldOut.labels?.values.slice(0, count);
  }

  async look(model: LatentModel, step: number): Promise<Look> {
    const { latentDim, image, classes } = model.vae;
    const { points } = this;
    const posteriors = await model.encode(points, this.#classes(points.count, model));
    const statistics = latentStatistics(posteriors);
    const dimensions = descending(statistics.kl).slice(0, ROWS);

    const { pixels, draw } = this.#followed;
    const one = { ...image, channels: image.channels as 1 | 3, count: 1, pixels };
    const { mean, logVariance } = await model.encode(one, classes && [0]);
    const noise = new Float32Array(latentDim);
    if (draw > 0) fillNormal(noise, { seed: draw, stream: "followed" });
    const z = mean.map((value, d) => value + Math.exp(logVariance[d]! / 2) * noise[d]!);

    const shown = Math.min(SHOWN, points.count);
    const rows = dimensions.map((dimension) => traversalLatents(mean, latentDim, dimension, VALUES));
    const latents = joined([z, posteriors.mean.subarray(0, shown * latentDim), this.#draws, ...rows]);
    const count = latents.length / latentDim;
    const labels = classes && new Int32Array(count);
    labels?.set(this.#classes(shown, model)!, 1);
    const decoded = (await model.decode(latents, labels)).pixels;
    const size = image.height * image.width * image.channels;
    const part = (from: number, length: number): Uint8Array =>
      decoded.slice(from * size, (from + length) * size);
    return {
      kind: "look",
      step,
      followed: { pixels, mean, logVariance, z, reconstruction: part(0, 1) },
      reconstructions: part(1, shown),
      samples: part(1 + shown, SAMPLES),
      traversal: {
        dimensions,
        values: VALUES,
        pixels: part(1 + shown + SAMPLES, dimensions.length * VALUES.length),
      },
      kl: Array.from(statistics.kl),
      meanVariance: Array.from(statistics.meanVariance),
      map: this.#map(posteriors),
    };
  }

  /** Means of the map's points in the plane; turned as little as possible against the map before. */
  #map({ mean: means, latentDim, count }: SplitPosteriors): Look["map"] {
    if (latentDim <= 2 || count < 3) {
      const axis = (d: number): number[] => Array.from({ length: latentDim }, (_, i) => (i === d ? 1 : 0));
      const places = Float32Array.from({ length: 2 * count }, (_, i) =>
        i % 2 < latentDim ? means[(i >> 1) * latentDim + (i % 2)]! : 0,
      );
      const linear = { mean: new Array<number>(latentDim).fill(0), axes: [axis(0), axis(1)] };
      const plane = latentDim === 1 ? "along the one latent" : "in the plane of z₀ and z₁";
      return { means, places, linear, note: `Posterior means, ${plane}.` };
    }
    const { mean, components, ratios } = pca(means, latentDim, 2);
    const found = [0, 1].map((i) => Array.from(components.subarray(i * latentDim, (i + 1) * latentDim)));
    const axes = found.map((axis, i) =>
      dot(axis, this.#axes?.[i] ?? axis) < 0 ? axis.map((v) => -v) : axis,
    );
    this.#axes = axes;
    const places = new Float32Array(2 * count);
    for (let row = 0; row < count; row++) {
      const z = means.subarray(row * latentDim, (row + 1) * latentDim);
      axes.forEach((axis, i) => {
        places[2 * row + i] = axis.reduce((sum, value, d) => sum + value * (z[d]! - mean[d]!), 0);
      });
    }
    const share = Math.round(100 * (ratios[0]! + ratios[1]!));
    return {
      means,
      places,
      linear: { mean: Array.from(mean), axes },
      note: `Two principal components of the posterior means: ${share} % of their variance.`,
    };
  }
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, x, i) => sum + x * b[i]!, 0);

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
