/** The two charts of a comparison: what is drawn where. */
import { expect, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { intervalChart } from "./intervals.ts";
import { rateDistortion } from "./rate-distortion.ts";

const circles = (svg: string): { x: number; y: number; r: number }[] =>
  [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"/g)].map(([, x, y, r]) => ({
    x: Number(x),
    y: Number(y),
    r: Number(r),
  }));

test("rate–distortion: every model, the mean of each group with its label, the curve through the means", async () => {
  const { svg } = await rateDistortion({
    groups: [
      {
        label: "β = 1",
        models: [
          { rate: 20, distortion: 30 },
          { rate: 22, distortion: 28 },
        ],
      },
      { label: "β = 4", models: [{ rate: 10, distortion: 50 }] },
    ],
  });
  const dots = circles(svg);
  expect(dots.map(({ r }) => r)).toEqual([3, 3, 3, 4.5, 4.5]);
  const [a, b, c, mean, other] = dots;
  expect(mean!.x).toBeCloseTo((a!.x + b!.x) / 2, 1);
  expect(mean!.y).toBeCloseTo((a!.y + b!.y) / 2, 1);
  expect([other!.x, other!.y]).toEqual([c!.x, c!.y]);
  // More rate is to the right, more distortion is up.
  expect(mean!.x).toBeGreaterThan(other!.x);
  expect(mean!.y).toBeGreaterThan(other!.y);
  expect(svg).toContain(">β = 1<");
  expect(svg).toContain(">β = 4<");
  // Lines of equal −ELBO fall by one nat for each nat.
  const unit = Math.abs((mean!.y - other!.y) / (29 - 50) / ((mean!.x - other!.x) / (21 - 10)));
  const [, x1, y1, x2, y2] = /<path d="M([\d.-]+),([\d.-]+)L([\d.-]+),([\d.-]+)"/.exec(svg)!.map(Number);
  expect((y2! - y1!) / (x2! - x1!)).toBeCloseTo(unit, 2);
});

test("rate–distortion of densities, whose −ln p may be negative: all is within the axes", async () => {
  const { svg } = await rateDistortion({
    groups: [
      { label: "σ = 0.1", models: [{ rate: 20, distortion: -500 }] },
      { label: "σ = 0.2", models: [{ rate: 10, distortion: -400 }] },
    ],
  });
  const [, , low, high] = circles(svg);
  expect(low!.y).toBeGreaterThan(high!.y);
  for (const { y } of [low!, high!]) {
    expect(y).toBeGreaterThan(8);
    expect(y).toBeLessThan(340 - 28);
  }
  expect(svg).toContain(">−400<");
});

test("rate–distortion of nothing, or of a diverged model", async () => {
  await failure("shape", () => rateDistortion({ groups: [] }));
  const error = await failure("shape", () =>
    rateDistortion({ groups: [{ label: "x", models: [{ rate: Number.NaN, distortion: 1 }] }] }),
  );
  expect(error.message).toContain("(NaN, 1)");
});

/** The numbers beside the vertical axis, from below. */
function yTicks(svg: string): string[] {
  const axis = /<g aria-label="y-axis tick label"[^>]*>(.*?)<\/g>/s.exec(svg)![1]!;
  return [...axis.matchAll(/>([^<]+)</g)].map(([, text]) => text!);
}

test("intervals: a whisker of twice the half width about each mean, none for one value", async () => {
  const { svg } = await intervalChart({
    x: { label: "β" },
    y: { label: "MIG", domain: [0, 1] },
    points: [
      { label: "1", mean: 0.5, halfWidth: 0.25, values: [0.4, 0.6] },
      { label: "4", mean: 0.2, halfWidth: Number.NaN, values: [0.2] },
    ],
  });
  const dots = circles(svg);
  expect(dots.map(({ r }) => r)).toEqual([2.4, 2.4, 2.4, 4, 4]);
  const [, , , first, second] = dots;
  // 0.3 of the axis lies between the means.
  const unit = (second!.y - first!.y) / 0.3;
  const whiskers = [...svg.matchAll(/<line x1="([\d.]+)" x2="[\d.]+" y1="([\d.]+)" y2="([\d.]+)"/g)]
    .map((found) => found.slice(1).map(Number))
    .filter(([x]) => Math.abs(x! - first!.x) < 1 || Math.abs(x! - second!.x) < 1);
  expect(whiskers).toHaveLength(1);
  expect(Math.abs(whiskers[0]![2]! - whiskers[0]![1]!)).toBeCloseTo(0.5 * unit, 0);
});

test("intervals: values that all agree have an axis around them; a mean that is none is named", async () => {
  const point = { label: "1", mean: 10, halfWidth: 0, values: [10, 10] };
  const { svg } = await intervalChart({ x: { label: "β" }, y: { label: "active units" }, points: [point] });
  // Counts that agree, or nearly, don't fill an axis from 9.9 to 10.1.
  expect(yTicks(svg)).toEqual(["8", "9", "10", "11", "12"]);
  const elbo = { label: "1", mean: 105.5, halfWidth: 0, values: [105.5] };
  const close = await intervalChart({ x: { label: "β" }, y: { label: "−ELBO" }, points: [elbo] });
  const shown = yTicks(close.svg).map(Number);
  expect(shown.at(-1)! - shown[0]!).toBeGreaterThanOrEqual(0.8);
  const error = await failure("shape", () =>
    intervalChart({ x: { label: "β" }, y: { label: "KL" }, points: [{ ...point, mean: Number.NaN }] }),
  );
  expect(error.message).toBe('intervalChart of "KL": "1" is NaN');
});

test("intervals of means alone: the axis is theirs, and not of whole numbers", async () => {
  const { svg } = await intervalChart({
    x: { label: "β" },
    y: { label: "score" },
    points: [
      { label: "1", mean: 0.25, halfWidth: 0.01, values: [] },
      { label: "4", mean: 0.5, halfWidth: 0.01, values: [] },
    ],
  });
  expect(
    yTicks(svg)
      .map(Number)
      .every((tick) => tick > 0 && tick < 1),
  ).toBe(true);
});
