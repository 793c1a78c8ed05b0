import { describe, expect, test } from "vitest";
import { formatBytes } from "../../src/base/format.ts";
import type { RunRow } from "../../src/studio/web.ts";
import { parseFilter } from "./filter.ts";
import { levelsOf } from "./sweep.ts";
import {
  allColumns,
  cellText,
  differencesOf,
  durationOf,
  fieldNames,
  linesOf,
  namesOf,
  orderOf,
  placesOf,
  sorted,
  statusNote,
} from "./table.ts";

function row(
  id: string,
  settings: RunRow["settings"],
  numbers: RunRow["numbers"] = {},
  more: Partial<RunRow> = {},
): RunRow {
  return {
    id,
    path: `runs/${id}`,
    name: id.split("/").at(-1)!,
    status: "finished",
    settings,
    numbers,
    sparkline: [],
    progress: { step: 100, epoch: 2, epochs: 2 },
    seconds: 10,
    bytes: 1000,
    has: [],
    ...more,
  };
}

const rows = [
  row(
    "betas/a",
    { "objective.beta": 1, seed: 0, "model.latentDim": 10 },
    { kl: 20, "metric:mig": 0.1 },
    { sweep: "betas" },
  ),
  row("betas/b", { "objective.beta": 4, seed: 1, "model.latentDim": 10 }, { kl: 9 }, { sweep: "betas" }),
  row("c", { "objective.beta": 4, seed: 0, "model.latentDim": 20 }, {}, { status: "failed" }),
];
test("runs of one name are told apart by their places; others have none beside them", () => {
  const copy = { ...row("a/copy", {}), name: "seed-2" };
  const alike = [row("a/seed-2", {}), row("b/c/seed-2", {}), row("seed-2", {}), row("a/seed-1", {}), copy];
  expect([...placesOf(alike)]).toEqual([
    ["a/seed-2", "in a"],
    ["b/c/seed-2", "in b/c"],
    ["a/copy", "a/copy"],
  ]);
});

test("runs beside each other are called by what tells them apart", () => {
  const beta = (id: string, value: number, name: string) => ({
    ...row(id, { "objective.beta": value }),
    name,
  });
  const called = (...rows: readonly ReturnType<typeof beta>[]) => [
    ...namesOf(rows, ["objective.beta"]).values(),
  ];
  expect(called(beta("a", 1, "a"), beta("b", 4, "b"))).toEqual(["a", "b"]);
  expect(called(beta("s/x", 1, "beta-1_seed-0"), beta("s/y", 4, "beta-4_seed-0"))).toEqual([
    "beta 1",
    "beta 4",
  ]);
  const copies = [beta("demo", 1, "demo"), beta("copy", 1, "demo"), beta("other", 4, "demo")];
  expect(called(...copies)).toEqual(["demo", "copy", "beta 4"]);
});

const varying = ["model.latentDim", "objective.beta", "seed"];
const names = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);

describe("the table of runs", () => {
  test("a value that more than half of the runs share is no difference", () => {
    const differences = differencesOf(rows, varying);
    expect(rows.map((one) => differences(one).map(({ text }) => text))).toEqual([
      ["beta 1"],
      ["seed 1"],
      ["latentDim 20"],
    ]);
    const two = differencesOf(rows.slice(0, 2), varying);
    expect(two(rows[1]!).map(({ text }) => text)).toEqual(["beta 4", "seed 1"]);
  });

  test("sorts by numbers and words, runs without the number last in either direction", () => {
    expect(names(sorted(rows, orderOf("kl")))).toEqual(["betas/b", "betas/a", "c"]);
    expect(names(sorted(rows, orderOf("-kl")))).toEqual(["betas/a", "betas/b", "c"]);
    expect(names(sorted(rows, orderOf("-status")))).toEqual(
      ["betas/a", "betas/b", "c"].toSorted((a, b) => Number(a === "c") - Number(b === "c")),
    );
    expect(names(sorted(rows, orderOf("status")))).toEqual(["c", "betas/a", "betas/b"]);
    expect(sorted(rows, orderOf(null))).toBe(rows);
  });

  test("a run that diverged comes last, and leaves the others in their order", () => {
    const numbers = [3, Number.NaN, 1, Number.POSITIVE_INFINITY, Number.NaN, 2];
    const some = numbers.map((negativeElbo, i) => row(`run-${i}`, {}, { negativeElbo }));
    const order = (text: string) => sorted(some, orderOf(text)).map((one) => one.numbers.negativeElbo);
    expect(order("negativeElbo")).toEqual([1, 2, 3, Number.POSITIVE_INFINITY, Number.NaN, Number.NaN]);
    expect(order("-negativeElbo")).toEqual([Number.POSITIVE_INFINITY, 3, 2, 1, Number.NaN, Number.NaN]);
  });

  test("a metric is a field of its own name", () => {
    const filter = parseFilter("mig>0.05", fieldNames(rows));
    const choice = { filter, order: undefined, group: undefined, folded: new Set<string>() };
    expect(linesOf(rows, choice).map((line) => line.kind === "run" && line.row.id)).toEqual(["betas/a"]);
  });

  test("groups have a heading, and are folded away by it", () => {
    const filter = parseFilter("", []);
    const choice = { filter, order: undefined, group: "objective.beta", folded: new Set(["1"]) };
    const lines = linesOf(rows, choice);
    expect(
      lines.map((line) => (line.kind === "group" ? `${line.name} ×${line.rows.length}` : line.row.id)),
    ).toEqual(["1 ×1", "4 ×2", "betas/b", "c"]);
    const bySweep = linesOf(rows, { ...choice, group: "sweep", folded: new Set() });
    expect(bySweep.map((line) => (line.kind === "group" ? line.name : ""))).toEqual([
      "betas",
      "",
      "",
      "no sweep",
      "",
    ]);
  });

  test("cells say numbers with four digits, ages and sizes as people do", () => {
    const measures = { kl: { label: "KL", definition: "" } };
    const columns = new Map(allColumns({ measures, varying }).map((column) => [column.key, column]));
    const differences = differencesOf(rows, varying);
    const now = Date.parse("2026-01-02T00:00:00Z");
    const old = row(
      "d",
      { seed: 3, "model.hidden": [400, 400] },
      { kl: 19.37812 },
      { createdAt: "2026-01-01T21:00:00Z" },
    );
    expect(cellText(old, columns.get("kl")!, differences, now)).toBe("19.38");
    expect(cellText(old, columns.get("age")!, differences, now)).toBe("3 h");
    expect(cellText(old, columns.get("seed")!, differences, now)).toBe("3");
    expect(cellText(old, columns.get("objective.beta")!, differences, now)).toBe("");
    expect([durationOf(99), durationOf(100), durationOf(7200), durationOf(3 * 86_400)]).toEqual([
      "99 s",
      "2 min",
      "2 h",
      "3 d",
    ]);
    expect([formatBytes(999), formatBytes(1500), formatBytes(2_000_000)]).toEqual([
      "999 B",
      "1.5 kB",
      "2 MB",
    ]);
    expect(
      statusNote({
        ...old,
        status: "running",
        progress: { step: 1, epoch: 7.9, epochs: 20 },
        secondsLeft: 61,
      }),
    ).toBe("7/20, 61 s left");
    const never = { step: 0, epoch: 0, epochs: 0 };
    expect(statusNote({ ...old, status: "failed", progress: never })).toBe("");
  });
});

test("a sweep's measure is the mean over seeds, in the order of its first key, a line for each other setting", () => {
  const swept = [
    row("1", { "objective.beta": 4, "model.latentDim": 5, seed: 0 }, { kl: 1 }),
    row("2", { "objective.beta": 4, "model.latentDim": 5, seed: 1 }, { kl: 3 }),
    row("3", { "objective.beta": 1, "model.latentDim": 5, seed: 0 }, { kl: 8 }),
    row("4", { "objective.beta": 1, "model.latentDim": 9, seed: 0 }, { kl: 7 }),
    row("5", { "objective.beta": 16, "model.latentDim": 9, seed: 0 }),
  ];
  expect(levelsOf(swept, ["objective.beta", "model.latentDim", "seed"], "kl")).toEqual([
    {
      name: "latentDim 5",
      labels: ["1", "4", "16"],
      points: [
        { x: 0, label: "1", mean: 8, count: 1 },
        { x: 1, label: "4", mean: 2, count: 2 },
      ],
    },
    { name: "latentDim 9", labels: ["1", "4", "16"], points: [{ x: 0, label: "1", mean: 7, count: 1 }] },
  ]);
});
