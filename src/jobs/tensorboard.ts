/** `tensorboard`: what a run logged and drew while it trained, as TensorBoard's event file. Needs no checkpoint. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { z } from "zod";
import { maskedCrc32c } from "../base/checksum.ts";
import { AtomicFile, makeFolder } from "../base/disk.ts";
import { BetalabError } from "../base/errors.ts";
import { RunDirectory } from "../runs/index.ts";
import { termsOf } from "./draw/history.ts";
import { telling } from "./events.ts";
import { defineJob } from "./job.ts";
import { epochPictures } from "./pictures.ts";

export const tensorboard = defineJob({
  name: "tensorboard",
  summary: "write a run's curves, KL per latent and pictures as TensorBoard's event file",
  example: "betalab tensorboard runs/mnist-mlp-20",
  takes: "run",
  options: z.strictObject({
    out: z.string().min(1).optional().meta({
      description:
        "the folder to write to, which TensorBoard takes for one run (default: tensorboard/ of the run)",
      placeholder: "folder",
      environment: "BETALAB_OUT",
    }),
  }),
  value: z.object({
    path: z.string(),
    scalars: z.int().describe("numbers that were written; NaN and infinities are among them"),
    histograms: z.int(),
    images: z.int(),
  }),
  run: ({ subject, signal }, { out = join(subject, "tensorboard") }) =>
    telling(signal, async (tell) => {
      const run = RunDirectory.open(subject);
      const { createdAt, timings, progress } = run.information;
      const records = run.metrics.read();
      if (records.length === 0) {
        throw new BetalabError(
          "run",
          `${subject}: nothing is logged yet`,
          "the first line comes after some steps",
        );
      }
      // Those of an epoch belong to the step of its held-out record.
      const pictures = epochPictures(run);
      const count = { scalars: 0, histograms: 0, images: 0 };
      // The log has no clock: the run's seconds of training are spread evenly over its steps, from its beginning on.
      const start = Date.parse(createdAt) / 1000;
      const secondsAStep = timings.seconds / Math.max(1, progress.step);
      makeFolder(out);
      // The name is the same each time: a later export of the run replaces the one before.
      const path = join(out, `events.out.tfevents.${Math.floor(start)}.betalab`);
      const file = new AtomicFile(path);
      const add = (step: number, content: (event: BinaryWriter) => void): void => {
        const event = new BinaryWriter().tag(1, WireType.Bit64).double(start + step * secondsAStep);
        event.tag(2, WireType.Varint).int64(step);
        content(event);
        file.write(frame(event.finish()));
      };
      try {
        add(0, (event) => event.tag(3, WireType.LengthDelimited).string("brain.Event:2"));
        for (const [i, record] of records.entries()) {
          tell.stage({ stage: "writing records", done: i, total: records.length });
          const { step, epoch, klPerDimension } = record;
          const split = record.split === "heldOut" ? "heldOut" : "train";
          const values: Value[] = [];
          for (const [term, value] of termsOf(record)) {
            values.push({
              tag: `${split}/${term}`,
              write: (to) => to.tag(2, WireType.Bit32).float(Math.fround(value)),
            });
          }
          count.scalars += values.length;
          if (split === "heldOut" && Array.isArray(klPerDimension)) {
            const finite = klPerDimension.filter(Number.isFinite) as number[];
            const missing = klPerDimension.length - finite.length;
            if (missing > 0) {
              tell.note(
                `step ${step}: the histogram is without the KL of ${missing} of ${klPerDimension.length} latents, which is not finite`,
              );
            }
            if (finite.length > 0) {
              values.push({ tag: "heldOut/klPerDimension", write: (to) => writeHistogram(to, finite) });
              count.histograms++;
            }
          }
          add(step, (event) => writeSummary(event, values));
          if (split !== "heldOut") continue;
          for (const { kind, path } of pictures.filter((one) => one.epoch === epoch)) {
            const image = imageAt(path);
            if (typeof image === "string") {
              tell.note(`${path} is left out: ${image}`);
              continue;
            }
            add(step, (event) => writeSummary(event, [{ tag: `pictures/${kind}`, write: image }]));
            count.images++;
          }
        }
        const heldOut = new Set(records.filter(({ split }) => split === "heldOut").map(({ epoch }) => epoch));
        for (const { path } of pictures.filter(({ epoch }) => !heldOut.has(epoch))) {
          tell.note(`${path} is left out: no held-out record says after which step it was drawn`);
        }
        file.commit();
      } finally {
        file.abort();
      }
      return { value: { path, ...count } };
    }),
});

/** A TFRecord: the length, its masked checksum, the data, theirs; all little-endian. */
function frame(data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return bytes;
}

/** One value of a summary, with the writer of its content. */
interface Value {
  readonly tag: string;
  write(to: BinaryWriter): void;
}

/** `Event.summary`: the fields' numbers here and below are those of TensorFlow's event.proto, summary.proto and histogram.proto. */
function writeSummary(event: BinaryWriter, values: readonly Value[]): void {
  event.tag(5, WireType.LengthDelimited).fork();
  for (const { tag, write } of values) {
    event.tag(1, WireType.LengthDelimited).fork();
    event.tag(1, WireType.LengthDelimited).string(tag);
    write(event);
    event.join();
  }
  event.join();
}

/** As many as TensorBoard's own summaries have. */
const BUCKETS = 30;

/** `values`, at least one and all finite, in buckets of equal width between the least and the greatest. */
function writeHistogram(to: BinaryWriter, values: readonly number[]): void {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const width = (greatest - least) / BUCKETS;
  const limits = width > 0 ? Array.from({ length: BUCKETS }, (_, i) => least + (i + 1) * width) : [greatest];
  const counts = limits.map(() => 0);
  for (const value of values) {
    const bucket = width > 0 ? Math.floor((value - least) / width) : 0;
    counts[Math.min(bucket, counts.length - 1)]!++;
  }
  const sum = values.reduce((sum, value) => sum + value, 0);
  const squares = values.reduce((sum, value) => sum + value * value, 0);
  to.tag(5, WireType.LengthDelimited).fork();
  for (const [i, number] of [least, greatest, values.length, sum, squares].entries()) {
    to.tag(i + 1, WireType.Bit64).double(number);
  }
  for (const [i, numbers] of [limits, counts].entries()) {
    to.tag(6 + i, WireType.LengthDelimited).fork();
    for (const number of numbers) to.double(number);
    to.join();
  }
  to.join();
}

/** Channels by a PNG's colour type. */
const channels: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Writes a PNG's bytes as they are, with the size that its header says; or why it can't. */
function imageAt(path: string): Value["write"] | string {
  let png: Buffer;
  try {
    png = readFileSync(path);
  } catch (error) {
    return (error as Error).message;
  }
  const head = png.toString("latin1", 0, 16);
  const colours = channels[png[25] ?? -1];
  if (!head.startsWith("\x89PNG\r\n") || !head.endsWith("IHDR") || colours === undefined)
    return "it is not a PNG";
  return (to) => {
    to.tag(4, WireType.LengthDelimited).fork();
    for (const [i, number] of [png.readUInt32BE(20), png.readUInt32BE(16), colours].entries()) {
      to.tag(i + 1, WireType.Varint).int32(number);
    }
    to.tag(4, WireType.LengthDelimited).bytes(png);
    to.join();
  };
}
