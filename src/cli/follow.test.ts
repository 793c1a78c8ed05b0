import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { follow, type JobEvent } from "../jobs/index.ts";
import { train } from "../jobs/train.ts";
import { follower } from "./follow.ts";
import { Output } from "./output.ts";

const folder = temporaryFolders();

test("before the first step: width and depth of the net, and parameters; after it, what an epoch will take", async () => {
  const io = memoryIo({});
  const config = smallConfig("training.epochs=1", "model={architecture: residual, latentDim: 2}");
  const events: JobEvent[] = [];
  await runJob(train, config, { out: `${folder()}/run` }, { onEvent: (event) => events.push(event) });
  const first = events.findIndex(({ type }) => type === "step");
  const told = async function* (): AsyncGenerator<JobEvent, void, void> {
    yield* events.slice(0, first);
  };
  await follow(told(), follower(new Output(io, { json: false, quiet: false }), io.now));
  // 28×28 halves twice; a side of 64 or less has 64 channels to begin with.
  expect(io.err()).toMatch(/residual of width 64 and depth 2 with [\d,]+ parameters, 2 latents; cpu/);
  const forecast = /^forecast: about [\d.:]+( \w+)? an epoch, [\d.]+ GB of memory$/;
  expect(events[first + 1]).toEqual({ type: "note", text: expect.stringMatching(forecast) });
});

/** What stands on an 80-column terminal while a real training runs; each redraw is of another time. */
async function liveLines(objective: string): Promise<string[]> {
  const io = memoryIo({ terminal: true, columns: 80 });
  const events: JobEvent[] = [];
  const config = smallConfig("training.epochs=1", "training.stepsPerCall=2", objective);
  await runJob(train, config, { out: `${folder()}/run` }, { onEvent: (event) => events.push(event) });
  const told = async function* (): AsyncGenerator<JobEvent, void, void> {
    for (const event of events) {
      io.wait(200);
      yield event;
    }
  };
  await follow(told(), follower(new Output(io, { json: false, quiet: false }), io.now));
  return io
    .err()
    .split("\r\u001b[2K")
    .filter((line) => line.startsWith("epoch 1/1") && !line.includes("held-out"));
}

test("β is on the live line where it changes, as it is at that step", async () => {
  const ramp = "objective={kind: annealed, beta: {schedule: linear, start: 0, end: 1}}";
  const lines = await liveLines(ramp);
  // Three calls of two steps: β of the last one of each, where six steps go from 0 to 1. The forecast redraws the first.
  const betas = lines.map((line) => Number(/ {2}β (\S+)/.exec(line)?.[1]));
  expect(betas).toEqual([1 / 5, 1 / 5, 3 / 5, 1]);
  for (const line of lines) {
    expect(line).toMatch(/kl \S+ nats\/image/);
    expect(Array.from(line).length).toBeLessThan(80);
  }
});

test("of a weight for each latent stands the norm; a fixed β is no news", async () => {
  const soft = await liveLines("objective={kind: softFreeBits}");
  const norms = soft.map((line) => Number(/‖γ‖ (\S+)/.exec(line)?.[1]));
  // Two weights of at most 1 each.
  expect(norms.every((norm) => norm > 0 && norm <= Math.SQRT2)).toBe(true);
  expect((await liveLines("objective.beta=4")).join()).not.toMatch(/β|γ/);
});
