/** What a heat map's colours mean. */
import { expect, test } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { colorAt, diverging, sequential } from "../theme.ts";
import { heatmap } from "./heatmap.ts";
import { hex } from "./scales.ts";

const draw = async (values: readonly number[], color = {}) => {
  const columns = values.map((_, i) => `c${i}`);
  const labels = { x: { label: "x" }, y: { label: "y" } };
  const { svg } = await heatmap({ ...labels, columns, rows: ["r"], values, color: { label: "v", ...color } });
  const cells = [...svg.matchAll(/<rect [^>]*fill="(#[0-9a-f]{6})"/g)].map(([, fill]) => fill!);
  const texts = [...svg.matchAll(/>([−0-9.,]+)<\/text>/g)].map(([, text]) => text!);
  return { cells, texts };
};
const at = (scale: Parameters<typeof colorAt>[0], t: number): string => hex(colorAt(scale, t));

test("negative values: the colours are centred on zero, and reach as far on both sides", async () => {
  const { cells, texts } = await draw([-1, 0, 3]);
  const wanted = [at(diverging, 1 / 3), at(diverging, 0.5), at(diverging, 1)];
  expect(cells).toEqual(expect.arrayContaining(wanted));
  expect(texts.slice(3)).toEqual(["−2", "0", "2"]);
});

test("no negative value: from 0 to the largest", async () => {
  const { cells } = await draw([1, 2, 4]);
  expect(cells).toEqual(expect.arrayContaining([0.25, 0.5, 1].map((t) => at(sequential, t))));
});

test("a domain and a kind that are given are kept", async () => {
  const { cells } = await draw([0, 1], { kind: "diverging", domain: [-2, 2] });
  expect(cells).toEqual(expect.arrayContaining([0.5, 0.75].map((t) => at(diverging, t))));
});

test("a value that is not finite leaves its cell empty; none that is finite is an error", async () => {
  const [all, some] = [await draw([1, 2]), await draw([1, Number.NaN])];
  expect(some.cells.length).toBe(all.cells.length - 1);
  const error = await failure("shape", () => draw([Number.NaN, Number.POSITIVE_INFINITY]));
  expect(error.message).toBe("heatmap: 2 values (0 of them finite) for 1 rows × 2 columns");
});
