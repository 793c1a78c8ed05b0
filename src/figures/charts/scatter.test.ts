import { expect, test } from "vitest";
import { classOutline } from "../../base/shapes.ts";
import { dark, light } from "../theme.ts";
import { scatter } from "./scatter.ts";

const ten = Array.from({ length: 10 }, (_, i) => i);

test("classes have the colours of points, 3:1 against the ground, and each a shape of its own", async () => {
  for (const theme of [light, dark]) {
    const { svg } = await scatter({
      title: "map",
      x: { label: "x" },
      y: { label: "y" },
      points: { x: ten, y: ten },
      categories: { names: ten.map(String), values: ten },
      theme,
    });
    for (const color of theme.categorical)
      expect(svg.match(new RegExp(`fill="${color}"`, "g"))).toHaveLength(2);
    const legend = [...svg.matchAll(/scale\(5\)" d="([^"]+)"/g)].map(([, outline]) => outline);
    expect(legend).toEqual(ten.map(classOutline));
    expect(new Set(legend).size).toBe(10);
    // As drawn: no two points alike but for their place.
    const dots = [...svg.matchAll(/<path[^>]*transform="translate\([^)]*\)"[^>]* d="([^"]+)"/g)]
      .map(([, outline]) => outline)
      .filter((outline) => !legend.includes(outline));
    expect(new Set(dots).size).toBe(10);
  }
});
