/** `encode`: the posteriors of a whole split as a file for other software, written as they are made. */

import { extname, join } from "node:path";
import type { ParquetWriter } from "hyparquet-writer";
import { z } from "zod";
import { formatCsv } from "../base/csv.ts";
import { AtomicFile, makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { encodeNpyHeader } from "../data/node.ts";
import { chooseIndices } from "./draw/choose.ts";
import { withModel } from "./draw/with-model.ts";
import { defineJob } from "./job.ts";
import { data, split } from "./options.ts";

const formats = ["npy", "csv", "parquet"] as const;
type Format = (typeof formats)[number];

/** Images that are encoded, and rows that are written, at a time: a row group of a parquet file. */
const ROWS = 5000;

export const encode = defineJob({
  name: "encode",
  summary: "write means and log-variances of a whole split as NPY, CSV or parquet",
  example: "betalab encode runs/mnist-mlp-20 --split train --out codes.parquet",
  takes: "model",
  options: z.strictObject({
    data,
    split,
    format: z.enum(formats).optional().describe("of the file (default: by the end of its name, else npy)"),
    out: z.string().min(1).optional().meta({
      description: "the file to write (default: tables/codes-SPLIT.FORMAT of the run)",
      placeholder: "file",
      environment: "BETALAB_OUT",
    }),
  }),
  value: z.object({
    path: z.string(),
    format: z.enum(formats),
    images: z.int(),
    latentDim: z.int(),
    columns: z
      .array(z.string())
      .describe("of CSV and parquet; NPY is float32 [image, 2, latent]: means, then ln σ²"),
  }),
  run: (context, options) =>
    withModel(context, options, async ({ opened, model, split, tell }) => {
      const format = formatOf(options);
      const name = options.split === "train" ? "train" : "held-out";
      const path = options.out ?? join(opened.path, "tables", `codes-${name}.${format}`);
      const images = await split();
      const { count } = images.images;
      const { latentDim } = opened.vae;
      const dimensions = Array.from({ length: latentDim }, (_, d) => d);
      const columns = [
        "image",
        ...(images.labels ? ["label"] : []),
        ...["mean", "log_variance"].flatMap((moment) => dimensions.map((d) => `${moment}_${d}`)),
      ];
      if (options.out === undefined) makeFolder(join(opened.path, "tables"));
      const file = new AtomicFile(path);
      try {
        const writer = await writers[format](file, { columns, count, latentDim });
        for (let start = 0; start < count; start += ROWS) {
          tell.stage({ stage: "encoding images", done: start, total: count });
          const indices = Array.from({ length: Math.min(ROWS, count - start) }, (_, i) => start + i);
          const chosen = chooseIndices(images, indices);
          const { mean, logVariance } = await model.encode(chosen.images, chosen.classes);
          const labels = chosen.classes && Array.from(chosen.classes, (one) => images.labels!.names[one]!);
          await writer.add({ indices, labels, moments: [mean, logVariance] });
        }
        await writer.end();
        file.commit();
      } finally {
        file.abort();
      }
      return { value: { path, format, images: count, latentDim, columns } };
    }),
});

function formatOf({ format, out = "" }: { format?: Format | undefined; out?: string | undefined }): Format {
  const ending = extname(out).slice(1);
  const named = formats.find((one) => one === ending);
  if (format === undefined && (named !== undefined || ending === "")) return named ?? "npy";
  if (format !== undefined && (named === undefined || named === format)) return format;
  const problem = `\`out\`: ${out} ends in .${ending}`;
  throw new BetalabError("usage", problem, `npy, csv and parquet are written; name one of them`);
}

interface Rows {
  readonly indices: readonly number[];
  readonly labels: readonly string[] | undefined;
  /** Means and ln σ², each `[rows, latent]`. */
  readonly moments: readonly [Float32Array, Float32Array];
}

interface Table {
  readonly columns: readonly string[];
  readonly count: number;
  readonly latentDim: number;
}

interface RowWriter {
  add(rows: Rows): void | Promise<void>;
  end(): void | Promise<void>;
}

const writers: Readonly<Record<Format, (file: AtomicFile, table: Table) => Promise<RowWriter>>> = {
  async npy(file, { count, latentDim }) {
    file.write(encodeNpyHeader("<f4", [count, 2, latentDim]));
    return {
      add({ indices, moments }) {
        const both = new Float32Array(2 * latentDim * indices.length);
        for (const [row] of indices.entries()) {
          for (const [k, moment] of moments.entries()) {
            const values = moment.subarray(row * latentDim, (row + 1) * latentDim);
            both.set(values, (2 * row + k) * latentDim);
          }
        }
        file.write(new Uint8Array(both.buffer));
      },
      end() {},
    };
  },

  async csv(file, { columns, latentDim }) {
    const write = (text: string): void => file.write(new TextEncoder().encode(text));
    write(formatCsv(columns, []));
    return {
      add({ indices, labels, moments }) {
        const rows = indices.map((index, row) => [
          index,
          ...(labels ? [labels[row]] : []),
          ...moments.flatMap((moment) => [...moment.subarray(row * latentDim, (row + 1) * latentDim)]),
        ]);
        const [first = [], ...rest] = rows;
        write(formatCsv(first.map(String), rest));
      },
      end() {},
    };
  },

  async parquet(file, { columns, latentDim }) {
    const { ByteWriter, ParquetWriter: Writer, schemaFromColumnData } = await import("hyparquet-writer");
    class FileWriter extends ByteWriter {
      flush(): void {
        file.write(this.getBytes());
        this.index = 0;
      }
      override finish(): void {
        this.flush();
      }
    }
    const columnsOf = ({ indices, labels, moments }: Rows) => {
      const numbers = moments.flatMap((moment) =>
        Array.from({ length: latentDim }, (_, d) =>
          Float32Array.from(indices, (_, row) => moment[row * latentDim + d]!),
        ),
      );
      return [
        { name: "image", data: Int32Array.from(indices), type: "INT32" as const },
        ...(labels ? [{ name: "label", data: [...labels], type: "STRING" as const }] : []),
        ...numbers.map((data, i) => ({
          name: columns[columns.length - 2 * latentDim + i]!,
          data,
          type: "FLOAT" as const,
        })),
      ];
    };
    let parquet: ParquetWriter | undefined;
    return {
      add(rows) {
        const columnData = columnsOf(rows);
        parquet ??= new Writer({ writer: new FileWriter(), schema: schemaFromColumnData({ columnData }) });
        return parquet.write({ columnData, rowGroupSize: ROWS });
      },
      async end() {
        await parquet?.finish();
      },
    };
  },
};
