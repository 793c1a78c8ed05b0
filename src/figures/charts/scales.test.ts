import { expect, test } from "vitest";
import { lineChart } from "./line.ts";
import { wholeTicks } from "./scales.ts";

test("an axis of few whole numbers has a tick at each, and none between", async () => {
  expect(wholeTicks([1, 3])).toMatchObject({ ticks: [1, 2, 3] });
  expect(wholeTicks([1, 2.5])).toEqual({});
  expect(wholeTicks([0, 9])).toEqual({});
  const points = [1, 2, 3].map((step): [number, number] => [step, 100 * step]);
  const { svg } = await lineChart({
    x: { label: "step" },
    y: { label: "KL" },
    series: [{ name: "a", points }],
  });
  expect([...svg.matchAll(/>(\d\.\d)</g)]).toEqual([]);
});
