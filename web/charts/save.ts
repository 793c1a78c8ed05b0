/** A figure of the page as a file: the SVG as it stands, in the page's colours of now, its pixels, or its numbers. */

import { encodeBase64 } from "../../src/base/base64.ts";
import { formatCsv } from "../../src/base/csv.ts";
import { download } from "../dom.ts";

export interface Numbers {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly (string | number | null | undefined)[])[];
}

/** Pixels of a saved picture for one of the screen's. */
const SCALE = 2;

/** What an SVG is set in where Inter is not installed: a file names its font, and does not hold it. */
const FONTS = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif";

/** The figure on its own: sizes and colours are written down, since a file has no page around it. */
function standalone(svg: SVGSVGElement, style = ""): string {
  const { width, height } = svg.getBoundingClientRect();
  const look = getComputedStyle(document.documentElement);
  const copy = svg.cloneNode(true) as SVGSVGElement;
  for (const part of copy.querySelectorAll("[data-pointer]")) part.remove();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("font-family", FONTS);
  const paper = look.getPropertyValue("--paper").trim();
  return new XMLSerializer()
    .serializeToString(copy)
    .replace(">", `>${style}<rect width="100%" height="100%" fill="${paper}"/>`)
    .replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => look.getPropertyValue(name).trim());
}

/** The page's fonts as a style that needs no other file: a picture is drawn from an SVG without a page, which knows none. */
async function ownFonts(): Promise<string> {
  const faces = [...document.styleSheets]
    .flatMap(({ href, cssRules }) => [...cssRules].map((rule) => ({ href, rule })))
    .filter(
      (one): one is { href: string | null; rule: CSSFontFaceRule } => one.rule instanceof CSSFontFaceRule,
    )
    .filter(({ rule }) => /Inter/.test(rule.style.getPropertyValue("font-family")));
  const texts = faces.map(async ({ href, rule: { style } }) => {
    const [, address = ""] = /url\("?([^")]+)"?\)/.exec(style.getPropertyValue("src")) ?? [];
    const font = await fetch(new URL(address, href ?? document.baseURI));
    const data = encodeBase64(new Uint8Array(await font.arrayBuffer()));
    const weight = style.getPropertyValue("font-weight");
    return `@font-face{font-family:Inter;font-weight:${weight};src:url(data:font/ttf;base64,${data})}`;
  });
  return `<style>${(await Promise.all(texts)).join("")}</style>`;
}

export function saveSvg(svg: SVGSVGElement, name: string): void {
  download(new Blob([standalone(svg)], { type: "image/svg+xml" }), `${name}.svg`);
}

export async function savePng(svg: SVGSVGElement, name: string): Promise<void> {
  const { width, height } = svg.getBoundingClientRect();
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg, await ownFonts()))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(SCALE * width), Math.round(SCALE * height)];
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  canvas.toBlob((blob) => download(blob!, `${name}.png`));
}

export function saveCsv({ heading, rows }: Numbers, name: string): void {
  const text = formatCsv(
    heading,
    rows.map((row) => row.map((value) => value ?? undefined)),
  );
  download(new Blob([text], { type: "text/csv" }), `${name}.csv`);
}
