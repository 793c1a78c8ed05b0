/** What a finished run leaves: the last weights, their averages, or those of the best epoch, and the same after a resume. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallConfig, timeless } from "../../test/helpers/small-run.ts";
import { decodeSafetensors } from "../base/safetensors.ts";
import { shipped } from "../config/node.ts";
import { RunDirectory } from "../runs/index.ts";
import { OpenRun } from "../trained/index.ts";
import type { JobEvent, RunEvent } from "./index.ts";
import { continueRun, freePath, startRun } from "./run-training.ts";
import { verify } from "./verify.ts";

const place = { environment: {}, registries: shipped };

async function eventsOf(events: AsyncIterable<JobEvent>, until?: (event: JobEvent) => boolean) {
  const seen: JobEvent[] = [];
  for await (const event of events) {
    seen.push(event);
    if (until?.(event)) break;
  }
  return seen;
}

const ofType = <T extends RunEvent["type"]>(events: readonly JobEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

const exportedWeights = (path: string) => {
  const file = join(path, "model", "weights.safetensors");
  return decodeSafetensors(readFileSync(file), file);
};

const restless = ["training.epochs=8", "optimizer.learningRate=0.3", "training.keepBest=true"];

test("training.keepBest: the best epoch's weights are exported and opened, and the events and notes say so", async () => {
  const path = join(temporaryFolder(), "run");
  const events = await eventsOf(startRun(smallConfig(...restless), place, path));
  const best = ofType(events, "epoch").findLast((event) => event.best)!;
  expect(best.epoch).toBeLessThan(8); // With such a rate the last epoch is not the best one.
  expect(ofType(events, "exported")).toMatchObject([{ step: best.step }]);
  expect(ofType(events, "prepared")[0]!.notes).toContain(
    "the weights of the epoch with the lowest held-out negativeElbo are the model that is exported and opened (training.keepBest)",
  );
  const { tensors, metadata } = exportedWeights(path);
  expect(metadata.steps).toBe(String(best.step));
  const weight = best.state.get("decoder.output.weight");
  expect(tensors["decoder.output.weight"]!.data).toEqual(weight);
  const open = OpenRun.open(path);
  expect([open.step, open.state.get("decoder.output.weight")]).toEqual([best.step, weight]);
  expect(RunDirectory.open(path).checkpoints.newest()!.checkpoint.step).toBe(48);
});

test("training.stopAfter ends a run as finished; stopped half-way and resumed, it ends with the same model", async () => {
  const config = smallConfig(...restless, "training.epochs=30", "training.stopAfter=2");
  const [whole, parted] = [join(temporaryFolder(), "a"), join(temporaryFolder(), "b")];
  const events = await eventsOf(startRun(config, place, whole));
  const end = ofType(events, "end")[0]!;
  expect(end.reason).toBe("stopped");
  expect(RunDirectory.open(whole).information).toMatchObject({
    status: "finished",
    progress: { step: end.step },
  });
  await eventsOf(startRun(config, place, parted), (event) => event.type === "pictures" && event.epoch === 2);
  const rest = await eventsOf(continueRun(parted, place));
  expect(ofType(rest, "end")[0]).toMatchObject({ reason: "stopped", step: end.step });
  expect(exportedWeights(parted).tensors).toEqual(exportedWeights(whole).tensors);
});

test("stopped before an epoch was evaluated: nothing is lost, and the resumed run evaluates it, once", async () => {
  const [whole, parted] = [join(temporaryFolder(), "a"), join(temporaryFolder(), "b")];
  await eventsOf(startRun(smallConfig(), place, whole));
  const controller = new AbortController();
  await eventsOf(startRun(smallConfig(), { ...place, signal: controller.signal }, parted), (event) => {
    if (event.type === "log") controller.abort();
    return false;
  });
  expect(RunDirectory.open(parted).information).toMatchObject({
    status: "interrupted",
    progress: { step: 6, epoch: 1 },
  });
  const { value } = await runJob(verify, parted, {});
  expect(new Set(value.files.map(({ status }) => status))).toEqual(new Set(["good"]));
  // As killed between the evaluation's line and its checkpoint.
  await eventsOf(continueRun(parted, place), ({ type }) => type === "epoch");
  expect(readFileSync(join(parted, "metrics.jsonl"), "utf8")).toContain('"split":"heldOut"');
  const rest = await eventsOf(continueRun(parted, place));
  expect(ofType(rest, "prepared")[0]!.notes.join("\n")).not.toContain("has lost");
  const speeds = readFileSync(join(parted, "metrics.jsonl"), "utf8").match(/"imagesPerSecond":[^,]+/g)!;
  expect(speeds).toHaveLength(3); // Two lines of training, and one evaluation after the steps of its epoch.
  expect(speeds.every((text) => Number(text.split(":")[1]) > 0)).toBe(true);
  const log = (path: string) => timeless(readFileSync(join(path, "metrics.jsonl")));
  expect(log(parted)).toBe(log(whole));
  expect(exportedWeights(parted).tensors).toEqual(exportedWeights(whole).tensors);
});

test("optimizer.averaging: what is exported and opened are the averages", async () => {
  const path = join(temporaryFolder(), "run");
  const events = await eventsOf(startRun(smallConfig("optimizer.averaging=0.9"), place, path));
  const { state } = ofType(events, "end")[0]!;
  const average = state.get("average.decoder.output.weight");
  expect(average).not.toEqual(state.get("decoder.output.weight"));
  expect(exportedWeights(path).tensors["decoder.output.weight"]!.data).toEqual(average);
  expect(OpenRun.open(path).state.get("decoder.output.weight")).toEqual(average);
  expect(JSON.parse(readFileSync(join(path, "model", "model.json"), "utf8"))).toMatchObject({
    weights: "exponential moving average over training steps, decay 0.9",
  });
  expect(ofType(events, "prepared")[0]!.notes).toContain(
    "evaluation, pictures and export use weights averaged over steps (optimizer.averaging 0.9)",
  );
});

test("a name that nobody asked for and that was taken meanwhile: the next free one", async () => {
  const taken = join(temporaryFolder(), "run");
  await eventsOf(startRun(smallConfig(), place, taken), ({ type }) => type === "prepared");
  let isFirst = true;
  const free = (): string => {
    if (!isFirst) return freePath(taken);
    isFirst = false;
    return taken;
  };
  const events = await eventsOf(startRun(smallConfig(), place, free), ({ type }) => type === "prepared");
  expect(ofType(events, "prepared")[0]!.path).toBe(`${taken}-2`);
});
