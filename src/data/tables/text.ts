/**
 * Tables as text: CSV and TSV with a line of names, quoted cells too; and CelebA's `list_attr_celeba.txt`, where a line
 * with the count comes first, blanks separate, and the column of file names has no name. Pure, from the whole text.
 */

import { BetalabError } from "../../base/errors.ts";
import type { Table, TableColumn } from "./choose.ts";

/** Throws `data` naming the row that has another number of cells than the first. */
export function parseTable(text: string, label: string): Table {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const isNumber = (line = "") => line.trim() !== "" && !Number.isNaN(Number(line));
  // CelebA's count; where the next line is a number too, it is a column of them.
  if (/^\s*\d+\s*$/.test(lines[0] ?? "") && !isNumber(lines[1])) lines.shift();
  const [head, ...body] = lines;
  if (head === undefined || body.length === 0)
    throw new BetalabError("data", `${label}: there are no rows in it`);
  const separator = ["\t", ",", ";"].find((one) => head.includes(one));
  const cut = (line: string) => (separator ? cells(line, separator) : line.trim().split(/\s+/));
  const first = cut(head);
  const rows = body.map(cut);
  const width = rows[0]!.length;
  const named = first.some((cell) => cell === "" || Number.isNaN(Number(cell)));
  if (!named) rows.unshift(first);
  const names = !named
    ? rows[0]!.map((_, i) => `factor${i + 1}`)
    : first.length === width - 1
      ? ["file", ...first]
      : first;
  rows.forEach((row, i) => {
    if (row.length === width && names.length === width) return;
    throw new BetalabError(
      "data",
      `${label}: row ${i + 1} has ${row.length} cells, where there are ${names.length} names`,
    );
  });
  const columns = names.map(
    (name, which): TableColumn => ({ name, cells: typed(rows.map((row) => row[which]!)) }),
  );
  return { label, count: rows.length, columns, named };
}

/** Numbers where every cell is one or empty, else text. */
function typed(words: readonly string[]): Float64Array | readonly string[] {
  const numbers = new Float64Array(words.length).fill(Number.NaN);
  let filled = 0;
  // Each is read once: CelebA's attributes are eight million.
  for (let row = 0; row < words.length; row++) {
    if (words[row] === "") continue;
    const value = Number(words[row]);
    if (Number.isNaN(value)) return words;
    numbers[row] = value;
    filled++;
  }
  return filled > 0 ? numbers : words;
}

/** The cells of a line; a quoted one may contain the separator, and a doubled quote stands for one. */
function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < line.length; i++) {
    const letter = line[i]!;
    if (letter === '"' && quoted && line[i + 1] === '"') cell += line[++i];
    else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      found.push(cell.trim());
      cell = "";
    } else cell += letter;
  }
  return [...found, cell.trim()];
}
