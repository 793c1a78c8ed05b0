/** What the adapter from jobs to commands adds of its own. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import type { JobDescription, Workbench } from "../workbench/index.ts";
import type { CommandIo } from "./command.ts";
import { commandOf } from "./from-job.ts";
import { Output } from "./output.ts";

const job: JobDescription = {
  name: "draw",
  summary: "draws",
  example: "betalab draw",
  takes: "nothing",
  options: [{ name: "oneWay", type: "boolean", description: "there" }],
  value: {},
};

test("a place that can't be written to is refused before the work begins", async () => {
  const drawing = { ...job, takes: "model", artifacts: true, destination: "x" } as const;
  const workbench = { events: () => expect.fail("begun") } as unknown as Workbench;
  const io = { ...memoryIo(), output: new Output(memoryIo(), { json: true, quiet: false }) };
  const out = join(import.meta.filename, "below");
  const run = () => commandOf(drawing, async () => workbench).run(["."], { out }, io as unknown as CommandIo);
  expect((await failure("disk", run)).message).toBe(
    `can't write ${out}: part of its path is a file, not a folder`,
  );
});

test("where what listens fails, the job is let go", async () => {
  const told: string[] = [];
  const workbench = {
    async *events() {
      try {
        yield { type: "note", text: "one" };
        told.push("went on");
      } finally {
        told.push("let go");
      }
    },
  } as unknown as Workbench;
  const output = { note: () => expect.fail("no terminal"), progress: {} };
  const given = { ...memoryIo(), output } as unknown as CommandIo;
  await expect(commandOf(job, async () => workbench).run([], {}, given)).rejects.toThrow("no terminal");
  expect(told).toEqual(["let go"]);
});

test("a note names options as flags, on the terminal and in the value", async () => {
  const note = "`oneWay` chooses, `other` does not; where, the option `data` of another command says";
  const prepared = {
    ...{ type: "prepared", path: "run", parameters: 1, derived: {}, notes: ["`oneWay`"] },
    ...{ config: { model: {}, training: {} }, runtime: {} },
    data: { name: "digits", train: { images: { count: 1 } }, heldOut: { images: { count: 1 } } },
  };
  const workbench = {
    async *events() {
      yield prepared;
      yield { type: "note", text: note };
      return { value: { done: true }, artifacts: [], notes: [note], save: async () => [] };
    },
  } as unknown as Workbench;
  const io = memoryIo();
  const output = new Output(io, { json: true, quiet: false });
  const given = { ...io, output } as unknown as CommandIo;
  const result = await commandOf(job, async () => workbench).run([], {}, given);
  const dressed = "--one-way chooses, `other` does not; where, the option --data of another command says";
  expect(result?.value).toEqual({ done: true, notes: [dressed] });
  expect(io.err()).toContain(dressed);
  expect(io.err()).toContain("\n--one-way\n");
});
