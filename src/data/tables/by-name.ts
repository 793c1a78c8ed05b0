/** Factors of pictures that have names: the rows of a table beside them, found by a column of names of files. */

import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import { groupBy, range, thinned } from "../../base/lists.ts";
import type { Factors } from "../dataset.ts";
import type { FactorsOption } from "../options.ts";
import { factorsOfTable, type Table, type TableColumn } from "./choose.ts";
import { readFactorFile } from "./open.ts";

/**
 * The factors of the pictures `paths`; nothing where none are asked for.
 *
 * Throws `data` where the table has no column with names of pictures, or where a picture has no row, several, or one with
 * another.
 */
export async function factorsByName(
  wanted: FactorsOption | undefined,
  place: string,
  paths: readonly string[],
): Promise<{ factors: Factors; notes: readonly string[] } | undefined> {
  if (wanted === undefined || wanted === "none") return undefined;
  if (typeof wanted !== "object" || wanted.file === undefined) {
    throw new BetalabError(
      "data",
      "data.factors: pictures have them in a table",
      "name it: data.factors: { file: attributes.csv }",
    );
  }
  const { table, path } = await readFactorFile({ ...wanted, file: wanted.file }, place, paths.length);
  const { found, notes } = alignRows(table, paths, path);
  const read = factorsOfTable(found, wanted);
  if (!("value" in read)) throw new BetalabError("data", `${path}: ${read.reason}`);
  const rest = table.count - paths.length;
  const all = [...notes, ...read.value.notes];
  if (rest > 0) {
    const are = rest === 1 ? "is of a picture that is" : "are of pictures that are";
    all.push(`${basename(path)}: ${rest} of its ${plural(table.count, "row")} ${are} not here`);
  }
  return { factors: read.value.factors, notes: all };
}

/** What a table may call a picture: its path, its name, that without an ending; and its number, where that is filled up with zeros. */
function calledBy(path: string): string[] {
  const bare = withoutEnding(basename(path));
  const number = /^0\d+$/.test(bare) ? [bare.replace(/^0+(?=\d)/, "")] : [];
  return [path, basename(path), bare, ...number];
}
/** Of these the number. */
const BY_NUMBER = 3;
const withoutEnding = (name: string): string => name.replace(/\.[a-z]\w*$/i, "");

/** Pictures that are looked for in every column; the others only where most of these are. */
const SAMPLE = 64;

/** The columns that call the most of these pictures: one of a table's forty, as a rule, and forty take long. */
function likeliest(columns: readonly TableColumn[], pictures: readonly string[][]): TableColumn[] {
  const picturesOf = groupBy(
    pictures.flatMap((names, picture) => names.map((name) => ({ name, picture }))),
    ({ name }) => name,
  );
  const hits = columns.map(({ cells }) => {
    const found = new Set<number>();
    const look = (name: string) => {
      for (const { picture } of picturesOf.get(name) ?? []) found.add(picture);
    };
    for (let row = 0; row < cells.length; row++) {
      const cell = cells[row]!;
      look(String(cell));
      if (typeof cell === "string") look(withoutEnding(cell));
    }
    return found.size;
  });
  const most = Math.max(...hits);
  return columns.filter((_, i) => hits[i] === most);
}

const rowsByName = (names: readonly string[]): Map<string, number[]> =>
  groupBy(range(names.length), (row) => names[row]!);

/** The rows of the pictures in their order, without the column of names; and a note where that has but their numbers. */
function alignRows(table: Table, paths: readonly string[], file: string) {
  const advice = `pictures are called such as ${paths[0]}`;
  if (table.columns.length === 0)
    throw new BetalabError("data", `${file}: no column of it has numbers or text`, advice);
  const names = paths.map(calledBy);
  const tried = likeliest(table.columns, thinned(names, SAMPLE)).map((column) => {
    const cells = Array.from<unknown, string>(column.cells, String);
    // The pictures may have been written anew in another format since.
    const [exact, bare] = [rowsByName(cells), rowsByName(cells.map(withoutEnding))];
    const found = names.map((called) =>
      called
        .map((name, how) => ({ how, rows: exact.get(name) ?? bare.get(name) }))
        .find(({ rows }) => rows !== undefined),
    );
    // A column of numbers has the names of 0.png, 1.png, too: one that has whole names comes first.
    const whole = paths.filter((path) => exact.has(path) || exact.has(basename(path))).length;
    return { column, cells, found, whole, missing: paths.filter((_, i) => found[i] === undefined) };
  });
  const best = tried.reduce((one, other) =>
    other.missing.length < one.missing.length ||
    (other.missing.length === one.missing.length && other.whole > one.whole)
      ? other
      : one,
  );
  const { column: key, cells: called, missing } = best;
  if (missing.length > 0) {
    const what =
      missing.length < paths.length
        ? `${missing.length} of ${paths.length} pictures ${missing.length === 1 ? "has" : "have"} no row in it: ${missing.slice(0, 3).join(", ")}`
        : "no column of it has names of the pictures";
    throw new BetalabError("data", `${file}: ${what}`, advice);
  }
  const pictures = new Map<number, string>();
  const found = best.found.map((one, i) => {
    const rows = one!.rows!;
    const [row, second] = rows as [number, number?];
    const wrong =
      second !== undefined
        ? `${rows.length} of its rows are called ${called[row]}`
        : pictures.has(row) &&
          `its row ${called[row]} is of two pictures, ${pictures.get(row)} and ${paths[i]}`;
    if (wrong) {
      const hint = `each picture has one row, by its name or by its path: ${paths[i]}`;
      throw new BetalabError("data", `${file}: ${wrong}`, hint);
    }
    pictures.set(row, paths[i]!);
    return row;
  });
  const columns = table.columns
    .filter((column) => column !== key)
    .map((column) => {
      const { cells } = column;
      const chosen = found.map((row) => cells[row]!);
      return {
        ...column,
        cells: typeof chosen[0] === "string" ? (chosen as string[]) : Float64Array.from(chosen as number[]),
      };
    });
  const notes: string[] = [];
  const numbered = best.found.findIndex((one) => one!.how === BY_NUMBER);
  if (numbered >= 0) {
    const example = `${called[found[numbered]!]} is ${basename(paths[numbered]!)}`;
    notes.push(`${basename(file)}: pictures are found by their number in column ${key.name}: ${example}`);
  }
  return { found: { ...table, count: paths.length, columns }, notes };
}
