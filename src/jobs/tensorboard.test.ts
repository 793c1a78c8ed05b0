/** The event file, read back by a reader of this file's own: framing, checksums, messages, against the run's own files. */

import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { newRun } from "../../test/helpers/runs.ts";
import { everyCall, smallConfig } from "../../test/helpers/small-run.ts";
import { RunDirectory } from "../runs/index.ts";
import { resume } from "./resume.ts";
import { tensorboard } from "./tensorboard.ts";
import { train } from "./train.ts";

/** Bit by bit, so that nothing is shared with the writer. */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

function* recordsOf(bytes: Buffer): Generator<Buffer> {
  const check = (part: Buffer, at: number) => {
    const crc = (bytes.readUInt32LE(at) - 0xa282ead8) >>> 0;
    expect(((crc >>> 17) | (crc << 15)) >>> 0).toBe(crc32c(part));
  };
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    check(bytes.subarray(at, at + 8), at + 8);
    const data = bytes.subarray(at + 12, at + 12 + length);
    check(data, at + 12 + length);
    yield data;
    at += 16 + length;
  }
}

type Fields = Record<number, Uint8Array[]>;

/** A message's fields, each as the bytes behind its tag. */
function fieldsOf(message: Uint8Array): Fields {
  const reader = new BinaryReader(message);
  const fields: Fields = {};
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const bytes = type === 2 ? reader.bytes() : reader.skip(type);
    fields[number] = [...(fields[number] ?? []), bytes];
  }
  return fields;
}

const varint = (bytes: Uint8Array) => Number(new BinaryReader(bytes).int64());
const double = (bytes: Uint8Array) => new BinaryReader(bytes).double();
const doubles = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 8 }, (_, i) => double(bytes.subarray(8 * i, 8 * i + 8)));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function read(path: string) {
  const events = [...recordsOf(readFileSync(path))].map(fieldsOf);
  const times = events.map((event) => double(event[1]![0]!));
  const found = events.flatMap((event) =>
    (event[5] ?? []).flatMap((summary) =>
      (fieldsOf(summary)[1] ?? []).map((value) => {
        const fields = fieldsOf(value);
        return { step: varint(event[2]![0]!), tag: text(fields[1]![0]!), fields };
      }),
    ),
  );
  return { version: text(events[0]![3]![0]!), times, found };
}

test("scalars, histograms and pictures are those of the run, at their steps", async () => {
  const run = join(temporaryFolder(), "run");
  await runJob(train, smallConfig(), { out: run });
  const { value } = await runJob(tensorboard, run, {});
  const { information, metrics } = RunDirectory.open(run);
  const created = Date.parse(information.createdAt) / 1000;
  expect(value.path).toBe(join(run, "tensorboard", `events.out.tfevents.${Math.floor(created)}.betalab`));
  const { version, times, found } = read(value.path);
  expect(version).toBe("brain.Event:2");
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBe(created);
  expect(times.at(-1)).toBeCloseTo(created + information.timings.seconds, 6);

  const records = metrics.read();
  const scalars = records.flatMap(({ step, epoch, images, ...terms }) =>
    Object.entries(terms)
      .filter(([, term]) => typeof term === "number")
      .map(([name, term]) => [`${terms.split}/${name}`, step, Math.fround(term as number)]),
  );
  const simple = found.filter(({ fields }) => fields[2]);
  expect(
    simple.map(({ tag, step, fields }) => [tag, step, new BinaryReader(fields[2]![0]!).float()]),
  ).toEqual(scalars);
  for (const name of ["train/kl", "heldOut/negativeElbo"])
    expect(scalars.map(([tag]) => tag)).toContain(name);

  const heldOut = records.filter(({ split }) => split === "heldOut");
  const histograms = found.filter(({ tag }) => tag === "heldOut/klPerDimension");
  expect(histograms.map(({ step }) => step)).toEqual([6, 12]);
  for (const [i, { fields }] of histograms.entries()) {
    const [a, b] = heldOut[i]!.klPerDimension as [number, number];
    const histogram = fieldsOf(fields[5]![0]!);
    const numbers = [1, 2, 3, 4, 5].map((field) => double(histogram[field]![0]!));
    expect(numbers).toEqual([Math.min(a, b), Math.max(a, b), 2, a + b, a * a + b * b]);
    const [limits, counts] = [doubles(histogram[6]![0]!), doubles(histogram[7]![0]!)];
    expect(limits).toEqual(limits.toSorted((x, y) => x - y));
    expect(limits.at(-1)).toBeCloseTo(Math.max(a, b), 12);
    expect(counts).toEqual(counts.map((_, k) => (k === 0 || k === 29 ? 1 : 0)));
  }

  const images = found.filter(({ fields }) => fields[4]);
  expect(images.map(({ tag, step }) => [tag, step])).toEqual([
    ["pictures/reconstructions", 6],
    ["pictures/samples", 6],
    ["pictures/reconstructions", 12],
    ["pictures/samples", 12],
  ]);
  for (const [i, { tag, fields }] of images.entries()) {
    const png = readFileSync(join(run, "figures", `${tag.slice(9)}-epoch-000${i < 2 ? 1 : 2}.png`));
    const image = fieldsOf(fields[4]![0]!);
    expect(png.equals(image[4]![0]!)).toBe(true);
    const sizes = [1, 2, 3].map((field) => varint(image[field]![0]!));
    expect(sizes).toEqual([png.readUInt32BE(20), png.readUInt32BE(16), 3]);
  }
  expect(value).toMatchObject({ scalars: scalars.length, histograms: 2, images: 4 });
  await runJob(tensorboard, run, {});
  expect(readdirSync(join(run, "tensorboard"))).toHaveLength(1);
});

test("numbers that are not finite, equal ones, and pictures that are none", async () => {
  const path = join(temporaryFolder(), "run");
  const out = join(path, "..", "elsewhere");
  const run = RunDirectory.create(path, newRun);
  await failure("run", () => runJob(tensorboard, path, { out }));
  const line = { split: "heldOut", epoch: 1, kl: Number.NaN, loss: 1e60 };
  run.metrics.append({ step: 3, ...line, klPerDimension: [2, Number.NaN, 2, 2] });
  mkdirSync(join(path, "figures"), { recursive: true });
  writeFileSync(join(path, "figures", "samples-epoch-0001.png"), "not a picture");
  writeFileSync(join(path, "figures", "samples-epoch-0002.png"), "not a picture");
  appendFileSync(run.metrics.path, '{"step":5,"kl"');
  const { value, notes } = await runJob(tensorboard, path, { out });
  expect(value).toMatchObject({ scalars: 2, histograms: 1, images: 0 });
  expect(notes).toEqual([
    "step 3: the histogram is without the KL of 1 of 4 latents, which is not finite",
    expect.stringMatching(/samples-epoch-0001\.png is left out: it is not a PNG$/),
    expect.stringMatching(/samples-epoch-0002\.png is left out: no held-out record says/),
  ]);
  const { found } = read(value.path);
  const simple = found.filter(({ fields }) => fields[2]);
  expect(simple.map(({ fields }) => new BinaryReader(fields[2]![0]!).float())).toEqual([
    Number.NaN,
    Infinity,
  ]);
  const histogram = fieldsOf(found.at(-1)!.fields[5]![0]!);
  const packed = [6, 7].map((field) => doubles(histogram[field]![0]!));
  expect(packed).toEqual([[2], [3]]);
});

test("the file that a training keeps is not written beside it, however its folder is called", async () => {
  const path = join(temporaryFolder(), "run");
  const run = RunDirectory.create(path, { ...newRun, logs: { tensorboard: true } });
  run.metrics.append({ split: "train", step: 1, epoch: 1, kl: 2 });
  for (const out of [undefined, join(path, "figures", "..", "tensorboard")]) {
    const { message, hint } = await failure("run", () => runJob(tensorboard, path, { out }));
    expect([message, hint]).toEqual([
      `${path} is being trained and keeps that file itself`,
      "give another `out`",
    ]);
  }
  await runJob(tensorboard, path, { out: join(path, "..", "elsewhere") });
  run.close();
  await runJob(tensorboard, path, {});
});

/** Tags, steps and values that a file says, in its order, without what a clock measured. */
const contents = (path: string) =>
  read(path)
    .found.filter(({ tag }) => !tag.endsWith("imagesPerSecond"))
    .map(({ tag, step, fields }) => {
      const { 1: _, ...content } = fields;
      return [tag, step, JSON.stringify(content)];
    });

test("while it trains, and on after it was stopped: each number, histogram and picture once", async () => {
  const run = join(temporaryFolder(), "run");
  const stop = new AbortController();
  const ownFile = () => {
    const folder = join(run, "tensorboard");
    const [path, ...others] = readdirSync(folder)
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).size > 0);
    expect(others).toEqual([]);
    return path!;
  };
  const before: (readonly unknown[])[] = [];
  // Stopped in the second epoch; a picture and the line that came last are in the file by then.
  const config = smallConfig(everyCall, "training.epochs=3");
  const interrupted = await runJob(
    train,
    config,
    { out: run, tensorboard: true },
    {
      signal: stop.signal,
      onEvent: (event) => {
        if (event.type === "pictures") before.push(...contents(ownFile()));
        if (event.type === "step" && event.step > 6) stop.abort();
      },
    },
  );
  expect(interrupted.value.status).toBe("interrupted");
  expect(before.slice(-2).map(([tag, step]) => [tag, step])).toEqual([
    ["pictures/reconstructions", 6],
    ["pictures/samples", 6],
  ]);
  // What was logged after the newest checkpoint is trained, and logged, again.
  appendFileSync(RunDirectory.open(run).metrics.path, '{"split":"train","step":17,"epoch":3,"kl":1}\n');
  await runJob(resume, run, {});
  const live = contents(ownFile());
  expect(live.slice(0, before.length)).toEqual(before);
  const steps = (tag: string) => live.filter(([name]) => name === tag).map(([, step]) => step);
  const logged = RunDirectory.open(run).metrics.read();
  expect(steps("train/kl")).toEqual(logged.flatMap(({ split, step }) => (split === "train" ? [step] : [])));
  expect(steps("heldOut/kl")).toEqual([6, 12, 18]);
  expect(steps("heldOut/klPerDimension")).toEqual([6, 12, 18]);
  expect(steps("pictures/samples")).toEqual([6, 12, 18]);
  expect(new Set(live.map(([tag, step]) => `${tag} ${step}`)).size).toBe(live.length);
  // The job writes the same from what lies in the run, and in the place of the other.
  await runJob(tensorboard, run, {});
  expect(contents(ownFile())).toEqual(live);
});
