/**
 * Log-densities of the aggregate posterior q(z) = 1/N Σ_i q(z|x_i), jointly and for each latent, at many z: M draws ×
 * N posteriors × D latents of them, in blocks by a graph that the runtime runs.
 *
 * The quadratic form is taken as ((z − μ)/σ√2)², not expanded into a matrix product of [z², z, 1]: expanded, float32
 * loses μ²/σ²·10⁻⁷ nats to cancellation, which for σ = 0.001 is everything.
 */

import { report, type Watch } from "../../base/progress.ts";
import {
  add,
  concatenate,
  exp,
  input,
  max,
  multiply,
  type Program,
  slice,
  square,
  subtract,
  sum,
  type Tensor,
  type Value,
} from "../../graph/index.ts";
import type { SplitPosteriors } from "../../latent/index.ts";
import type { Runtime } from "../../runtime/index.ts";

type Posteriors = Pick<SplitPosteriors, "count" | "latentDim" | "mean" | "logVariance">;

/** How many draws and posteriors one call takes. */
export interface Block {
  readonly rows: number;
  readonly columns: number;
}

/** Blocks that stay in a processor's second-level cache. */
const BLOCK: Block = { rows: 64, columns: 1024 };
const HALF_LOG_TWO_PI: number = 0.5 * Math.log(2 * Math.PI);

/**
 * One block. `z`, `[rows, latent]`; `mean`, `scale` = 1/(σ√2) and `peak` = −ln σ − its maximum over all
 * images, each `[latent, columns]` → `marginals`, Σ_i q(z_d|x_i) over the block's columns, `[rows, latent]`, in units
 * of the highest peak of that latent; `shift` and `total`, `[rows, 1]`, with Σ_i q(z|x_i) = total·exp(shift).
 */
function mixtureProgram(latent: number): Program {
  const z = input("z", ["rows", latent]);
  const [mean, scale, peak] = ["mean", "scale", "peak"].map((name) => input(name, [latent, "columns"]));
  const marginals: Tensor[] = [];
  let joint: Tensor | undefined;
  for (let d = 0; d < latent; d++) {
    const row = (x: Tensor) => slice(x, 0, d, d + 1);
    const distance = multiply(subtract(slice(z, 1, d, d + 1), row(mean!)), row(scale!));
    const density = subtract(row(peak!), square(distance));
    marginals.push(sum(exp(density), [1], true));
    joint = joint === undefined ? density : add(joint, density);
  }
  const shift = max(joint!, [1], true);
  return {
    name: "mixture",
    inputs: [z, mean!, scale!, peak!],
    outputs: {
      marginals: concatenate(marginals, 1),
      shift,
      total: sum(exp(subtract(joint!, shift)), [1], true),
    },
  };
}

export interface MixtureDensities {
  /** ln q(z), `[draws]`. */
  readonly joint: Float64Array;
  /** ln q(z_d), `[draws, latent]`. */
  readonly marginals: Float64Array;
}

/**
 * Evaluates the mixture over all posteriors. Progress is in blocks.
 *
 * @param z `[draws, latent]`
 */
export async function mixtureLogDensities(
  runtime: Runtime,
  posteriors: Posteriors,
  z: Float32Array,
  { block = BLOCK, ...watch }: Watch & { readonly block?: Block | undefined } = {},
): Promise<MixtureDensities> {
  const { count, latentDim } = posteriors;
  const draws = z.length / latentDim;
  const highest = highestPeaks(posteriors);
  const marginals = new Float64Array(draws * latentDim);
  const joint = {
    shift: new Float64Array(draws).fill(Number.NEGATIVE_INFINITY),
    total: new Float64Array(draws),
  };
  const session = await runtime.compile(mixtureProgram(latentDim));
  const rowBlocks = Math.ceil(draws / block.rows);
  const blocks = rowBlocks * Math.ceil(count / block.columns);
  let done = 0;
  try {
    for (let from = 0; from < count; from += block.columns) {
      const columns = columnTensors(posteriors, from, Math.min(block.columns, count - from), highest);
      for (let start = 0; start < draws; start += block.rows) {
        report(watch, "decomposing the KL", done++, blocks);
        const rows = Math.min(block.rows, draws - start);
        const data = z.slice(start * latentDim, (start + rows) * latentDim);
        const result = await session.run({
          ...columns,
          z: { dtype: "float32", shape: [rows, latentDim], data },
        });
        const sums = result.marginals!.data as Float32Array;
        for (let i = 0; i < sums.length; i++) marginals[start * latentDim + i]! += sums[i]!;
        mergeJoint(joint, start, result.shift!.data as Float32Array, result.total!.data as Float32Array);
      }
    }
    report(watch, "decomposing the KL", blocks, blocks);
  } finally {
    await session.release();
  }
  const logCount = Math.log(count);
  const jointShift = highest.reduce((total, one) => total + one, 0) - latentDim * HALF_LOG_TWO_PI - logCount;
  return {
    joint: joint.shift.map((shift, row) => shift + Math.log(joint.total[row]!) + jointShift),
    marginals: marginals.map(
      (total, i) => Math.log(total) + highest[i % latentDim]! - HALF_LOG_TWO_PI - logCount,
    ),
  };
}

/** The highest −ln σ of each latent: exponents relative to it never overflow, and no draw's own one underflows. */
function highestPeaks({ count, latentDim, logVariance }: Posteriors): Float64Array {
  const highest = new Float64Array(latentDim).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < count * latentDim; i++) {
    highest[i % latentDim] = Math.max(highest[i % latentDim]!, -0.5 * logVariance[i]!);
  }
  return highest;
}

/** The posteriors `from` … `from + columns − 1`, one column each. */
function columnTensors(
  { latentDim, mean, logVariance }: Posteriors,
  from: number,
  columns: number,
  highest: Float64Array,
): Record<string, Value> {
  const column = (value: (at: number, d: number) => number): Value => {
    const data = new Float32Array(latentDim * columns);
    for (let d = 0; d < latentDim; d++) {
      for (let i = 0; i < columns; i++) data[d * columns + i] = value((from + i) * latentDim + d, d);
    }
    return { dtype: "float32", shape: [latentDim, columns], data };
  };
  return {
    mean: column((at) => mean[at]!),
    scale: column((at) => Math.exp(-0.5 * logVariance[at]!) * Math.SQRT1_2),
    peak: column((at, d) => -0.5 * logVariance[at]! - highest[d]!),
  };
}

/** Adds a block's sums, each total·exp(shift), to those of the blocks before. */
function mergeJoint(
  joint: { readonly shift: Float64Array; readonly total: Float64Array },
  start: number,
  shift: Float32Array,
  total: Float32Array,
): void {
  for (let i = 0; i < shift.length; i++) {
    const row = start + i;
    const [before, after] = [joint.shift[row]!, Math.max(joint.shift[row]!, shift[i]!)];
    joint.total[row] = joint.total[row]! * Math.exp(before - after) + total[i]! * Math.exp(shift[i]! - after);
    joint.shift[row] = after;
  }
}
