/**
 * How wide a text will be in the shipped font, for laying out legends and margins where no one can ask a browser.
 * Kerning is left out: the error is a few percent.
 */

import { escapeMarkup } from "../../base/escape.ts";

/** Advance widths of Inter Regular for the characters 32 to 126, in hundredths of the font's size. */
const widths = [
  28, 29, 47, 63, 64, 98, 64, 30, 36, 36, 50, 66, 29, 46, 29, 36, 63, 41, 61, 62, 65, 59, 62, 57, 62, 62, 29,
  30, 66, 66, 66, 51, 97, 69, 65, 73, 72, 60, 59, 75, 74, 27, 57, 67, 57, 90, 75, 76, 64, 76, 64, 64, 65, 74,
  69, 99, 68, 68, 63, 36, 36, 36, 47, 46, 32, 56, 61, 57, 61, 58, 37, 61, 59, 24, 24, 55, 24, 88, 59, 60, 61,
  61, 38, 53, 33, 59, 56, 82, 55, 56, 55, 43, 33, 43, 66,
] as const;

/** Whatever else is not ASCII is taken for a capital or a Greek letter. */
const otherWidth = 66;
const square =
  /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Extended_Pictographic}]/u;
const squareWidth = 100;

/** Width in pixels of `text` at `size` pixels. */
export function textWidth(text: string, size: number): number {
  let hundredths = 0;
  for (const character of text)
    hundredths += widths[character.charCodeAt(0) - 32] ?? (square.test(character) ? squareWidth : otherWidth);
  return (hundredths * size) / 100;
}

export interface TextStyle {
  readonly size: number;
  readonly color: string;
  readonly weight?: 400 | 600;
  readonly anchor?: "start" | "middle" | "end";
}

/** A `<text>` element with its baseline at (x, y). */
export function textElement(text: string, x: number, y: number, style: TextStyle): string {
  const { size, color, weight = 400, anchor = "start" } = style;
  const bold = weight === 400 ? "" : ` font-weight="${weight}"`;
  return `<text x="${x}" y="${y}" font-size="${size}"${bold} text-anchor="${anchor}" fill="${color}">${escapeMarkup(text)}</text>`;
}
