import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { barChart } from "../charts/bar.ts";
import { adaptiveSvg } from "./adaptive.ts";
import {
  between,
  fitView,
  nearestLatent,
  nearestOnMap,
  neighbourTowards,
  projectLinearly,
} from "./geometry.ts";
import { codeForScript, Html, html, jsonForScript } from "./html.ts";
import { decodeFloats } from "./live.ts";
import { encodeFloats } from "./page.ts";

test("what is put into a template is escaped, unless it is HTML", () => {
  const name = `<b>"Tom" & 'Jerry'</b>`;
  const escaped = "&#60;b&#62;&#34;Tom&#34; &#38; &#39;Jerry&#39;&#60;/b&#62;";
  expect(html`<p title="${name}">${name}</p>`.text).toBe(`<p title="${escaped}">${escaped}</p>`);
  expect(html`${[html`<i>${1}</i>`, new Html("<hr>")]}${undefined}${false}`.text).toBe("<i>1</i><hr>");
});

test("nothing embedded can end the script that it is in", () => {
  expect(jsonForScript({ name: "</script><!--" }).text).toBe('{"name":"\\u003c/script>\\u003c!--"}');
  expect(codeForScript('f("</script>", "</SCRIPT>")').text).toBe('f("<\\/script>", "<\\/SCRIPT>")');
});

test("numbers come out of the page as they went in", () => {
  const values = Float32Array.of(0, -1.5, 3.4e38, 1e-40, Number.NaN);
  // A view that begins within its buffer, as those of a checkpoint do.
  expect(decodeFloats(encodeFloats(values.subarray(1)))).toEqual(values.slice(1));
});

test("a chart takes the colours of the page, and keeps those that mean something", async () => {
  const { svg } = await barChart({
    x: { label: "latent" },
    y: { label: "KL" },
    bars: [
      { label: "0", value: 1 },
      { label: "1", value: 2, color: "#4b0092" },
    ],
  });
  const adapted = adaptiveSvg(svg);
  expect(adapted).toContain('fill="var(--paper)"');
  expect(adapted).toContain('fill="var(--class-7)"');
  expect(adapted).toContain('"#0072b2"');
  for (const fixed of ["#ffffff", "#1a1d21", "#5f6873", "#e3e6ea"]) expect(adapted).not.toContain(fixed);
});

test("points: the nearest on the map and in the latent space, and the neighbour in a direction", () => {
  const map = [0, 0, 2, 0, 0, 3, -1, -1, 5, 1];
  expect(nearestOnMap(map, 1.4, 0.2)).toBe(1);
  expect(
    [
      [1, 0],
      [-1, 0],
      [0, 1],
      [0, -1],
    ].map(([x, y]) => neighbourTowards(map, 0, x!, y!)),
  ).toEqual([1, 3, 2, 3]);
  expect(neighbourTowards(map, 4, 1, 0)).toBe(4);
  expect(nearestLatent(Float32Array.of(0, 0, 0, 1, 1, 1), Float32Array.of(0.6, 0.6, 0.6))).toBe(1);
  expect([...between(Float32Array.of(0, 4), Float32Array.of(2, 0), 0.25)]).toEqual([0.5, 3]);
  expect(
    projectLinearly(
      {
        mean: [1, 1],
        axes: [
          [0, 2],
          [1, 0],
        ],
      },
      Float32Array.of(4, 3),
    ),
  ).toEqual([4, 3]);
});

test("a map keeps its proportions on the screen, and y points up", () => {
  const view = fitView([0, 0, 4, 2], 120, 10);
  expect(view.toScreen(0, 0)).toEqual([10, 85]);
  expect(view.toScreen(4, 2)).toEqual([110, 35]);
  expect(view.toMap(10, 85)).toEqual([0, 0]);
  expect(fitView([1, 1], 100, 10).toScreen(1, 1)).toEqual([50, 50]);
});

test("the scripts are small: no zod, no protobuf", () => {
  const folder = fileURLToPath(new URL("../../../dist/figures/report/browser/", import.meta.url));
  if (!existsSync(folder)) {
    console.warn("the size of the report's scripts is not checked: npm run build makes them");
    return;
  }
  const [page, worker] = ["page.js", "worker.js"].map((name) => readFileSync(`${folder}${name}`, "utf8"));
  expect(page!.length).toBeLessThan(20_000);
  expect(worker!.length).toBeLessThan(50_000);
  for (const script of [page!, worker!]) expect(script).not.toMatch(/\bimport\s*\(|https?:\/\//);
});
