/** The factors of a table: which of its columns, under which names, and of which kind, as `data.factors` asks. Pure. */

import { BetalabError, suggest } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { Factors } from "../dataset.ts";
import { type FactorColumn, factorsFromColumns } from "../factors.ts";
import type { FactorsOption } from "../options.ts";
import { labelsOfText, type Read } from "./names.ts";

/** One column of a table: numbers or text, one an image. */
export interface TableColumn {
  readonly name: string;
  readonly cells: ArrayLike<number> | readonly string[];
  /** The value that each number, a class, stands for. */
  readonly values?: ArrayLike<number> | undefined;
}

export interface Table {
  /** For messages. */
  readonly label: string;
  readonly count: number;
  readonly columns: readonly TableColumn[];
  /** False where the names were made up here, since the table has none. */
  readonly named: boolean;
}

/**
 * The factors of a table and notes on them. Text is a category where it recurs; a column of names of files, one with
 * empty cells and one without variation are left out and named.
 *
 * Throws `config` for columns that the table doesn't have.
 */
export function factorsOfTable(
  table: Table,
  wanted: FactorsOption | undefined,
): Read<{ factors: Factors; notes: string[] }> {
  const { count } = table;
  const chosen = chooseColumns(table, wanted);
  const asked = typeof wanted === "object" && wanted.columns !== undefined;
  const notes: string[] = [];
  if (!table.named && !asked) {
    const names = table.columns.map(({ name }) => name).join(", ");
    notes.push(
      `${table.label} has no names for its columns: ${names}; data.factors.columns gives them others`,
    );
  }
  const columns: FactorColumn[] = [];
  for (const column of chosen) {
    const read = toNumbers(column, count);
    const kind = typeof wanted === "object" ? wanted.kinds?.[column.name] : undefined;
    if ("value" in read) columns.push({ ...read.value, kind });
    else if (asked) return { reason: `${column.name} ${read.reason}` };
    else notes.push(`${column.name} is left out of the factors: it ${read.reason}`);
  }
  const { factors, constant } = factorsFromColumns(columns, count);
  if (constant.length > 0) {
    const [are, them] = constant.length === 1 ? ["is", "its"] : ["are", "their"];
    notes.push(`${constant.join(", ")} ${are} left out of the factors: all images share ${them} one level`);
  }
  if (factors.factors.length === 0) return { reason: "no column of them varies" };
  if (!factors.complete) {
    notes.push("the factors are not a complete grid: not every combination of levels occurs exactly once");
  }
  return { value: { factors, notes } };
}

function chooseColumns(
  { label, columns, named }: Table,
  wanted: FactorsOption | undefined,
): readonly TableColumn[] {
  if (typeof wanted !== "object") return columns;
  const names = columns.map(({ name }) => name);
  const list = wanted.columns ?? names;
  if (Array.isArray(list) && !named) {
    if (list.length === columns.length) return columns.map((column, i) => ({ ...column, name: list[i]! }));
    throw new BetalabError(
      "config",
      `data.factors.columns: ${plural(list.length, "name")}, and ${label} has ${plural(columns.length, "column")} without names`,
      "name all of them in order, or say which is which: columns: { hue: 0, scale: 3 }",
    );
  }
  const pairs = Array.isArray(list) ? list.map((name) => [name, name] as const) : Object.entries(list);
  const known = pairs.map(([name, which]) => {
    const found = typeof which === "number" ? columns[which] : columns.find((one) => one.name === which);
    if (found) return { ...found, name };
    const hint =
      typeof which === "string" ? suggest(which, names) : `there are ${columns.length}, counted from 0`;
    throw new BetalabError(
      "config",
      `data.factors.columns: ${label} has no column ${JSON.stringify(which)}`,
      hint,
    );
  });
  const stray = Object.keys(wanted.kinds ?? {}).find((name) => !known.some((column) => column.name === name));
  if (stray === undefined) return known;
  const hint = suggest(
    stray,
    known.map(({ name }) => name),
  );
  throw new BetalabError("config", `data.factors.kinds: there is no factor "${stray}"`, hint);
}

function toNumbers({ name, cells, values }: TableColumn, count: number): Read<FactorColumn> {
  if (typeof cells[0] === "number") {
    const numbers = cells as ArrayLike<number>;
    let missing = 0;
    for (let i = 0; i < count; i++) if (!Number.isFinite(numbers[i]!)) missing++;
    if (missing > 0) return { reason: `has ${missing} of ${count} cells without a number` };
    return { value: { name, classes: numbers, values } };
  }
  const words = cells as readonly string[];
  const empty = words.filter((word) => word === "").length;
  if (empty > 0) return { reason: `has ${empty} of ${count} cells empty` };
  const { names, values: classes } = labelsOfText(words);
  if (names.length > 1 && names.length > words.length / 2)
    return { reason: "has another text for nearly every image" };
  return { value: { name, names, classes } };
}
