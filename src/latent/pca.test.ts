import { describe, expect, it } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { fillNormal } from "../base/random.ts";
import { pca } from "./pca.ts";

describe("pca", () => {
  it("matches a worked example", () => {
    // Lindsay Smith's tutorial (2002): ten points, eigenvalues 1.28402771 and 0.0490833989.
    const data = [
      2.5, 2.4, 0.5, 0.7, 2.2, 2.9, 1.9, 2.2, 3.1, 3.0, 2.3, 2.7, 2, 1.6, 1, 1.1, 1.5, 1.6, 1.1, 0.9,
    ];
    const { mean, variances, components, ratios, projected } = pca(data, 2, 2);
    expect([...mean].map((value) => value.toFixed(2))).toEqual(["1.81", "1.91"]);
    expect(variances[0]).toBeCloseTo(1.28402771, 8);
    expect(variances[1]).toBeCloseTo(0.0490833989, 8);
    expect(ratios[0]).toBeCloseTo(0.96318131, 7);
    expect(components[0]).toBeCloseTo(0.677873399, 8);
    expect(components[1]).toBeCloseTo(0.735178656, 8);
    // The tutorial's first point with its sign of the component turned.
    expect(projected[0]).toBeCloseTo(0.827970186, 8);
  });

  it("finds a known covariance", () => {
    // z = R·diag(3, 2, 1)·ε with R a rotation by 30° in the first plane: variances 9, 4, 1.
    const [rows, c, s] = [20_000, Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
    const noise = new Float64Array(rows * 3);
    fillNormal(noise, { seed: 1, stream: "pca" });
    const data = Float64Array.from(noise, (value, i) => {
      const [a, b] = [3 * noise[i - (i % 3)]!, 2 * noise[i - (i % 3) + 1]!];
      return [5 + c * a - s * b, s * a + c * b, value][i % 3]!;
    });
    const { mean, variances, ratios, components } = pca(data, 3, 3);
    expect(Math.abs(mean[0]! - 5)).toBeLessThan(0.06);
    [9, 4, 1].forEach((variance, i) => {
      expect(Math.abs(variances[i]! / variance - 1)).toBeLessThan(0.04);
      expect(Math.abs(ratios[i]! - variance / 14)).toBeLessThan(0.01);
    });
    expect(components[0]).toBeCloseTo(c, 1);
    expect(components[1]).toBeCloseTo(s, 1);
  });

  it("turns every direction so that its largest entry is positive", () => {
    // Whatever the signs in which the rotations leave them: five columns that are random mixtures, twenty times.
    const size = 5;
    for (let seed = 0; seed < 20; seed++) {
      const mixing = new Float64Array(size * size);
      fillNormal(mixing, { seed, stream: "mixing" });
      const noise = new Float64Array(100 * size);
      fillNormal(noise, { seed, stream: "sign" });
      const data = noise.map((_, at) => {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += mixing[(at % size) * size + k]! * noise[at - (at % size) + k]!;
        return sum;
      });
      const { components, projected, mean } = pca(data, size, size);
      for (let c = 0; c < size; c++) {
        const direction = components.subarray(size * c, size * (c + 1));
        expect(direction.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))).toBeGreaterThan(0);
        // The coordinates go with the turned direction.
        const first = direction.reduce((sum, one, d) => sum + (data[d]! - mean[d]!) * one, 0);
        expect(projected[c]).toBeCloseTo(first, 9);
      }
    }
  });

  it("keeps distances, and its directions are orthonormal, with forty columns", () => {
    const [rows, columns] = [60, 40];
    const data = new Float64Array(rows * columns);
    fillNormal(data, { seed: 2, stream: "pca" });
    const { components, projected, ratios } = pca(data, columns, columns);
    const dot = (a: number, b: number): number => {
      let sum = 0;
      for (let j = 0; j < columns; j++) sum += components[a * columns + j]! * components[b * columns + j]!;
      return sum;
    };
    for (let a = 0; a < columns; a++)
      for (let b = 0; b <= a; b++) expect(dot(a, b)).toBeCloseTo(a === b ? 1 : 0, 10);
    const distance = (of: ArrayLike<number>): number =>
      Math.hypot(...Array.from({ length: columns }, (_, j) => of[j]! - of[columns + j]!));
    expect(distance(projected)).toBeCloseTo(distance(data), 8);
    expect(ratios.reduce((sum, ratio) => sum + ratio, 0)).toBeCloseTo(1, 10);
  });

  it("refuses what has no components", async () => {
    expect((await failure("shape", () => pca([1, 2], 2, 1))).message).toBe(
      "PCA needs at least 2 points, not 1",
    );
    await failure("shape", () => pca([1, 2, 3, 4], 2, 3));
  });
});
