/** `encode`: the posteriors of a whole split as a file for other software, made while it is written. */

import type { ParquetWriter } from "hyparquet-writer";
import { z } from "zod";
import { formatCsv } from "../base/csv.ts";
import { range } from "../base/lists.ts";
import { report, type Watch } from "../base/progress.ts";
import { encodeNpyHeader } from "../data/node.ts";
import type { OpenModel, Place } from "../trained/index.ts";
import type { ByteStream } from "./artifacts.ts";
import { chooseIndices } from "./draw/choose.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";
import { openSubject, placeOf } from "./open.ts";
import { computing, split } from "./options.ts";

/** Images that are encoded, and rows that are written, at a time at most: a row group of a parquet file. */
const ROWS = 5000;
/** Of their pixels at a time. */
const BYTES = 2 ** 26;

export const encode = defineJob({
  name: "encode",
  summary: "write means and log-variances of a whole split as NPY, CSV or parquet",
  example: "betalab encode runs/mnist-mlp-20 --split train --out codes.parquet",
  takes: "model",
  artifacts: true,
  destination: "tables/ of the run",
  options: z.strictObject({
    ...computing,
    split,
    format: z
      .enum(["npy", "csv", "parquet"])
      .optional()
      .describe("of the file (default: by the end of its name, else npy)"),
  }),
  value: z.object({
    images: z.int().describe("of the split, a row each"),
    latentDim: z.int().describe("latents of the model"),
    columns: z
      .array(z.string())
      .describe("of CSV and parquet; NPY is float32 [image, 2, latent]: means, then ln σ²"),
  }),
  run: (context, { split, format, ...options }) =>
    telling(context.signal, async (tell) => {
      const around = placeOf(context, options, tell);
      const opened = openSubject(context.subject, around, tell);
      const set = await opened.data(around);
      const { images, labels } = set[split];
      set.close();
      const { latentDim } = opened.vae;
      const dimensions = range(latentDim);
      const columns = [
        "image",
        ...(labels ? ["label"] : []),
        ...["mean", "log_variance"].flatMap((moment) => dimensions.map((d) => `${moment}_${d}`)),
      ];
      const table = { columns, count: images.count, latentDim };
      const { environment, registries } = context;
      const stream =
        (write: Writer): ByteStream =>
        (watch = {}) => {
          const place = { dataDirectory: options.data, environment, registries, signal: watch.signal };
          return write(encodedRows(opened, place, split, watch), table);
        };
      const as = Object.entries(writers).filter(([name]) => name === (format ?? name));
      return {
        value: { images: images.count, latentDim, columns },
        folder: opened.path,
        stem: `codes-${split === "train" ? "train" : "held-out"}`,
        artifacts: [
          { kind: "stream", as: Object.fromEntries(as.map(([name, write]) => [`.${name}`, stream(write)])) },
        ],
      };
    }),
});

interface Rows {
  readonly indices: readonly number[];
  readonly labels: readonly string[] | undefined;
  /** Means and ln σ², each `[rows, latent]`. */
  readonly moments: readonly [Float32Array, Float32Array];
}

/** Opens model and data, and lets go of both when the last row is taken or nobody wants more. */
async function* encodedRows(
  opened: OpenModel,
  place: Place,
  name: "heldOut" | "train",
  watch: Watch,
): AsyncGenerator<Rows, void, void> {
  const model = await opened.compile();
  try {
    const set = await opened.data(place);
    try {
      const split = set[name];
      const { count, height, width, channels } = split.images;
      const rows = Math.max(1, Math.min(ROWS, Math.floor(BYTES / (height * width * channels))));
      for (let start = 0; start < count; start += rows) {
        report(watch, "encoding images", start, count);
        const indices = range(Math.min(rows, count - start)).map((i) => start + i);
        const { images, classes } = chooseIndices(split, indices);
        const { mean, logVariance } = await model.encode(images, classes);
        const labels = classes && Array.from(classes, (one) => split.labels!.names[one]!);
        yield { indices, labels, moments: [mean, logVariance] };
      }
    } finally {
      set.close();
    }
  } finally {
    await model.release();
  }
}

interface Table {
  readonly columns: readonly string[];
  readonly count: number;
  readonly latentDim: number;
}

type Writer = (rows: AsyncIterable<Rows>, table: Table) => AsyncIterable<Uint8Array>;

/** By the end of a file's name. */
const writers: Readonly<Record<string, Writer>> = {
  async *npy(rows, { count, latentDim }) {
    yield encodeNpyHeader("<f4", [count, 2, latentDim]);
    for await (const { indices, moments } of rows) {
      const both = new Float32Array(2 * latentDim * indices.length);
      for (const [row] of indices.entries()) {
        for (const [k, moment] of moments.entries()) {
          const values = moment.subarray(row * latentDim, (row + 1) * latentDim);
          both.set(values, (2 * row + k) * latentDim);
        }
      }
      yield new Uint8Array(both.buffer);
    }
  },

  async *csv(rows, { columns, latentDim }) {
    const text = new TextEncoder();
    yield text.encode(formatCsv(columns, []));
    for await (const { indices, labels, moments } of rows) {
      const [first = [], ...rest] = indices.map((index, row) => [
        index,
        ...(labels ? [labels[row]] : []),
        ...moments.flatMap((moment) => [...moment.subarray(row * latentDim, (row + 1) * latentDim)]),
      ]);
      yield text.encode(formatCsv(first, rest));
    }
  },

  async *parquet(rows, { columns, latentDim }) {
    const { ByteWriter, ParquetWriter: Writer, schemaFromColumnData } = await import("hyparquet-writer");
    const writer = new ByteWriter();
    const written = (): Uint8Array => {
      const bytes = writer.getBytes().slice();
      writer.index = 0;
      return bytes;
    };
    let parquet: ParquetWriter | undefined;
    for await (const { indices, labels, moments } of rows) {
      const numbers = moments.flatMap((moment) =>
        Array.from({ length: latentDim }, (_, d) =>
          Float32Array.from(indices, (_, row) => moment[row * latentDim + d]!),
        ),
      );
      const columnData = [
        { name: "image", data: Int32Array.from(indices), type: "INT32" as const },
        ...(labels ? [{ name: "label", data: [...labels], type: "STRING" as const }] : []),
        ...numbers.map((data, i) => ({
          name: columns[columns.length - 2 * latentDim + i]!,
          data,
          type: "FLOAT" as const,
        })),
      ];
      parquet ??= new Writer({ writer, schema: schemaFromColumnData({ columnData }) });
      await parquet.write({ columnData, rowGroupSize: ROWS });
      yield written();
    }
    await parquet?.finish();
    yield written();
  },
};
