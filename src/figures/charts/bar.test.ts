import { expect, test } from "vitest";
import { barChart } from "./bar.ts";

test("the value over a bar as high as the scale stays under the axis's title", async () => {
  const { svg } = await barChart({
    x: { label: "latent" },
    y: { label: "KL", unit: "nats/image", domain: [0, 1] },
    bars: [{ label: "z₀", value: 1 }],
  });
  // The bar begins inside the plotted area, which the title lies above; its value's middle is 8 pixels over it.
  const [, top] = /<rect[^>]* y="([\d.]+)"/.exec(svg.slice(svg.indexOf('aria-label="bar"')))!;
  expect(svg).toContain('aria-label="text"');
  expect(Number(top) - 8 - 6).toBeGreaterThanOrEqual(0);
});
