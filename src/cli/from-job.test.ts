/** What the adapter from jobs to commands adds of its own. */
import { expect, test } from "vitest";
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

test("a note names options as flags, on the terminal and in the value", async () => {
  const note = "`oneWay` chooses, `other` does not; where, the option `data` of another command says";
  const workbench = {
    async *events() {
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
});
