/**
 * TensorBoard's event file, as bytes: what a run logged and drew. The fields' numbers are those of TensorFlow's event.proto,
 * summary.proto and histogram.proto.
 */

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { maskedCrc32c } from "../../base/checksum.ts";
import type { MetricRecord } from "../../runs/index.ts";
import { termsOf } from "../draw/history.ts";

/** "events.out.tfevents.1764150000.betalab": TensorBoard reads the files of a folder in the order of their names. */
export const eventFileName = (seconds: number): string =>
  `events.out.tfevents.${Math.floor(seconds)}.betalab`;

export const isEventFile = (name: string): boolean => /^events\.out\.tfevents\.\d+\.betalab$/.test(name);

/** What a file begins with. The session's start at step 0 makes a TensorBoard that watches forget what an earlier file said. */
export function beginning(time: number): Uint8Array {
  const version = event(0, time, (to) => to.tag(3, WireType.LengthDelimited).string("brain.Event:2"));
  const start = event(0, time, (to) => {
    to.tag(7, WireType.LengthDelimited).fork().tag(1, WireType.Varint).int32(1).join();
  });
  return Buffer.concat([version, start]);
}

/**
 * A line of the log: its numbers as scalars, and on held-out images the KL of each latent as a histogram; `missing` are those
 * whose KL is not finite, of `latents`. `time` in seconds.
 */
export function recordEvent(record: MetricRecord, time: number) {
  const { step, klPerDimension } = record;
  const split = record.split === "heldOut" ? "heldOut" : "train";
  const values: Value[] = termsOf(record).map(([term, value]) => ({
    tag: `${split}/${term}`,
    write: (to) => to.tag(2, WireType.Bit32).float(Math.fround(value)),
  }));
  const scalars = values.length;
  const kl = split === "heldOut" && Array.isArray(klPerDimension) ? klPerDimension : [];
  const finite: number[] = kl.filter(Number.isFinite);
  if (finite.length > 0) {
    values.push({ tag: "heldOut/klPerDimension", write: (to) => writeHistogram(to, finite) });
  }
  return {
    bytes: event(step, time, (to) => writeSummary(to, values)),
    scalars,
    histograms: values.length - scalars,
    missing: kl.length - finite.length,
    latents: kl.length,
  };
}

/** A picture of an epoch, its PNG as it is; or why it can't be. */
export function pictureEvent(path: string, step: number, time: number): Uint8Array | string {
  const [kind] = basename(path).split("-epoch-");
  const write = imageAt(path);
  return typeof write === "string"
    ? write
    : event(step, time, (to) => writeSummary(to, [{ tag: `pictures/${kind}`, write }]));
}

function event(step: number, time: number, content: (to: BinaryWriter) => void): Uint8Array {
  const writer = new BinaryWriter().tag(1, WireType.Bit64).double(time);
  writer.tag(2, WireType.Varint).int64(step);
  content(writer);
  return frame(writer.finish());
}

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

interface Value {
  readonly tag: string;
  write(to: BinaryWriter): void;
}

/** `Event.summary`. */
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
