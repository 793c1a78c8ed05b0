/** A lab in Node, as the page's worker has it. */

import { expect, test } from "vitest";
import { encodeSafetensors } from "../../../src/base/safetensors.ts";
import { openDataset } from "../../../src/data/index.ts";
import { createRuntime } from "../../../src/runtime/web.ts";
import { buildJob, inferenceState } from "../../../src/trained/web.ts";
import { State } from "../../../src/training/index.ts";
import { Lab } from "./lab.ts";
import type { Files, LabEvent, Opened, OpenRequest } from "./protocol.ts";
import { configs, registries } from "./registries.ts";

const { config } = configs.resolve("demo", {
  set: ["data.count=100", "data.batchSize=30", "model.hidden=[8]", "model.latentDim=3", "training.epochs=2"],
});

async function opened(more: Partial<OpenRequest> = {}) {
  const events: LabEvent[] = [];
  const lab = await Lab.open({ kind: "open", config, device: "cpu", ...more }, (event) => events.push(event));
  let id = 0;
  async function ask<T>(request: object): Promise<T> {
    lab.take({ ...request, id: ++id } as never);
    for (;;) {
      const answer = events.find((one) => "id" in one && one.id === id);
      if (answer?.kind === "answer") return answer.value as T;
      if (answer?.kind === "refused") throw new Error(answer.message);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  const opening = events.find(({ kind }) => kind === "opened") as Opened;
  return { lab, ask, opening };
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("who pauses and goes on while a slow training rests between two steps has one training, not two", async () => {
  const long = configs.resolve(config, { set: ["training.epochs=100"] }).config;
  const { lab, ask } = await opened({ config: long });
  lab.take({ kind: "speed", stepsPerSecond: 5 });
  for (let i = 0; i < 4; i++) {
    lab.take({ kind: "train" });
    await wait(20);
    lab.take({ kind: "pause" });
    await wait(20);
  }
  lab.take({ kind: "train" });
  await wait(300);
  const before = await ask<number>({ kind: "steps" });
  await wait(1000);
  const after = await ask<number>({ kind: "steps" });
  lab.take({ kind: "pause" });
  expect(after - before).toBeGreaterThanOrEqual(2);
  expect(after - before).toBeLessThanOrEqual(7);
});

test("a model that is only looked at gives no files, and stays what it is when it is asked for them", async () => {
  const data = await openDataset(config.data, {}, registries.sources);
  const job = buildJob(config, data, await createRuntime(), registries);
  const weights = encodeSafetensors(State.initial(inferenceState(job.vae), 99).records());
  const { ask } = await opened({ shown: { step: 44, weights } });
  const question = { kind: "decode", latent: Float32Array.of(2, -2, 2), label: 0 };
  const before = await ask<Uint8Array>(question);
  await expect(ask({ kind: "files" })).rejects.toThrow("nothing was trained yet: press Train first");
  expect(await ask(question)).toEqual(before);
  expect(await ask({ kind: "steps" })).toBe(44);
});

test("a training that is opened at an epoch's end can be taken along again", async () => {
  const { lab, ask } = await opened();
  for (let i = 0; i < 3; i++) lab.take({ kind: "step" });
  const { checkpoint, epoch } = await ask<Files>({ kind: "files" });
  expect([checkpoint.step, epoch]).toEqual([3, 1]);
  const again = await (await opened({ from: checkpoint })).ask<Files>({ kind: "files" });
  expect([again.checkpoint.step, again.epoch]).toEqual([3, 1]);
  expect(again.checkpoint.file).toEqual(checkpoint.file);
  expect(again.halves.weights.length).toBeGreaterThan(0);
});

test("other data than a run was trained on, and a prior that is learned, are said", async () => {
  const { lab, ask, opening } = await opened();
  lab.take({ kind: "step" });
  const { checkpoint } = await ask<Files>({ kind: "files" });
  const { dataName: name, fingerprint } = opening;
  const again = async (data: { name: string; fingerprint: string }) =>
    (await opened({ from: { ...checkpoint, data } })).opening.notes;
  expect(await again({ name, fingerprint })).toEqual(opening.notes);
  expect(await again({ name: "60 pictures", fingerprint: "0" })).toContain(
    "this is digits, other data than 60 pictures that the model was trained on",
  );
  expect(opening.notes.join()).not.toContain("prior");
  const learned = configs.resolve(config, { set: ["model.prior.kind=mixture"] }).config;
  expect((await opened({ config: learned })).opening.notes.join()).toContain(
    "the prior of this model is learned",
  );
});
