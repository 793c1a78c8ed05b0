/**
 * A table of numbers as CSV, one image a row, as Kaggle has MNIST: perhaps a line of names, perhaps a column of labels.
 * Read in a stream, once for each look at it; plain or gzip.
 */

import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { report, type Watch } from "../../base/progress.ts";
import type { ArrayFile, StoredArray } from "./array-file.ts";
import { fileChunks } from "./streams.ts";

const labelName = /^(label|labels|class|target|y)$/i;

/** Opens a CSV as the arrays `images` `[rows, columns]` and, where a column is named so, `labels` `[rows]`. */
export async function openCsv(path: string, watch: Watch): Promise<ArrayFile> {
  const name = basename(path);
  const looked = await look(path, name, watch);
  const { head, rows } = looked;
  const names = isNumbers(head) ? undefined : head;
  const labels = names?.findIndex((one) => labelName.test(one)) ?? -1;
  const count = rows - (names ? 1 : 0);
  const columns = head.map((_, i) => i).filter((i) => i !== labels);
  if (names)
    checkOrder(
      columns.map((i) => names[i]!),
      name,
    );
  const array = (what: string, wanted: readonly number[], shape: readonly number[]): StoredArray => {
    const label = `${name}: ${what}`;
    const chunks = () => numbers(path, name, looked, names !== undefined, wanted);
    return {
      label,
      type: { name: "float64" },
      itemSize: 8,
      shape,
      fortran: false,
      chunks,
      async whole() {
        const values: number[] = [];
        for await (const chunk of chunks())
          for (const value of new Float64Array(chunk.buffer)) values.push(value);
        return { shape, numbers: values };
      },
    };
  };
  return {
    path,
    names: labels < 0 ? ["images"] : ["images", "labels"],
    open: async (what) =>
      what === "labels" ? array(what, [labels], [count]) : array(what, columns, [count, columns.length]),
  };
}

/** Whether a first row is an image: not names, nor the numbers of the columns, as pandas writes where there are no names. */
function isNumbers(head: readonly string[]): boolean {
  if (!head.every((cell) => cell !== "" && Number.isFinite(Number(cell)))) return false;
  const first = Number(head[0]);
  const counts = head.length > 2 && (first === 0 || first === 1);
  return !counts || head.some((cell, i) => Number(cell) !== first + i);
}

/** Names that count, such as pixel0, pixel1, must count upwards: sorted as words, pixel10 comes before pixel2. */
function checkOrder(names: readonly string[], file: string): void {
  const parts = names.map((name) => /^(.*?)(\d+)$/.exec(name));
  if (parts.some((part) => part === null || part[1] !== parts[0]![1])) return;
  const wrong = parts.findIndex((part, i) => i > 0 && Number(part![2]) <= Number(parts[i - 1]![2]));
  if (wrong < 0) return;
  throw new BetalabError(
    "data",
    `${file}: the column ${names[wrong]} comes after ${names[wrong - 1]}: the pixels are not in order`,
    "write the columns in the order of their numbers",
  );
}

async function look(path: string, name: string, watch: Watch) {
  let first: string | undefined;
  let rows = 0;
  for await (const line of lines(path, name)) {
    first ??= line;
    rows++;
    if (rows % 1000 === 0) report(watch, `counting the rows of ${name}`, rows, 0);
  }
  if (first === undefined) throw new BetalabError("data", `${name}: it is empty`);
  // One for the whole file: a comma beside semicolons is that of a decimal, which is refused as no number.
  const separator = ["\t", ";"].find((one) => first.includes(one)) ?? ",";
  return { head: cells(first, separator), separator, rows };
}

/** The wanted columns as float64, a few hundred rows at a time. */
async function* numbers(
  path: string,
  name: string,
  { head, separator }: Awaited<ReturnType<typeof look>>,
  named: boolean,
  wanted: readonly number[],
): AsyncGenerator<Uint8Array> {
  const perChunk = Math.max(1, Math.floor(2 ** 15 / wanted.length));
  let values = new Float64Array(perChunk * wanted.length);
  let filled = 0;
  let row = 0;
  for await (const line of lines(path, name)) {
    row++;
    if (named && row === 1) continue;
    const found = cells(line, separator);
    if (found.length !== head.length) {
      throw new BetalabError(
        "data",
        `${name}: row ${row} has ${plural(found.length, "value")}, the first has ${head.length}`,
      );
    }
    for (const column of wanted) {
      const cell = found[column]!;
      const value = cell === "" ? Number.NaN : Number(cell);
      if (Number.isNaN(value)) {
        throw new BetalabError(
          "data",
          `${name}: row ${row}, column ${column + 1}: ${JSON.stringify(cell.slice(0, 40))} is not a number`,
        );
      }
      values[filled++] = value;
    }
    if (filled === values.length) {
      yield new Uint8Array(values.buffer);
      values = new Float64Array(values.length);
      filled = 0;
    }
  }
  if (filled > 0) yield new Uint8Array(values.slice(0, filled).buffer);
}

const cells = (line: string, separator: string): string[] =>
  line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));

/** A line of more letters than this is no row of a table. */
const longest = 2 ** 24;

async function* lines(path: string, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of fileChunks(path)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!;
    if (rest.length > longest)
      throw new BetalabError("data", `${name}: a row of more than ${longest} letters`);
    for (const part of parts) if (part.trim() !== "") yield part;
  }
  if (rest.trim() !== "") yield rest;
}
