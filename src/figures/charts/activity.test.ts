import { expect, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { light } from "../theme.ts";
import { activityChart } from "./activity.ts";

const given = {
  variance: [0.9, 0.01, 0.009, 1e-9],
  kl: [2.31, 0.02, 0.011, 0],
  order: [0, 1, 2, 3],
  threshold: 0.01,
};
const dotsOf = (svg: string) =>
  [...svg.matchAll(/<circle[^>]*cy="([\d.]+)"[^>]*>/g)].map(([circle, y]) => ({
    y: Number(y),
    filled: circle!.includes(`fill="${light.categorical[0]}"`),
  }));

test("a dot for each latent on a logarithmic axis, filled from the line on; its nats over it", async () => {
  const { svg } = await activityChart(given);
  const dots = dotsOf(svg);
  expect(dots.map(({ filled }) => filled)).toEqual([true, true, false, false]);
  const [first, line, below, foot] = dots.map(({ y }) => y);
  // Equal factors are equal distances; what is below 1e-5 stands there.
  const decade = (foot! - line!) / 3;
  expect((line! - first!) / decade).toBeCloseTo(Math.log10(90), 1);
  expect((below! - line!) / decade).toBeCloseTo(Math.log10(10 / 9), 1);
  expect(svg).toContain(">latent, by KL; over each dot its nats per image; at the foot: less than 1e−5<");
  for (const nats of ["2.3", "0.02", "0.011", "active from 0.01 on"]) expect(svg).toContain(`>${nats}<`);
});

test("a latent just under the line doesn't hide what the line says", async () => {
  const { svg } = await activityChart({ ...given, width: 560, variance: [0.9, 0.8, 0.7, 0.0025] });
  const placeOf = (text: string) => {
    const [, x, y] = new RegExp(`translate\\(([\\d.]+),([\\d.]+)\\)[^>]*>${text}<`).exec(svg)!;
    return { x: Number(x), y: Number(y) };
  };
  const [line, silent] = [placeOf("active from 0.01 on"), placeOf("0")];
  expect(silent.x - line.x).toBeGreaterThan(200);
});

test("of many latents the nats are left to the chart beside it", async () => {
  const many = Array.from({ length: 64 }, (_, d) => 1 / (d + 1));
  const { svg } = await activityChart({
    variance: many,
    kl: many,
    order: many.map((_, d) => d),
    threshold: 0.01,
    width: 560,
  });
  expect(svg).toContain(">latent, by KL<");
  expect(dotsOf(svg)).toHaveLength(64);
  await failure("shape", () => activityChart({ ...given, variance: [Number.NaN], order: [0] }));
});
