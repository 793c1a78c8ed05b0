/** The table of runs as data: what each row says, which rows are shown, in which order and under which headings. */

import { formatBytes, formatCount, formatShort } from "../../src/base/format.ts";
import { shortKeys } from "../../src/config/index.ts";
import type { RunRow, RunState, RunsTable, SettingValue, SweepState } from "../../src/studio/web.ts";
import type { Fields, Filter, Value } from "./filter.ts";

/** A run as the table shows it; one of a sweep may wait, and have nothing yet. */
export type ShownRow = Omit<RunRow, "status"> & { readonly status: RunState | SweepState };

const known = new WeakMap<ShownRow, Fields>();

/** What the filter and the order know of a run, by name. A metric's key `metric:mig` is the field `metric.mig`. */
function fieldsOf(row: ShownRow): Fields {
  const before = known.get(row);
  if (before !== undefined) return before;

  const numbers = Object.entries(row.numbers).map(([key, value]) => [key.replaceAll(":", "."), value]);
  const settings = Object.entries(row.settings).map(([key, value]) => [key, plain(value)]);
  const fields: Fields = {
    ...Object.fromEntries(settings),
    ...Object.fromEntries(numbers),
    name: row.name,
    path: row.id,
    status: row.status,
    sweep: row.sweep,
    preset: row.preset,
    data: row.data,
    step: row.progress.step,
    epoch: row.progress.epoch,
    seconds: row.seconds,
    created: row.createdAt,
    problem: row.problem,
    evaluated: row.has.includes("evaluation") ? "yes" : "no",
  };
  known.set(row, fields);
  return fields;
}

const plain = (value: SettingValue): Value =>
  value === null ? "none" : typeof value === "object" ? JSON.stringify(value) : value;

interface Named {
  readonly id: string;
  readonly name: string;
}

/**
 * Where each run or sweep is whose name another one has too, by id: "in betas" of "betas/seed-2", and of a copy, whose
 * folder has another name than it has itself, that folder.
 */
export function placesOf(rows: readonly Named[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { name } of rows) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map(
    rows.flatMap(({ id, name }) => {
      if (counts.get(name) === 1 || id === name) return [];
      return [[id, id.endsWith(`/${name}`) ? `in ${id.slice(0, -name.length - 1)}` : id]];
    }),
  );
}

/**
 * What each of some runs is called beside the others: by the settings in which they differ where that is shorter than its
 * name, and by its path where neither tells it apart.
 */
export function namesOf(
  rows: readonly ShownRow[],
  differing: readonly string[],
): ReadonlyMap<string, string> {
  const short = shortKeys(differing);
  const said = rows.map(({ id, name, settings }) => {
    const own = differing.map((key) => `${short.get(key)} ${shownSetting(settings[key] ?? "–")}`).join(", ");
    return { id, choices: own !== "" && own.length < name.length ? [own, name] : [name, own] };
  });
  const counts = new Map<string, number>();
  for (const { choices } of said)
    for (const text of new Set(choices)) counts.set(text, (counts.get(text) ?? 0) + 1);
  const isAlone = (text: string): boolean => text !== "" && counts.get(text) === 1;
  return new Map(said.map(({ id, choices }) => [id, choices.find(isAlone) ?? id]));
}

/** The names of all fields of all rows. */
export function fieldNames(rows: readonly ShownRow[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(fieldsOf(row))) names.add(name);
  return [...names];
}

/** What one run has that most others have not: "beta 4, seed 1". */
export type Differences = (row: ShownRow) => readonly { readonly key: string; readonly text: string }[];

/**
 * A value that more than half of the rows share is not said; where no value is shared so widely, each is. A few keys say
 * more than many, so the objective's and the model's come first.
 */
export function differencesOf(rows: readonly ShownRow[], varying: readonly string[]): Differences {
  const short = shortKeys(varying);
  const usual = new Map(varying.map((key) => [key, majority(rows, key)]));
  const order = varying.toSorted((a, b) => weight(a) - weight(b));
  const said = new WeakMap<ShownRow, ReturnType<Differences>>();
  return (row) => {
    let found = said.get(row);
    if (found === undefined) {
      found = order.flatMap((key) => {
        const value = row.settings[key];
        if (value === undefined) return [];
        const text = JSON.stringify(value);
        return text === usual.get(key) ? [] : [{ key, text: `${short.get(key)} ${shownSetting(value)}` }];
      });
      said.set(row, found);
    }
    return found;
  };
}

const sections = ["objective.", "model.", "optimizer.", "data.", "training.", "seed"];
const weight = (key: string): number => {
  const at = sections.findIndex((section) => key.startsWith(section));
  return at === -1 ? sections.length : at;
};

function majority(rows: readonly ShownRow[], key: string): string | undefined {
  const counts = new Map<string, number>();
  let total = 0;
  for (const { settings } of rows) {
    if (settings[key] === undefined) continue;
    const text = JSON.stringify(settings[key]);
    counts.set(text, (counts.get(text) ?? 0) + 1);
    total++;
  }
  for (const [text, count] of counts) if (2 * count > total) return text;
  return undefined;
}

export function shownSetting(value: unknown): string {
  if (typeof value === "number") return formatShort(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

export interface Column {
  /** `negativeElbo`, `objective.beta`, or one of the table's own. */
  readonly key: string;
  readonly label: string;
  readonly unit?: string | undefined;
  readonly definition?: string | undefined;
  readonly number: boolean;
}

const own: Readonly<Record<string, Omit<Column, "key">>> = {
  status: { label: "Status", number: false },
  differs: { label: "Differs in", number: false },
  sparkline: { label: "Curve", number: false, definition: "Held-out −ELBO over the epochs." },
  age: { label: "Age", number: true },
  data: { label: "Data", number: false },
  epoch: { label: "Epoch", number: true },
  seconds: { label: "Trained", number: true, unit: "s" },
  bytes: { label: "Size", number: true },
};

/** More metrics than these are shown where somebody asks for them. */
const MOST_METRICS = 3;

/** Those that are shown until a person chooses. */
export const usualColumns = (measures: RunsTable["measures"]): readonly string[] => [
  ...["status", "differs", "negativeElbo", "kl", "usedLatents", "activeUnits", "sparkline", "age"],
  ...Object.keys(measures)
    .filter((key) => key.startsWith("metric:"))
    .slice(0, MOST_METRICS),
];

export const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Every column that there can be, in their order. */
export function allColumns({ measures, varying }: Pick<RunsTable, "measures" | "varying">): Column[] {
  const short = shortKeys(varying);
  const { age, ...others } = own;
  const fixed = (all: typeof own): Column[] =>
    Object.entries(all).map(([key, column]) => ({ key, ...column }));
  return [
    ...fixed(others).filter(({ key }) => key === "status" || key === "differs"),
    ...Object.entries(measures).map(([key, { label, unit, definition }]) => ({
      key,
      label: capitalized(label),
      unit,
      definition,
      number: true,
    })),
    ...fixed(others).filter(({ key }) => key !== "status" && key !== "differs"),
    ...varying.map((key) => ({ key, label: short.get(key)!, number: false, definition: key })),
    { key: "age", ...age! },
  ];
}

export interface Order {
  readonly key: string;
  readonly descending: boolean;
}

/** "-kl" is the largest KL first. */
export const orderOf = (text: string | null): Order | undefined =>
  text === null || text === "" || text === "-"
    ? undefined
    : { key: text.replace(/^-/, ""), descending: text.startsWith("-") };

/** What a click on a heading asks for: up, down, and as they came. */
export const nextOrder = (order: Order | undefined, key: string): string =>
  order?.key !== key ? key : order.descending ? "" : `-${key}`;

/** What a column sorts by; runs without it, and those whose number is none, come last in either direction. */
function rankOf(row: ShownRow, key: string): Value {
  const rank = valueAt(row, key);
  return Number.isNaN(rank) ? undefined : rank;
}

function valueAt(row: ShownRow, key: string): Value {
  if (key === "age") return row.createdAt === undefined ? undefined : -Date.parse(row.createdAt);
  if (key === "sparkline") return row.sparkline.at(-1);
  if (key === "bytes") return row.bytes;
  return fieldsOf(row)[key.replaceAll(":", ".")];
}

/** The rows in this order; those that are equal keep the order that they had. */
export function sorted(rows: readonly ShownRow[], order: Order | undefined): readonly ShownRow[] {
  if (order === undefined) return rows;
  const sign = order.descending ? -1 : 1;
  const ranked = rows.map((row) => ({ row, rank: rankOf(row, order.key) }));
  ranked.sort((a, b) => {
    if (a.rank === undefined || b.rank === undefined)
      return Number(a.rank === undefined) - Number(b.rank === undefined);
    if (typeof a.rank === "number" && typeof b.rank === "number") return sign * (a.rank - b.rank);
    return sign * String(a.rank).localeCompare(String(b.rank), "en", { numeric: true });
  });
  return ranked.map(({ row }) => row);
}

/** A line of the table: a run, or the heading over a group of them. */
export type Line =
  | { readonly kind: "run"; readonly row: ShownRow }
  | {
      readonly kind: "group";
      readonly name: string;
      readonly rows: readonly ShownRow[];
      readonly isOpen: boolean;
    };

export interface Choice {
  readonly filter: Filter;
  readonly order: Order | undefined;
  /** A field whose values make the groups. */
  readonly group: string | undefined;
  /** Names of groups that are folded away. */
  readonly folded: ReadonlySet<string>;
}

/** The lines of the table, groups in the order in which their first run comes. */
export function linesOf(rows: readonly ShownRow[], { filter, order, group, folded }: Choice): Line[] {
  const shown = sorted(
    rows.filter((row) => filter.matches(fieldsOf(row))),
    order,
  );
  if (group === undefined) return shown.map((row) => ({ kind: "run", row }));
  const groups = new Map<string, ShownRow[]>();
  for (const row of shown) {
    const value = fieldsOf(row)[group];
    const name = value === undefined ? `no ${group}` : String(value);
    const there = groups.get(name);
    if (there === undefined) groups.set(name, [row]);
    else there.push(row);
  }
  return [...groups].flatMap(([name, inside]): Line[] => {
    const isOpen = !folded.has(name);
    const heading: Line = { kind: "group", name, rows: inside, isOpen };
    return isOpen ? [heading, ...inside.map((row): Line => ({ kind: "run", row }))] : [heading];
  });
}

/** What stands in a cell. */
export function cellText(row: ShownRow, { key }: Column, differences: Differences, now: number): string {
  switch (key) {
    case "differs":
      return (
        row.problem ??
        differences(row)
          .map(({ text }) => text)
          .join(", ")
      );
    case "age":
      return row.createdAt === undefined ? "" : ageOf(Date.parse(row.createdAt), now);
    case "epoch":
      return `${formatShort(Math.floor(row.progress.epoch))}/${row.progress.epochs}`;
    case "bytes":
      return formatBytes(row.bytes);
    default: {
      const value = row.numbers[key] ?? row.settings[key] ?? fieldsOf(row)[key];
      if (value === undefined || value === null) return "";
      return typeof value === "number" && Number.isInteger(value) && Math.abs(value) >= 10_000
        ? formatCount(value)
        : shownSetting(value);
    }
  }
}

/** "12 s", "5 min", "3 h", "2 d". */
export function durationOf(seconds: number): string {
  if (seconds < 99.5) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 99.5 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** "26 Nov 2026, 06:34", here. */
export const whenOf = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });

export const ageOf = (at: number, now: number): string => durationOf((now - at) / 1000);

/** The mean of a measure over some runs; nothing where none has it. */
export function meanOf(rows: readonly ShownRow[], key: string): number | undefined {
  const values = rows.flatMap(({ numbers }) => (numbers[key] === undefined ? [] : [numbers[key]]));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Beside a run's status: how far it is while it trains, or where it stopped. */
export function statusNote({ status, progress: { epoch, epochs }, secondsLeft }: ShownRow): string {
  // One that failed before it began has no epochs.
  if (status === "finished" || status === "unreadable" || status === "waiting" || epochs === 0) return "";
  const left = secondsLeft === undefined ? "" : `, ${durationOf(secondsLeft)} left`;
  return `${formatShort(Math.floor(epoch))}/${epochs}${left}`;
}
