/**
 * Barnes–Hut t-SNE (van der Maaten & Hinton 2008; van der Maaten 2014): a map in the plane whose Student-t
 * neighbourhoods resemble the Gaussian ones of the data. Start, learning rate and schedule are scikit-learn's
 * (Kobak & Berens 2019, "The art of using t-SNE for single-cell transcriptomics").
 */

import { BetalabError } from "../../base/errors.ts";
import { fillNormal } from "../../base/random.ts";
import { nearestNeighbours } from "../neighbours.ts";
import { pca } from "../pca.ts";
import { type Affinities, affinities } from "./affinities.ts";
import { Quadtree } from "./quadtree.ts";

export interface TsneOptions {
  /** About how many neighbours a point has; less where there are few points. */
  readonly perplexity: number;
  /** The first 250 exaggerate the affinities twelvefold. */
  readonly iterations: number;
  /** Of the small noise that separates equal points, and of the vantage points. */
  readonly seed: number;
  /** Accuracy of the far forces: 0 is exact, 0.5 usual. Default 0.5. */
  readonly theta?: number | undefined;
  /** Called often with the share done, 0 to 1; may stop the work by throwing. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

export interface TsneResult {
  /** `[points, 2]`. */
  readonly map: Float64Array;
  /** KL(P ‖ Q), in nats: the objective. */
  readonly kl: number;
  readonly perplexity: number;
  readonly iterations: number;
}

const EXAGGERATION = 12;
const EXAGGERATED_ITERATIONS = 250;
const FEWEST_POINTS = 5;

/**
 * Maps `data`, row-major `[points, columns]`, to the plane. 10 000 × 50 take about 20 s.
 *
 * Throws "shape" for fewer than 5 points.
 */
export function tsne(data: ArrayLike<number>, columns: number, options: TsneOptions): TsneResult {
  const { iterations, seed, theta = 0.5, onProgress } = options;
  const count = data.length / columns;
  if (!(count >= FEWEST_POINTS)) {
    throw new BetalabError(
      "shape",
      `t-SNE needs at least ${FEWEST_POINTS} points, not ${count}`,
      "take more of them, or PCA, which needs two",
    );
  }
  const perplexity = Math.min(options.perplexity, (count - 1) / 3);
  const k = Math.min(count - 1, Math.floor(3 * perplexity) + 1);
  // Measured on 10 000 × 50: finding the neighbours takes about a fifth of the time.
  const neighbourShare = 0.2;
  const neighbours = nearestNeighbours(data, columns, k, {
    seed,
    onProgress: (done) => onProgress?.(done * neighbourShare),
  });
  const p = affinities(neighbours, perplexity);
  const descent = new Descent(p, startingMap(data, columns, seed), theta);
  for (let i = 0; i < iterations; i++) {
    const early = i < Math.min(EXAGGERATED_ITERATIONS, iterations / 2);
    descent.step(early ? EXAGGERATION : 1, early ? 0.5 : 0.8);
    if (i % 10 === 0) onProgress?.(neighbourShare + ((1 - neighbourShare) * i) / iterations);
  }
  onProgress?.(1);
  return { map: descent.map, kl: descent.divergence(), perplexity, iterations };
}

/** The first two principal components, made tiny, with a little noise. */
function startingMap(data: ArrayLike<number>, columns: number, seed: number): Float64Array {
  const count = data.length / columns;
  const map = new Float64Array(2 * count);
  fillNormal(map, { seed, stream: "tsne" });
  const { projected, variances } = pca(data, columns, Math.min(2, columns));
  const components = variances.length;
  const scale = 1e-4 / (Math.sqrt(variances[0]!) || 1);
  return map.map((noise, i) => {
    const axis = i % 2;
    const value = axis < components ? projected[(i >> 1) * components + axis]! * scale : 0;
    return value + (axis < components ? 1e-6 : 1e-4) * noise;
  });
}

/** Gradient descent with momentum and a gain for each coordinate (Jacobs 1988). */
class Descent {
  readonly map: Float64Array;
  readonly #p: Affinities;
  readonly #tree: Quadtree;
  readonly #attraction: Float64Array;
  readonly #repulsion: Float64Array;
  readonly #velocity: Float64Array;
  readonly #gains: Float64Array;
  readonly #rate: number;

  constructor(p: Affinities, map: Float64Array, theta: number) {
    this.map = map;
    this.#p = p;
    this.#tree = new Quadtree(map.length / 2, theta);
    this.#attraction = new Float64Array(map.length);
    this.#repulsion = new Float64Array(map.length);
    this.#velocity = new Float64Array(map.length);
    this.#gains = new Float64Array(map.length).fill(1);
    // n / exaggeration / 4 (Belkina et al. 2019), for a gradient with its factor of 4.
    this.#rate = Math.max(50, map.length / 2 / EXAGGERATION / 4);
  }

  step(exaggeration: number, momentum: number): void {
    const { map } = this;
    const z = this.#tree.repulsion(map, this.#repulsion);
    this.#attract();
    for (let at = 0; at < map.length; at++) {
      const gradient = 4 * (exaggeration * this.#attraction[at]! - this.#repulsion[at]! / z);
      this.#move(at, gradient, momentum);
    }
  }

  /** Adds up p q (y_i − y_j) over the neighbours; each pair once, for both. */
  #attract(): void {
    const map = this.map;
    const forces = this.#attraction.fill(0);
    const { starts, columns, values } = this.#p;
    for (let i = 0; i + 1 < starts.length; i++) {
      const x = map[2 * i]!;
      const y = map[2 * i + 1]!;
      let fx = 0;
      let fy = 0;
      for (let at = starts[i]!, end = starts[i + 1]!; at < end; at++) {
        const j = columns[at]!;
        const dx = x - map[2 * j]!;
        const dy = y - map[2 * j + 1]!;
        const pull = values[at]! / (1 + dx * dx + dy * dy);
        fx += pull * dx;
        fy += pull * dy;
        forces[2 * j]! -= pull * dx;
        forces[2 * j + 1]! -= pull * dy;
      }
      forces[2 * i]! += fx;
      forces[2 * i + 1]! += fy;
    }
  }

  /** One coordinate; its gain grows while the gradient keeps its sign. */
  #move(at: number, gradient: number, momentum: number): void {
    const before = this.#velocity[at]!;
    const gain = gradient * before < 0 ? this.#gains[at]! + 0.2 : Math.max(0.01, this.#gains[at]! * 0.8);
    this.#gains[at] = gain;
    this.#velocity[at] = momentum * before - this.#rate * gain * gradient;
    this.map[at]! += this.#velocity[at]!;
  }

  /** Σ p ln(p/q) over the neighbours, in nats. */
  divergence(): number {
    const { map } = this;
    const { starts, columns, values } = this.#p;
    const z = this.#tree.repulsion(map, this.#repulsion);
    let sum = 0;
    for (let i = 0; i + 1 < starts.length; i++) {
      for (let at = starts[i]!; at < starts[i + 1]!; at++) {
        const p = values[at]!;
        const j = columns[at]!;
        const squared = (map[2 * i]! - map[2 * j]!) ** 2 + (map[2 * i + 1]! - map[2 * j + 1]!) ** 2;
        // Each pair stands once, for p_ij and p_ji.
        if (p > 0) sum += 2 * p * Math.log(p * z * (1 + squared));
      }
    }
    return sum;
  }
}
