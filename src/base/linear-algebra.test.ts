import { describe, expect, it } from "vitest";
import { columnsOf, covariance, symmetricEigen, symmetricEigenvalues } from "./linear-algebra.ts";
import { fillNormal } from "./random.ts";

it("columns of a row-major table, in its precision", () => {
  expect(columnsOf(Float32Array.of(1, 2, 3, 4, 5, 6), 2)).toEqual([
    Float32Array.of(1, 3, 5),
    Float32Array.of(2, 4, 6),
  ]);
  expect(columnsOf([1, 2, 3], 3)).toEqual([1, 2, 3].map((value) => Float64Array.of(value)));
});

it("covariance divides by n − 1", () => {
  expect(covariance([Float64Array.of(1, 2, 3), Float64Array.of(2, 4, 6)])).toEqual([
    [1, 2],
    [2, 4],
  ]);
});

describe("eigenvalues and eigenvectors", () => {
  it("of the second-difference matrix", () => {
    const { values, vectors } = symmetricEigen([
      [2, -1, 0],
      [-1, 2, -1],
      [0, -1, 2],
    ]);
    [2 + Math.SQRT2, 2, 2 - Math.SQRT2].forEach((wanted, i) => {
      expect(values[i]).toBeCloseTo(wanted, 14);
    });
    const [a, b, c] = vectors[2]!;
    expect(Math.abs(a!)).toBeCloseTo(0.5, 14);
    expect(b! / a!).toBeCloseTo(Math.SQRT2, 13);
    expect(c! / a!).toBeCloseTo(1, 13);
  });

  it.each([1, 2, 3, 7, 40, 150])("%d × %d: orthonormal, and A v = λ v", (size) => {
    const noise = new Float64Array(size * size);
    fillNormal(noise, { seed: size, stream: "matrix" });
    const matrix = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => noise[i * size + j]! + noise[j * size + i]!),
    );
    const { values, vectors } = symmetricEigen(matrix);
    const alone = symmetricEigenvalues(matrix).sort();
    alone.reverse().forEach((value, i) => {
      expect(value).toBeCloseTo(values[i]!, 11);
    });
    const scale = Math.max(...values.map(Math.abs));
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    vectors.forEach((vector, c) => {
      matrix.forEach((row, i) => {
        const product = row.reduce((sum, one, j) => sum + one * vector[j]!, 0);
        expect(Math.abs(product - values[c]! * vector[i]!)).toBeLessThan(1e-13 * scale);
      });
      const dot = vectors[0]!.reduce((sum, one, j) => sum + one * vector[j]!, 0);
      expect(Math.abs(dot - (c === 0 ? 1 : 0))).toBeLessThan(1e-13);
    });
    const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
    expect(Math.abs(values.reduce((sum, one) => sum + one, 0) - trace)).toBeLessThan(1e-11 * scale);
  });

  it("of diagonal, zero, repeated and rank-one matrices, and of none", () => {
    const ones = Array.from({ length: 5 }, () => [1, 1, 1, 1, 1]);
    const one = symmetricEigen(ones).values;
    expect(one[0]).toBeCloseTo(5, 13);
    for (const value of one.subarray(1)) expect(Math.abs(value)).toBeLessThan(1e-14);
    expect([
      ...symmetricEigen([
        [3, 0],
        [0, 7],
      ]).values,
    ]).toEqual([7, 3]);
    expect([
      ...symmetricEigen([
        [0, 0],
        [0, 0],
      ]).values,
    ]).toEqual([0, 0]);
    expect(symmetricEigen([])).toEqual({ values: new Float64Array(0), vectors: [] });
  });

  it("of 512 columns, in the range of Marchenko and Pastur", () => {
    const noise = new Float64Array(512 * 600);
    fillNormal(noise, { seed: 0, stream: "wide" });
    const values = symmetricEigenvalues(covariance(columnsOf(noise, 512))).sort();
    // (1 ± √(512/600))²: 0.0058 and 3.70.
    expect(Math.abs(values[0]! - 0.0058)).toBeLessThan(0.003);
    expect(Math.abs(values[511]! - 3.7)).toBeLessThan(0.15);
  });
});
