/** The codes of a split as files, read back by readers that are not the writer's. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { openModel, posteriorsOf } from "../trained/index.ts";
import { encode } from "./encode.ts";
import { train } from "./train.ts";

test("NPY, CSV and parquet hold the posteriors of the split, row by row", async () => {
  const folder = temporaryFolder();
  const run = join(folder, "run");
  await runJob(train, smallConfig("training.epochs=1"), { out: run });
  const opened = openModel(run);
  const set = await opened.data();
  const { mean, logVariance } = await posteriorsOf(opened, set, "train");
  const names = set.train.labels!;
  const expected = Array.from({ length: 108 }, (_, i) => [
    i,
    names.names[names.values[i]!],
    ...mean.subarray(2 * i, 2 * i + 2),
    ...logVariance.subarray(2 * i, 2 * i + 2),
  ]);
  const columns = ["image", "label", "mean_0", "mean_1", "log_variance_0", "log_variance_1"];

  const npy = await runJob(encode, run, { split: "train" });
  expect(npy.value).toEqual({
    path: join(run, "tables", "codes-train.npy"),
    format: "npy",
    images: 108,
    latentDim: 2,
    columns,
  });
  const bytes = readFileSync(npy.value.path);
  expect(bytes.toString("latin1", 10, 75)).toContain(
    "'descr': '<f4', 'fortran_order': False, 'shape': (108, 2, 2), ",
  );
  const start = 10 + bytes.readUInt16LE(8);
  const values = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
  );
  expect([...values]).toEqual(expected.flatMap((row) => row.slice(2)));

  const csv = await runJob(encode, run, { split: "train", out: join(folder, "codes.csv") });
  const [heading, ...lines] = readFileSync(csv.value.path, "utf8").trim().split("\n");
  expect(heading).toBe(columns.join());
  expect(
    lines
      .map((line) => line.split(","))
      .map(([i, label, ...rest]) => [Number(i), label, ...rest.map((one) => Math.fround(Number(one)))]),
  ).toEqual(expected);

  const parquet = await runJob(encode, run, { split: "train", out: join(folder, "codes.parquet") });
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet.value.path) });
  expect(rows.map((row) => columns.map((column) => row[column]))).toEqual(expected);

  const wrong = await failure("usage", () => runJob(encode, run, { out: join(folder, "codes.txt") }));
  expect(wrong.message).toContain("ends in .txt");
  set.close();
});
