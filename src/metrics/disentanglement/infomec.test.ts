import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { explicitnessOf } from "./dci-es.ts";
import { infoCompactnessOf, infoModularityOf } from "./infomec.ts";
import { neighbourInformation } from "./neighbour-information.ts";

describe("InfoMEC on a table of information", () => {
  const table = [
    [0.8, 0, 0.2],
    [0.1, 0.1, 0.2],
    [0, 0, 0],
  ];

  it("modularity: shares 0.8 and 0.5, and a code that knows nothing at chance", () => {
    expect(infoModularityOf(table)).toBeCloseTo(((0.8 + 0.5 + 1 / 3) / 3 - 1 / 3) / (1 - 1 / 3), 12);
    expect(
      infoModularityOf([
        [0.3, 0],
        [0, 0.9],
      ]),
    ).toBeCloseTo(1, 12);
    expect(infoModularityOf([[0.2, 0.2]])).toBeCloseTo(0, 12);
  });

  it("compactness: 8/9, 1 and ½ of each factor are in one code", () => {
    expect(infoCompactnessOf(table)).toBeCloseTo(((8 / 9 + 1 + 1 / 2) / 3 - 1 / 3) / (1 - 1 / 3), 12);
  });

  it("refuses one factor, and one active code", async () => {
    await failure("data", () => infoModularityOf([[1], [0]]));
    await failure("data", () => infoCompactnessOf([[1, 0]]));
  });
});

describe("information by nearest neighbours", () => {
  // ψ(1) = −γ, ψ(2) = 1 − γ, ψ(3) = 3/2 − γ, ψ(4) = 11/6 − γ, ψ(6) = 137/60 − γ.
  it("of two far groups by hand: each neighbour is of the own class", () => {
    const code = Float64Array.of(0, 1, 3, 100, 101, 103);
    const classes = Int32Array.of(0, 0, 0, 1, 1, 1);
    // n = 6, k = 1, three of each class; nearer than the nearest is the sample alone: ψ(6) + ψ(1) − ψ(3) − ψ(1).
    expect(neighbourInformation(code, classes, 1, 0)).toBeCloseTo(137 / 60 - 3 / 2, 12);
    // k = 2: the farther of both; at 1 it is 3 away from 2 and 1 from the other: two samples are nearer each time.
    expect(neighbourInformation(code, classes, 2, 0)).toBeCloseTo(137 / 60 + 1 - 3 / 2 - 1, 12);
    // Three of a class have two others: more neighbours than that there are not.
    expect(neighbourInformation(code, classes, 10, 0)).toBe(neighbourInformation(code, classes, 2, 0));
  });

  it("of classes that alternate is 0, never negative; a class of one sample is left out", () => {
    const code = Float64Array.from({ length: 40 }, (_, i) => i);
    const alternating = Int32Array.from(code, (i) => i % 2);
    expect(neighbourInformation(code, alternating, 3, 0)).toBe(0);
    const halves = Int32Array.from(code, (i) => (i < 20 ? 0 : 1));
    const whole = neighbourInformation(code, halves, 3, 0);
    const more = Float64Array.of(...code, 5.5);
    expect(neighbourInformation(more, Int32Array.of(...halves, 2), 3, 0)).toBeCloseTo(whole, 1);
    expect(neighbourInformation(Float64Array.of(1, 2), Int32Array.of(0, 1), 3, 0)).toBe(0);
  });

  it("of a constant code is 0, of equal codes finite", () => {
    const classes = Int32Array.from({ length: 30 }, (_, i) => i % 3);
    expect(neighbourInformation(new Float64Array(30).fill(2), classes, 5, 0)).toBe(0);
    const own = neighbourInformation(Float64Array.from(classes), classes, 5, 0);
    // ln 3 from below, for so few samples.
    expect(own).toBeGreaterThan(0.9);
    expect(own).toBeLessThan(1.3);
  });

  it("does not depend on the code's scale", () => {
    const code = Float64Array.from({ length: 60 }, (_, i) => ((i + 1) * Math.SQRT2) % 1);
    const classes = Int32Array.from(code, (one) => Math.floor(3 * one));
    const scaled = code.map((one) => 1000 * one - 7);
    expect(neighbourInformation(scaled, classes, 4, 1)).toBeCloseTo(
      neighbourInformation(code, classes, 4, 1),
      9,
    );
  });
});

describe("DCI-ES' explicitness of a curve", () => {
  it("is 1 where the least capacity is enough, 0 where the loss falls in a line to zero", () => {
    expect(explicitnessOf([1, 2, 3], [0, 0, 0], 0.5)).toBe(1);
    expect(explicitnessOf([1, 2, 3], [0.5, 0.25, 0], 0.5)).toBeCloseTo(0, 12);
  });

  it("by hand: the area above the least loss, a worse loss at more capacity not counted", () => {
    // 0.6, 0.2, 0.2 above 0.2: triangle of 1 × 0.4 / 2 = 0.2, twice over 3 × 0.8.
    expect(explicitnessOf([1, 2, 4], [0.6, 0.2, 0.3], 0.8)).toBeCloseTo(1 - 0.4 / 2.4, 12);
    // What no probe can use is explicit, as the authors have it: the loss does not fall.
    expect(explicitnessOf([1, 5], [0.8, 0.8], 0.8)).toBe(1);
  });
});
