import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { nearestNeighbourAccuracy, nearestNeighbours } from "../neighbours.ts";
import { affinities } from "./affinities.ts";
import { Quadtree } from "./quadtree.ts";
import { tsne } from "./tsne.ts";

/** A hash of the position, in [0, 1): the same numbers as in bench/parity/tsne.py. */
function uniform(position: number): number {
  let h = Math.imul(position, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 8) / 2 ** 24;
}

/** Ten clusters that touch, in twenty dimensions. */
function clusters(points: number): { data: Float64Array; labels: number[] } {
  const [columns, count] = [20, 10];
  const size = points * columns;
  const labels = Array.from({ length: points }, (_, i) => i % count);
  const data = Float64Array.from({ length: size }, (_, at) => {
    const centre = labels[Math.floor(at / columns)]! * columns + (at % columns);
    const noise = [0, 1, 2, 3].reduce((sum, i) => sum + uniform(i * size + at), -2);
    return 4 * uniform(4 * size + centre) + noise;
  });
  return { data, labels };
}

/** What bench/parity/tsne.py printed: scikit-learn 1.2.1, the best of three seeds and two starts. */
const reference = { kl: 0.735497, firstPoint: [1.51648194, 0.55936098, 3.57707709] };

const usual = { perplexity: 30, iterations: 1000, seed: 0 };

describe("tsne", () => {
  const { data, labels } = clusters(1000);
  const result = tsne(data, 20, usual);

  it("has the same points as scikit-learn's reference", () => {
    reference.firstPoint.forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 8);
    });
  });

  it("reaches scikit-learn's objective within 5 %", () => {
    expect(result.perplexity).toBe(30);
    expect(Math.abs(result.kl / reference.kl - 1)).toBeLessThan(0.05);
  });

  it("keeps classes together", () => {
    const before = nearestNeighbourAccuracy(data, 20, labels);
    const after = nearestNeighbourAccuracy(result.map, 2, labels);
    expect(before).toBeGreaterThan(0.9);
    expect(after).toBeGreaterThan(0.95 * before);
  });

  it("is the same for the same seed, another for another", () => {
    const small = data.slice(0, 100 * 20);
    const map = (seed: number) => tsne(small, 20, { ...usual, seed, iterations: 300 }).map;
    expect(map(1)).toEqual(map(1));
    expect(map(2)).not.toEqual(map(1));
  });

  it("separates equal points and takes very few", () => {
    const { map, kl, perplexity } = tsne(new Float64Array(5 * 3), 3, { ...usual, iterations: 100 });
    expect(map.every(Number.isFinite)).toBe(true);
    expect(kl).toBeGreaterThanOrEqual(-1e-6);
    expect(perplexity).toBeCloseTo(4 / 3);
    expect(new Set(map).size).toBe(10);
  });

  it("maps a single column, and tells how far it is", () => {
    const told: number[] = [];
    const line = Float64Array.from({ length: 60 }, (_, i) => i);
    const watched = { ...usual, iterations: 250, onProgress: (done: number) => told.push(done) };
    const { map } = tsne(line, 1, watched);
    expect(map.every(Number.isFinite)).toBe(true);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1);
  });

  it("refuses too few points", async () => {
    const { message } = await failure("shape", () => tsne(new Float64Array(4 * 2), 2, usual));
    expect(message).toBe("t-SNE needs at least 5 points, not 4");
  });
});

describe("affinities", () => {
  it("have the wanted perplexity, and sum to one half over the triangle", () => {
    const { data } = clusters(200);
    const neighbours = nearestNeighbours(data, 20, 60);
    const { values, starts, columns } = affinities(neighbours, 20);
    expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0.5, 10);
    for (let i = 0; i < 200; i++) {
      for (let at = starts[i]!; at < starts[i + 1]!; at++) expect(columns[at]).toBeGreaterThan(i);
    }
  });

  it("match a worked example: two neighbours each", () => {
    // Points 0, 1, 3 on a line, perplexity 2 of 2 neighbours: both count the same, whatever the distance.
    const neighbours = nearestNeighbours([0, 1, 3], 1, 2);
    const { values, columns, starts } = affinities(neighbours, 1.9999);
    expect([...starts]).toEqual([0, 2, 3, 3]);
    expect([...columns].slice(0, 2).sort()).toEqual([1, 2]);
    for (const value of values) expect(value).toBeCloseTo(1 / 6, 1);
  });
});

describe("Quadtree", () => {
  it.each([
    [0, 1e-12],
    [0.5, 0.02],
  ])("θ = %d: forces and Z within %d of the sum over all pairs", (theta, tolerance) => {
    const count = 300;
    const map = Float64Array.from({ length: 2 * count }, (_, i) => 20 * uniform(i) ** 2);
    map.set(map.subarray(0, 2), 2 * 7); // Two points in one place.
    const forces = new Float64Array(2 * count);
    const z = new Quadtree(count, theta).repulsion(map, forces);
    const exact = new Float64Array(2 * count);
    let exactZ = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        if (i === j) continue;
        const [dx, dy] = [map[2 * i]! - map[2 * j]!, map[2 * i + 1]! - map[2 * j + 1]!];
        const q = 1 / (1 + dx * dx + dy * dy);
        exactZ += q;
        exact[2 * i]! += q * q * dx;
        exact[2 * i + 1]! += q * q * dy;
      }
    }
    const size = Math.hypot(...exact);
    expect(Math.abs(z / exactZ - 1)).toBeLessThan(tolerance);
    expect(Math.hypot(...exact.map((force, i) => force - forces[i]!)) / size).toBeLessThan(tolerance);
  });
});
