import { expect, test } from "vitest";
import { light } from "../theme.ts";
import { layoutLegend } from "./legend.ts";
import { textWidth } from "./text.ts";

test("names wrap; those wider than the legend are shortened, and differ where they did", () => {
  const named = (beta: number): string =>
    `${"a folder of runs ".repeat(9)}beta ${beta} ${"and more ".repeat(9)}`;
  const entries = [named(1), named(4), "short"].map((name) => ({ name, color: "#000000" }));
  const { svg, height } = layoutLegend(entries, 300, light);
  expect(height).toBe(2 * 22);
  const names = [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, name]) => name!);
  expect(names[0]).toMatch(/^a folder.*…1…/);
  expect(names[1]).toMatch(/^a folder.*…4…/);
  expect(names[2]).toBe("short");
  for (const name of names) expect(textWidth(name, 13)).toBeLessThanOrEqual(300 - 18);
});
