/**
 * A VAE whose numbers are known in closed form: x = W·z + b + σ·noise with orthogonal columns, so that p(x), and the
 * true posterior (a diagonal Gaussian), are Gaussians. Nothing is trained; weights are constants of the graph.
 */

import { fillNormal } from "../../src/base/random.ts";
import { type Images, memoryImages } from "../../src/data/index.ts";
import { add, constant, flatten, matmul, multiply, reshape } from "../../src/graph/index.ts";
import { Vae } from "../../src/models/index.ts";
import { gaussianNegativeLogLikelihood } from "../../src/nn/index.ts";
import { State } from "../../src/training/index.ts";

const HEIGHT = 2;
const WIDTH = 3;
const PIXELS = HEIGHT * WIDTH;
const BIAS = 0.5;
/** Columns of W: orthogonal, of these lengths. */
const DIRECTIONS = [
  [1, 1, 0, 0, -1, 0],
  [0, 0, 1, 1, 0, -1],
].map((column) => column.map((x) => x / Math.sqrt(3)));

export interface LinearOptions {
  /** Lengths of W's columns. Default: 0.2 and 0.1; zero for a decoder that ignores that latent. */
  readonly lengths?: readonly [number, number];
  readonly sigma?: number;
  /** Makes the encoder wrong: its means are off by so many posterior σ, its variances by a factor. */
  readonly shift?: number;
  readonly widen?: number;
  /** Gaussians of the prior, diagonal. Default: N(0, I), which the images are drawn by whatever the prior. */
  readonly prior?: readonly LinearComponent[];
}

interface LinearComponent {
  readonly weight: number;
  readonly mean: readonly [number, number];
  readonly deviation: readonly [number, number];
}

const STANDARD: LinearComponent = { weight: 1, mean: [0, 0], deviation: [1, 1] };

export interface LinearGaussian {
  readonly vae: Vae;
  readonly state: State;
  /** Drawn from the model, rounded to uint8. */
  readonly images: Images;
  /** −ln p(x) of each image, exact. */
  readonly negativeLogLikelihood: readonly number[];
  /** KL(q(z|x) ‖ p(z|x)), the same for each image: −ELBO lies so far above. */
  readonly gap: number;
}

function mixtureOf(components: readonly LinearComponent[]) {
  const table = (row: (one: LinearComponent) => readonly number[]) =>
    constant(Float32Array.from(components.flatMap(row)), [components.length, 2]);
  return {
    logWeights: constant(
      Float32Array.from(components, ({ weight }) => Math.log(weight)),
      [components.length],
    ),
    mean: table(({ mean }) => mean),
    logVariance: table(({ deviation }) => deviation.map((one) => 2 * Math.log(one))),
  };
}

export function linearGaussian(count: number, options: LinearOptions = {}): LinearGaussian {
  const { lengths = [0.2, 0.1], sigma = 0.05, shift = 0, widen = 1, prior } = options;
  const variances = lengths.map((length) => 1 / (1 + (length / sigma) ** 2));
  const decoder = Float32Array.from(DIRECTIONS.flatMap((column, k) => column.map((x) => x * lengths[k]!)));
  const encoder = Float32Array.from({ length: PIXELS * 2 }, (_, i) => {
    const [pixel, k] = [Math.floor(i / 2), i % 2];
    return (DIRECTIONS[k]![pixel]! * lengths[k]! * variances[k]!) / sigma ** 2;
  });
  const shifts = Float32Array.from(variances, (variance) => shift * Math.sqrt(variance));
  const logVariances = Float32Array.from(variances, (variance) => Math.log(variance * widen));

  const vae = new Vae(
    { height: HEIGHT, width: WIDTH, channels: 1 },
    2,
    {
      output: "real",
      encode(_, x) {
        const mean = matmul(add(flatten(x), constant(-BIAS)), constant(encoder, [PIXELS, 2]));
        return {
          mean: add(mean, constant(shifts, [2])),
          logVariance: add(multiply(mean, constant(0)), constant(logVariances, [2])),
        };
      },
      decode(_, z) {
        const x = add(matmul(z, constant(decoder, [2, PIXELS])), constant(BIAS));
        return reshape(x, [z.shape[0]!, 1, HEIGHT, WIDTH]);
      },
    },
    {
      negativeLogLikelihood: (x, output) =>
        gaussianNegativeLogLikelihood(x, output, constant(Math.log(sigma))),
      mean: (output) => output,
      measure: "density",
      caveat: () => undefined,
    },
    undefined,
    prior && { mixture: () => mixtureOf(prior) },
  );

  const pixels = new Uint8Array(count * PIXELS);
  const noise = new Float64Array(2 + PIXELS);
  for (let i = 0; i < count; i++) {
    fillNormal(noise, { seed: 1, stream: "linear-gaussian", step: i });
    for (let p = 0; p < PIXELS; p++) {
      const x =
        BIAS + sigma * noise[2 + p]! + lengths.reduce((t, l, k) => t + l * noise[k]! * DIRECTIONS[k]![p]!, 0);
      pixels[i * PIXELS + p] = Math.min(255, Math.max(0, Math.round(255 * x)));
    }
  }
  const exact = Array.from({ length: count }, (_, i) => {
    const x = Array.from(pixels.subarray(i * PIXELS, (i + 1) * PIXELS), (value) => value / 255 - BIAS);
    let rest = x.reduce((total, value) => total + value ** 2, 0);
    const along = DIRECTIONS.map((column) => x.reduce((total, value, p) => total + value * column[p]!, 0));
    rest -= along.reduce((total, one) => total + one ** 2, 0);
    const across =
      0.5 * PIXELS * Math.log(2 * Math.PI) + (PIXELS - 2) * Math.log(sigma) + (0.5 * rest) / sigma ** 2;
    // Under each Gaussian of the prior x is one itself.
    const density = (prior ?? [STANDARD]).reduce((total, { weight, mean, deviation }) => {
      const nats = lengths.reduce((sum, length, k) => {
        const variance = (length * deviation[k]!) ** 2 + sigma ** 2;
        return sum + 0.5 * ((along[k]! - length * mean[k]!) ** 2 / variance + Math.log(variance));
      }, 0);
      return total + weight * Math.exp(-nats);
    }, 0);
    return across - Math.log(density);
  });
  return {
    vae,
    state: new State([], new Map()),
    images: memoryImages(pixels, { count, height: HEIGHT, width: WIDTH, channels: 1 }),
    negativeLogLikelihood: exact,
    gap: 2 * 0.5 * (shift ** 2 + widen - Math.log(widen) - 1),
  };
}
