/** Factors from tables beside the images: text, Parquet, arrays; named, chosen, of a kind that was said. */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { fixture, fuzz, opened } from "../../../test/helpers/data-fixtures.ts";
import type { FactorsOption } from "../options.ts";
import { joinSplits } from "../split.ts";
import { factorsByName } from "./by-name.ts";
import { readParquetTable } from "./parquet.ts";
import { parseTable } from "./text.ts";

/** Name and kind of each factor, and its values in the order of the images. */
async function factorsOf(factors: FactorsOption, source = "hdf5", path = "plain.h5") {
  const { data, whole } = await opened(source, path, { factors });
  const { factors: found } = joinSplits(data.train, data.heldOut);
  if (!found) return undefined;
  const width = found.factors.length;
  return found.factors.map(({ name, kind, values, names }, which) => ({
    name,
    kind,
    values: whole.order.map((i) => {
      const level = found.levels[i * width + which]!;
      return names?.[level] ?? values[level];
    }),
  }));
}

describe("tables of factors", () => {
  const age = { name: "age", kind: "ordinal", values: [0, 0.25, 0.5, 0.75, 1, 1.25] };
  const hair = { name: "hair", kind: "categorical", values: ["dark", "fair", "dark", "red", "fair", "dark"] };

  it("Parquet: numbers and categories; names of files are left out; columns are chosen and renamed", async () => {
    const file = "attributes.parquet";
    expect(await factorsOf({ file })).toEqual([age, hair]);
    expect(await factorsOf({ file, columns: ["hair"] })).toEqual([hair]);
    expect(await factorsOf({ file, columns: { years: "age" }, kinds: { years: "continuous" } })).toEqual([
      { ...age, name: "years", kind: "continuous" },
    ]);
    const error = await failure("config", () => factorsOf({ file, columns: ["hiar"] }));
    expect([error.message, error.hint]).toEqual([
      'data.factors.columns: attributes.parquet has no column "hiar"',
      'did you mean "hair"?',
    ]);
  });

  it("arrays: values of classes, columns without names named in order, by number, or left out", async () => {
    const grid = { file: "shapes.h5", array: "labels" };
    const [x, y] = [
      [0, 0, 0, 0.1, 0.1, 0.1],
      [0, 1.5, 3, 0, 1.5, 3],
    ];
    expect(await factorsOf({ ...grid, columns: ["hue", "scale"] })).toEqual([
      { name: "hue", kind: "ordinal", values: x },
      { name: "scale", kind: "ordinal", values: y },
    ]);
    expect(await factorsOf({ ...grid, columns: { scale: 1 } })).toEqual([
      { name: "scale", kind: "ordinal", values: y },
    ]);
    expect(await factorsOf("none", "hdf5", "shapes.h5")).toBeUndefined();
    expect((await failure("config", () => factorsOf({ ...grid, columns: ["hue"] }))).message).toContain(
      "1 name, and ",
    );
    expect(
      (await failure("data", () => factorsOf({ file: "omniglot.mat", array: "target" }))).message,
    ).toContain("rows for 6 images");
  });

  it("text: CSV with quotes and gaps, and CelebA's list with its count and its column without a name", async () => {
    const table = parseTable('name,age,"hair, colour"\na,1,"dark ""brown"""\nb,,fair\n', "t.csv");
    expect(table.columns.map(({ name, cells }) => [name, Array.from<unknown>(cells)])).toEqual([
      ["name", ["a", "b"]],
      ["age", [1, Number.NaN]],
      ["hair, colour", ['dark "brown"', "fair"]],
    ]);
    const folder = temporaryFolder();
    mkdirSync(join(folder, "images"));
    const images = join(folder, "images", "plain.h5");
    copyFileSync(fixture("plain.h5"), images);
    const rows = [1, -1, 1, -1, -1, 1].map((smiling, i) => `00000${i}.jpg  ${smiling} ${-smiling}`);
    writeFileSync(join(folder, "list_attr_celeba.txt"), ["6", "Smiling Male ", ...rows].join("\r\n"));
    expect(await factorsOf({ file: "../list_attr_celeba.txt" }, "hdf5", images)).toEqual([
      { name: "Smiling", kind: "ordinal", values: [1, -1, 1, -1, -1, 1] },
      { name: "Male", kind: "ordinal", values: [-1, 1, -1, 1, 1, -1] },
    ]);
    expect((await failure("data", () => parseTable("a,b\n1,2\n3\n", "t.csv"))).message).toBe(
      "t.csv: row 2 has 1 cells, where there are 2 names",
    );
  });

  it("one column of numbers without a name keeps its first", () => {
    const { count, columns } = parseTable("5\n3\n7\n", "one.csv");
    expect([count, columns[0]!.cells]).toEqual([3, Float64Array.of(5, 3, 7)]);
  });

  it("a Parquet file with more rows in a group than a call takes arguments", async () => {
    const path = join(temporaryFolder(), "long.parquet");
    const data = Int32Array.from({ length: 150_000 }, (_, i) => i % 7);
    const buffer = parquetWriteBuffer({ columnData: [{ name: "hue", data }], rowGroupSize: 200_000 });
    writeFileSync(path, new Uint8Array(buffer));
    const { count, columns } = await readParquetTable(path);
    expect([count, columns[0]!.cells.length]).toEqual([150_000, 150_000]);
  });

  it("a Parquet file of nothing but bytes names no picture", async () => {
    const folder = temporaryFolder();
    const data = [Uint8Array.of(1)];
    const buffer = parquetWriteBuffer({ columnData: [{ name: "a", data, type: "BYTE_ARRAY" }] });
    writeFileSync(join(folder, "bytes.parquet"), new Uint8Array(buffer));
    const error = await failure("data", () => factorsByName({ file: "bytes.parquet" }, folder, ["1.png"]));
    expect(error.message).toBe(`${join(folder, "bytes.parquet")}: no column of it has numbers or text`);
  });

  it("damaged Parquet files are data errors", { timeout: 60_000 }, async () => {
    await fuzz(fixture("attributes.parquet"), readParquetTable, 150);
  });
});
