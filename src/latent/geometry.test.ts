import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { fillNormal, normalQuantile } from "../base/random.ts";
import { interpolate, interpolationGrid, interpolationPath } from "./interpolate.ts";
import { manifoldGrid } from "./manifold.ts";
import { nearestNeighbourAccuracy, nearestNeighbours } from "./neighbours.ts";
import { priorQuantiles } from "./prior.ts";
import { descending, klPerDimension, latentStatistics } from "./statistics.ts";
import { offsetLatents, rangeValues, thereAndBack, traversalLatents } from "./traverse.ts";
import { columnNorms } from "./usage.ts";

const rounded = (values: ArrayLike<number>, digits = 5): number[] =>
  Array.from(values, (value) => Number(value.toFixed(digits)) + 0);

describe("interpolation", () => {
  it("is a straight line", () => {
    expect([...interpolationPath([0, 2], [4, 0], 5, "linear")]).toEqual([0, 2, 1, 1.5, 2, 1, 3, 0.5, 4, 0]);
  });

  it("is an arc of a great circle", () => {
    const half = Math.SQRT1_2;
    expect(rounded(interpolationPath([1, 0], [0, 1], 3, "spherical"))).toEqual(
      rounded([1, 0, half, half, 0, 1]),
    );
    // A third of a right angle.
    expect(rounded(interpolate([1, 0], [0, 1], 1 / 3, "spherical"))).toEqual(
      rounded([Math.cos(Math.PI / 6), 0.5]),
    );
    // Of equal lengths, every point has that length; a straight line cuts the corner.
    expect(Math.hypot(...interpolate([3, 0], [0, 3], 0.37, "spherical"))).toBeCloseTo(3, 6);
    expect(Math.hypot(...interpolate([3, 0], [0, 3], 0.5, "linear"))).toBeCloseTo(3 * half, 6);
  });

  it("is straight where there is no arc", () => {
    expect([...interpolate([0, 0], [2, 0], 0.5, "spherical")]).toEqual([1, 0]);
    expect([...interpolate([1, 0], [-1, 0], 0.25, "spherical")]).toEqual([0.5, 0]);
    expect([...interpolate([1, 1], [2, 2], 0.5, "spherical")]).toEqual([1.5, 1.5]);
  });

  it("fills a grid between four corners", () => {
    const corners = { topLeft: [0], topRight: [2], bottomLeft: [10], bottomRight: [20] };
    expect([...interpolationGrid(corners, 3, 3, "linear")]).toEqual([0, 1, 2, 5, 8, 11, 10, 15, 20]);
  });

  it("needs two steps", async () => {
    const { message } = await failure("shape", () => interpolationPath([0], [1], 1, "linear"));
    expect(message).toBe("an interpolation has at least 2 steps, not 1");
  });
});

describe("quantiles of the standard normal", () => {
  it("are those of the tables", () => {
    expect(rounded([0.5, 0.975, 0.95, 0.001, 1e-10].map(normalQuantile), 6)).toEqual([
      0, 1.959964, 1.644854, -3.090232, -6.361341,
    ]);
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(-1)]).toEqual([
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      Number.NaN,
    ]);
  });

  it("are spread evenly in probability", () => {
    expect(rounded(priorQuantiles(5, 0.05, 0, undefined), 4)).toEqual(
      rounded([-1.6449, -0.5978, 0, 0.5978, 1.6449], 4),
    );
    expect(priorQuantiles(1, 0.05, 0, undefined)).toEqual([0]);
  });
});

/** Two images, two latents. */
const posteriors = {
  count: 2,
  mean: Float32Array.of(1, 0, -3, 0),
  logVariance: Float32Array.of(0, 0, Math.log(4), 0),
};

describe("statistics of posteriors", () => {
  it("match a worked example", () => {
    const statistics = latentStatistics(posteriors);
    expect([...statistics.mean]).toEqual([-1, 0]);
    // Var z = Var μ + E σ² = 4 + 2.5.
    expect(rounded(statistics.deviation)).toEqual(rounded([Math.sqrt(6.5), 1]));
    expect([...statistics.minimum, ...statistics.maximum]).toEqual([-3, 0, 1, 0]);
    // Over N − 1.
    expect([...statistics.meanVariance]).toEqual([8, 0]);
    // ½(μ² + σ² − ln σ² − 1): ½ and ½(9 + 4 − ln 4 − 1).
    const second = 0.5 * (12 - Math.log(4));
    expect(rounded(klPerDimension(posteriors))).toEqual(rounded([0.5, 0, second, 0]));
    expect(rounded(statistics.kl)).toEqual(rounded([(0.5 + second) / 2, 0]));
  });

  it("sort dimensions", () => {
    expect(descending([1, 3, 2, 3])).toEqual([1, 3, 2, 0]);
  });
});

describe("traversal", () => {
  const statistics = latentStatistics(posteriors);

  it("has four kinds of range", () => {
    expect(rangeValues({ kind: "fixed", r: 3 }, 5, 0)).toEqual([-3, -1.5, 0, 1.5, 3]);
    expect(rounded(rangeValues({ kind: "quantiles", tail: 0.025 }, 3, 0), 4)).toEqual([-1.96, 0, 1.96]);
    const sigma = Math.sqrt(6.5);
    expect(rounded(rangeValues({ kind: "sigma", sigmas: 2 }, 3, 0, statistics))).toEqual(
      rounded([-1 - 2 * sigma, -1, -1 + 2 * sigma]),
    );
    expect(rangeValues({ kind: "minmax" }, 3, 0, statistics)).toEqual([-3, -1, 1]);
  });

  it("sets one dimension of every start, or moves it", () => {
    const starts = Float32Array.of(1, 2, 3, 4);
    expect([...traversalLatents(starts, 2, 1, [-1, 7])]).toEqual([1, -1, 3, -1, 1, 7, 3, 7]);
    expect([...offsetLatents(starts, 2, 0, [0, 10])]).toEqual([1, 2, 3, 4, 11, 2, 13, 4]);
    expect([...starts]).toEqual([1, 2, 3, 4]);
  });

  it("names the dimensions there are", async () => {
    const error = await failure("usage", () => traversalLatents(new Float32Array(2), 2, 2, [0]));
    expect([error.message, error.hint]).toEqual([
      "there is no latent dimension 2",
      "this model has 2: 0 to 1",
    ]);
  });

  it("goes there and back without a frame twice in a row", () => {
    expect(thereAndBack(4)).toEqual([0, 1, 2, 3, 2, 1]);
    expect([thereAndBack(1), thereAndBack(2)]).toEqual([[0], [0, 1]]);
  });
});

describe("manifold", () => {
  it("spreads two dimensions over prior quantiles, the largest y on top", () => {
    const { latents, x } = manifoldGrid([9, 9, 9], [2, 0], 2, 0.025);
    expect(rounded(x, 2)).toEqual([-1.96, 1.96]);
    expect(rounded(latents, 2)).toEqual([1.96, 9, -1.96, 1.96, 9, 1.96, -1.96, 9, -1.96, -1.96, 9, 1.96]);
  });

  it("wants two different dimensions", async () => {
    expect((await failure("usage", () => manifoldGrid([0, 0], [1, 1], 3))).message).toContain("not 1 twice");
    await failure("usage", () => manifoldGrid([0, 0], [0, 2], 3));
  });
});

describe("usage", () => {
  it("takes norms over all but the latents' axis", () => {
    expect([...columnNorms(Float32Array.of(3, 1, 4, 1), [2, 2])]).toEqual([5, Math.SQRT2]);
    // [out 1, in 2, 1, 2]
    expect([...columnNorms(Float32Array.of(3, 4, 0, 2), [1, 2, 1, 2])]).toEqual([5, 2]);
  });
});

describe("nearest neighbours", () => {
  const count = 400;
  const columns = 6;
  const data = new Float64Array(count * columns);
  fillNormal(data, { seed: 4, stream: "test" });
  data.copyWithin(0, columns, 2 * columns); // Points 0 and 1 are one.

  it("are those that looking at all finds", () => {
    const { indices, distances } = nearestNeighbours(data, columns, 7);
    for (let i = 0; i < count; i++) {
      const all = Array.from({ length: count }, (_, j) => {
        const difference = Array.from(
          { length: columns },
          (_, c) => data[i * columns + c]! - data[j * columns + c]!,
        );
        return { j, distance: Math.hypot(...difference) };
      })
        .filter(({ j }) => j !== i)
        .sort((a, b) => a.distance - b.distance);
      expect(rounded(distances.subarray(i * 7, i * 7 + 7))).toEqual(
        rounded(all.slice(0, 7).map((one) => one.distance)),
      );
      // Points 0 and 1 are as near as each other.
      if (all[0]!.distance < all[1]!.distance) expect(indices[i * 7]).toBe(all[0]!.j);
    }
  });

  it("tell how well classes keep together", () => {
    expect(nearestNeighbourAccuracy([0, 1, 10, 11, 20], 1, [0, 0, 1, 1, 0])).toBe(0.8);
  });
});
