/** The library: jobs as methods, jobs of one's own, and training that leaves nothing on disk. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ownObjective } from "../../test/helpers/extensions.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { occupant } from "../base/lease.ts";
import type { Dataset } from "../data/index.ts";
import { arrays } from "../data/index.ts";
import { openDataset } from "../data/node.ts";
import { type Artifact, defineJob, type JobEvent, telling } from "../jobs/index.ts";
import { projection } from "../latent/index.ts";
import { RunDirectory } from "../runs/index.ts";
import { type TrainingEvent, train } from "../training/index.ts";
import { createWorkbench } from "./workbench.ts";

const folder = temporaryFolders();

const environment = {};

/** Counts to three, telling each number. */
const countJob = defineJob({
  name: "count-up",
  summary: "count",
  example: "betalab count-up",
  takes: "nothing",
  options: z.strictObject({ to: z.int().default(3).describe("where to stop") }),
  value: z.object({ last: z.int().describe("the last number") }),
  run: ({ signal }, { to }) =>
    telling(signal, async (tell) => {
      for (let i = 1; i <= to; i++) tell.note(`${i}`);
      return { value: { last: to } };
    }),
});

describe("jobs of one's own", () => {
  test("run by name, with defaults, options and events", async () => {
    const lab = createWorkbench({ jobs: [countJob] }, { environment });
    const notes: unknown[] = [];
    const { value } = await lab.run(
      "count-up",
      undefined,
      {},
      {
        onEvent: (event) => event.type === "note" && notes.push(event.text),
      },
    );
    expect(value).toEqual({ last: 3 });
    expect(notes).toEqual(["1", "2", "3"]);
    expect((await lab.run("count-up", undefined, { to: 2 })).value).toEqual({ last: 2 });
  });

  test("a listener that throws ends the training, and the run is let go", async () => {
    const out = join(folder(), "run");
    const onEvent = ({ type }: JobEvent): void => {
      if (type === "step") throw new Error("of its own");
    };
    const training = createWorkbench({}, { environment }).train(smallConfig(), { out }, { onEvent });
    await expect(training).rejects.toThrow("of its own");
    expect(occupant(out)).toBeUndefined();
    expect(RunDirectory.open(out).status).toBe("interrupted");
  });

  test("a wrong option and an unknown job are named", async () => {
    const lab = createWorkbench({ jobs: [countJob] }, { environment });
    await expect(lab.run("count-up", undefined, { to: "x" })).rejects.toThrow(/to/);
    await expect(lab.run("cuont-up")).rejects.toMatchObject({
      code: "usage",
      message: 'there is no job "cuont-up"',
      hint: expect.stringContaining("countUp"),
    });
  });

  const refused: [string, unknown, RegExp][] = [
    ["nothing", null, /jobs\[0\] is not a job/],
    ["a bad name", { ...countJob, name: "Count" }, /the name "Count"/],
    ["a taken name", { ...countJob, name: "train" }, /is called "train", as another job is/],
    ["no summary", { ...countJob, summary: "" }, /"count-up" has no summary/],
    ["no schema", { ...countJob, options: {} }, /options is not a zod object schema/],
    ["no value", { ...countJob, value: undefined }, /value is not a zod schema/],
    ["no run", { ...countJob, run: undefined }, /has no run function/],
  ];
  test.each(refused)("refused: %s", (_, job, message) => {
    expect(() => createWorkbench({ jobs: [job as never] })).toThrow(message);
  });
});

async function lastState(events: AsyncIterable<TrainingEvent>) {
  let end: TrainingEvent | undefined;
  for await (const event of events) end = event;
  if (end?.type !== "end") throw new Error("no end");
  return end;
}

describe("training that leaves nothing on disk", () => {
  test("the model is the run's own, and every job that takes a model takes it", async () => {
    const at = folder();
    const lab = createWorkbench({}, { environment });
    const run = join(at, "run");
    await lab.train(smallConfig(), { out: run });
    const before = readdirSync(at);

    const job = await lab.prepare(smallConfig());
    const model = lab.model(job, await lastState(train(job)));
    const inMemory = await lab.evaluate(model, { samples: 5 });
    const recorded = await lab.evaluate(run, { samples: 5 });
    const { importance, decomposition, checkpoint, images } = inMemory.value;
    expect(images).toBe(12);
    expect({ importance, decomposition, checkpoint, images }).toEqual({
      importance: recorded.value.importance,
      decomposition: recorded.value.decomposition,
      checkpoint: recorded.value.checkpoint,
      images: recorded.value.images,
    });

    const exported = await lab.export(model);
    expect(exported.value).toEqual((await lab.export(run)).value);
    expect(exported.artifacts?.map(({ kind }) => kind)).toEqual(["model", "model", "model", "model"]);
    const drawn = await lab.sample(model, { count: 4 });
    expect(drawn.artifacts?.map(({ kind }) => kind)).toEqual(["picture", "table"]);
    expect(readdirSync(at)).toEqual(before);

    // And what is exported is a model in its turn, whose data is told when it is not what the model was trained on.
    const there = join(at, "model");
    await exported.save(there);
    const again = await lab.evaluate(there, { samples: 5 });
    expect(again.value.importance).toEqual(recorded.value.importance);
    expect((await lab.export(there)).value).toEqual(exported.value);
    const description = join(there, "model.json");
    writeFileSync(
      description,
      readFileSync(description, "utf8").replace(/"data": "[^"]+"/, '"data": "stripes"'),
    );
    const notes: string[] = [];
    await lab.evaluate(
      there,
      { samples: 2 },
      { onEvent: (event) => event.type === "note" && notes.push(event.text) },
    );
    expect(notes).toEqual([expect.stringMatching(/^this is .+, where the model was trained on stripes$/)]);
  });

  test("on data of one's own, with an objective of one's own; the data stays open", async () => {
    const lab = createWorkbench({ objectives: [ownObjective()] }, { environment });
    const digits = await openDataset(
      { source: "digits", batchSize: 16, count: 60 } as never,
      {
        dataDirectory: undefined,
        cacheDirectory: folder(),
      } as never,
    );
    let closed = 0;
    const data: Dataset = { ...digits, name: "mine", close: () => closed++ };
    const job = await lab.prepare({ ...smallConfig(), objective: { kind: "mine", weight: 3 } } as never, {
      data,
    });
    expect(job.data.name).toBe("mine");
    const model = lab.model(job, await lastState(train(job)));
    const { value } = await lab.evaluate(model, { samples: 2 });
    expect(value.data).toBe("mine");
    expect(closed).toBe(0);
    expect(model.extensions).toMatchObject([{ registry: "objectives", name: "mine" }]);
    expect(existsSync("runs/demo")).toBe(false);
  });

  test("data that the caller has needs no source in the config", async () => {
    const lab = createWorkbench({}, { environment });
    const { data: _, ...rest } = smallConfig() as { data: unknown };
    const data = arrays({ images: new Uint8Array(20 * 144).fill(7), shape: [20, 12, 12] });
    const job = await lab.prepare({ ...rest, data: { batchSize: 8 } } as never, { data });
    expect([job.config.data.source, job.data.name]).toEqual(["memory", "arrays"]);
  });

  test("what can't be prepared is refused by name", async () => {
    const lab = createWorkbench({}, { environment });
    await expect(lab.prepare("nmist")).rejects.toMatchObject({ code: "config" });
    await expect(lab.prepare({ data: { source: "dgits" } } as never)).rejects.toMatchObject({
      code: "config",
    });
  });
});

test("a projection of one's own draws the map", async () => {
  const first = projection({
    name: "first-two",
    title: "First two",
    summary: "the first two latents",
    options: z.strictObject({}),
    project({ data, columns }) {
      const map = Float64Array.from(
        { length: (2 * data.length) / columns },
        (_, i) => data[(i >> 1) * columns + (i % 2)]!,
      );
      return { map, axes: ["z0", "z1"], metric: true, facts: { points: map.length / 2 } };
    },
  });
  const lab = createWorkbench({ projections: [first] }, { environment });
  const job = await lab.prepare(smallConfig("training.epochs=1"));
  const model = lab.model(job, await lastState(train(job)));
  const { value, artifacts = [] } = await lab.embed(model, { method: "first-two", count: 12 });
  expect(value).toMatchObject({ method: "first-two", count: 12, facts: { points: 12 } });
  const table = artifacts.find(({ kind }) => kind === "table") as Extract<Artifact, { kind: "table" }>;
  expect(table.heading).toEqual(["image", "x", "y", "label", "z0", "z1"]);
  for (const [, x, y, , z0, z1] of table.rows) expect([x, y]).toEqual([z0, z1]);
  await expect(lab.embed(model, { method: "first-tow" })).rejects.toMatchObject({
    message: 'unknown `method` "first-tow"',
    hint: expect.stringContaining("first-two"),
  });
});

describe("arrays that do not fit the model", () => {
  test("images of another size or type, latents of another length: named, with both numbers", async () => {
    const lab = createWorkbench({}, { environment });
    const job = await lab.prepare(smallConfig("training.epochs=1"));
    const model = await lab.model(job, await lastState(train(job))).compile();
    const shape = { height: 28, width: 28, channels: 1 };
    const images = (pixels: unknown, change = {}) =>
      ({ count: 2, ...shape, pixels, ...change }) as Parameters<typeof model.encode>[0];
    const wrong: [ReturnType<typeof images>, RegExp][] = [
      [images(new Uint8Array(2 * 784), { height: 32, width: 32 }), /32×32×1; the model takes 28×28×1/],
      [images(new Float32Array(2 * 784)), /Float32Array, not a Uint8Array/],
      [images(new Uint8Array(784)), /784 values: 2 images of 28×28×1 have 1568/],
    ];
    for (const [given, message] of wrong) {
      await expect(model.encode(given)).rejects.toMatchObject({
        code: "shape",
        message: expect.stringMatching(message),
      });
    }
    await expect(model.decode(new Float32Array(3))).rejects.toMatchObject({
      code: "shape",
      message: "latents has 3 numbers, which is not a multiple of 2 latents",
    });
    const untyped: [() => Promise<unknown>, string, string][] = [
      [() => model.encode(undefined as never), "usage", "`images` is undefined: expected { count, height,"],
      [() => model.encode(new Uint8Array(784) as never), "usage", "`images` is a Uint8Array of 784"],
      [() => model.decode([0, 1] as never), "usage", "`latents` is [0,1]: expected a Float32Array"],
      [() => model.decode(Float32Array.of(0, Number.NaN)), "data", "latents[1] is NaN, which has no image"],
    ];
    for (const [call, code, message] of untyped) {
      await expect(call()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    }
    const { mean } = await model.encode(images(new Uint8Array(2 * 784)));
    expect(mean).toHaveLength(4);
    expect((await model.decode(mean)).pixels).toHaveLength(2 * 784);
    await model.release();
  });
});
