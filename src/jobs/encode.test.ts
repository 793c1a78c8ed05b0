/** The codes of a split as files, read back by readers that are not the writer's. */

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { BetalabError } from "../base/errors.ts";
import { report } from "../base/progress.ts";
import { openModel, posteriorsOf } from "../trained/index.ts";
import { type Artifact, type ByteStream, encodeArtifact } from "./artifacts.ts";
import { encode } from "./encode.ts";
import { fileSink } from "./sinks.ts";
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

  const npy = await saveJob(encode, run, { split: "train" });
  expect(npy).toEqual({
    value: { images: 108, latentDim: 2, columns },
    paths: [join(run, "tables", "codes-train.npy")],
  });
  const bytes = readFileSync(npy.paths[0]!);
  expect(bytes.toString("latin1", 10, 75)).toContain(
    "'descr': '<f4', 'fortran_order': False, 'shape': (108, 2, 2), ",
  );
  const start = 10 + bytes.readUInt16LE(8);
  const values = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
  );
  expect([...values]).toEqual(expected.flatMap((row) => row.slice(2)));

  // By the end of the name, or as it is asked for; in memory the same bytes.
  const csv = await saveJob(encode, run, { split: "train" }, { out: join(folder, "codes.csv") });
  expect(csv.paths).toEqual([join(folder, "codes.csv")]);
  const [heading, ...lines] = readFileSync(csv.paths[0]!, "utf8").trim().split("\n");
  expect(heading).toBe(columns.join());
  expect(
    lines
      .map((line) => line.split(","))
      .map(([i, label, ...rest]) => [Number(i), label, ...rest.map((one) => Math.fround(Number(one)))]),
  ).toEqual(expected);

  expect(lines[0]).toBe(
    expected[0]!.map((one) => (typeof one === "number" ? Number(one.toPrecision(9)) : one)).join(),
  );

  const parquet = await saveJob(encode, run, { split: "train", format: "parquet" }, { out: folder });
  expect(parquet.paths).toEqual([join(folder, "codes-train.parquet")]);
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(parquet.paths[0]!) });
  expect(rows.map((row) => columns.map((column) => row[column]))).toEqual(expected);

  const { artifacts = [] } = await runJob(encode, run, { split: "train" });
  expect(await encodeArtifact(artifacts[0]!)).toEqual([{ suffix: ".npy", bytes }]);
  const answer = Readable.from((artifacts[0] as Extract<Artifact, { kind: "stream" }>).as[".csv"]!());
  expect(await text(answer)).toBe(readFileSync(csv.paths[0]!, "utf8"));

  const into = (options: { format?: "csv" }, name: string) =>
    failure("usage", () => saveJob(encode, run, options, { out: join(folder, name) }));
  const wrong = await into({}, "codes.txt");
  const place = join(folder, "codes.txt");
  expect(wrong.message).toBe(`\`out\`: ${place} ends in .txt, as nothing that is made here does`);
  expect(wrong.hint).toBe(`name a folder (${place}/ is one), or a file that ends in .npy, .csv or .parquet`);
  expect((await into({ format: "csv" }, "codes.parquet")).hint).toMatch(/a file that ends in \.csv$/);
  set.close();
});

test("a stream that breaks off leaves what was there, and can be stopped between two pieces", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "made.txt");
  writeFileSync(path, "before");
  const broken = async function* () {
    yield new TextEncoder().encode("half");
    throw new BetalabError("data", "the disk came out");
  };
  const save = (as: Record<string, ByteStream>, watch = {}) =>
    fileSink({ folder })({ artifacts: [{ kind: "stream", as }], stem: "made", watch });
  for (const as of [{}, undefined as unknown as Record<string, ByteStream>])
    expect((await failure("config", () => save(as))).message).toContain(
      "made: artifact 1 is a stream without",
    );
  expect((await failure("data", () => save({ ".txt": broken }))).message).toBe("the disk came out");
  expect([readFileSync(path, "utf8"), ...readdirSync(folder)]).toEqual(["before", "made.txt"]);

  const stop = new AbortController();
  const seen: number[] = [];
  const slow: ByteStream = async function* (watch = {}) {
    for (let i = 0; ; i++) {
      report(watch, "counting", i, 0);
      yield Uint8Array.of(i);
    }
  };
  const onProgress = ({ done }: { done: number }) => {
    seen.push(done);
    if (done === 3) stop.abort();
  };
  await failure("interrupted", () => save({ ".txt": slow }, { signal: stop.signal, onProgress }));
  expect(seen).toEqual([0, 1, 2, 3]);
  expect([readFileSync(path, "utf8"), ...readdirSync(folder)]).toEqual(["before", "made.txt"]);
});
