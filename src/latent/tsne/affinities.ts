/** The joint probabilities p_ij that t-SNE reproduces, over nearest neighbours only. */

import type { Neighbours } from "../neighbours.ts";

/** The upper triangle (row < column) of a symmetric sparse matrix, by rows. Its values sum to one half. */
export interface Affinities {
  /** `[points + 1]`: where each row begins. */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/**
 * p_ij = (p_j|i + p_i|j) / 2n with Gaussian p_j|i whose width gives each point the wanted perplexity (van der Maaten
 * & Hinton 2008); beyond the given neighbours p is zero (van der Maaten 2014).
 */
export function affinities({ k, indices, distances }: Neighbours, perplexity: number): Affinities {
  const count = indices.length / k;
  const conditional = new Float64Array(count * k);
  for (let i = 0; i < count; i++) {
    conditionalRow(
      distances.subarray(i * k, i * k + k),
      conditional.subarray(i * k, i * k + k),
      Math.log(perplexity),
    );
  }
  return symmetric(indices, conditional, count, k);
}

/** Finds 1/2σ² by bisection so that the row's entropy is `target` nats. */
function conditionalRow(distances: Float64Array, row: Float64Array, target: number): void {
  let [beta, low, high] = [1, 0, Number.POSITIVE_INFINITY];
  // Relative to the nearest: the same probabilities, and nothing underflows together.
  const nearest = distances[0]! ** 2;
  for (let tries = 0; tries < 200; tries++) {
    let [sum, weighted] = [0, 0];
    for (let j = 0; j < row.length; j++) {
      const squared = distances[j]! ** 2 - nearest;
      const p = Math.exp(-squared * beta);
      row[j] = p;
      sum += p;
      weighted += p * squared;
    }
    const entropy = Math.log(sum) + (beta * weighted) / sum;
    for (let j = 0; j < row.length; j++) row[j]! /= sum;
    if (Math.abs(entropy - target) < 1e-5) return;
    if (entropy > target) {
      low = beta;
      beta = high === Number.POSITIVE_INFINITY ? beta * 2 : (beta + high) / 2;
    } else {
      high = beta;
      beta = (beta + low) / 2;
    }
  }
}

function symmetric(indices: Int32Array, conditional: Float64Array, count: number, k: number): Affinities {
  // The transpose by rows first, so that both can be merged row by row.
  const incoming = new Int32Array(count + 1);
  for (const j of indices) incoming[j + 1]!++;
  for (let i = 0; i < count; i++) incoming[i + 1]! += incoming[i]!;
  const place = incoming.slice();
  const sources = new Int32Array(indices.length);
  const weights = new Float64Array(indices.length);
  for (let at = 0; at < indices.length; at++) {
    const to = place[indices[at]!]!++;
    sources[to] = Math.floor(at / k);
    weights[to] = conditional[at]!;
  }
  const starts = new Int32Array(count + 1);
  const columns: number[] = [];
  const values: number[] = [];
  const seen = new Int32Array(count).fill(-1);
  for (let i = 0; i < count; i++) {
    const add = (column: number, value: number): void => {
      if (column < i) return;
      const known = seen[column]!;
      if (known >= starts[i]!) values[known]! += value;
      else {
        seen[column] = columns.length;
        columns.push(column);
        values.push(value);
      }
    };
    for (let at = i * k; at < i * k + k; at++) add(indices[at]!, conditional[at]! / (2 * count));
    for (let at = incoming[i]!; at < incoming[i + 1]!; at++) add(sources[at]!, weights[at]! / (2 * count));
    starts[i + 1] = columns.length;
  }
  return { starts, columns: Int32Array.from(columns), values: Float64Array.from(values) };
}
