/**
 * Weights from PyTorch: files that `torch.save` wrote, and nets whose answers PyTorch gave (bench/parity/state_dicts.py).
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { made } from "../../test/helpers/made.ts";
import { smallSettings } from "../../test/helpers/small-run.ts";
import { decodeSafetensors, encodeSafetensors, type TensorRecord } from "../base/safetensors.ts";
import { decoderProgram, encoderProgram } from "../latent/index.ts";
import type { Feeds } from "../runtime/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { openModel } from "../trained/index.ts";
import { evaluate } from "./evaluate.ts";
import { importJob } from "./import.ts";
import type { AnyJob } from "./job.ts";
import { report } from "./report.ts";
import { resume } from "./resume.ts";
import { train } from "./train.ts";
import { verify } from "./verify.ts";

const fixtures = "test/fixtures/pytorch";
const answers = JSON.parse(readFileSync(join(fixtures, "answers.json"), "utf8")) as Record<
  string,
  { tensors?: [string, number[]][]; mean: number[]; logVariance: number[]; image: number[] }
>;

/** The file of a net whose weights are made here. */
function madeFile(folder: string, name: string): string {
  const tensors: Record<string, TensorRecord> = {};
  for (const [salt, [key, shape]] of answers[name]!.tensors!.entries()) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (key.endsWith("num_batches_tracked")) {
      tensors[key] = { dtype: "I64", shape, data: new BigInt64Array(1) };
      continue;
    }
    const bound = shape.length > 1 ? (6 / (count / shape[0]!)) ** 0.5 : 0.5;
    const [low, high] = key.endsWith("running_var") ? [0.5, 1.5] : [-bound, bound];
    tensors[key] = { dtype: "F32", shape, data: made(count, salt, low, high) };
  }
  const path = join(folder, `${name}.safetensors`);
  writeFileSync(path, encodeSafetensors(tensors));
  return path;
}

/** Outputs of an imported run for the pictures and latents of the fixtures are PyTorch's. */
async function expectAnswers(run: string, name: string): Promise<void> {
  const { vae, state } = openModel(run);
  const { height, width, channels } = vae.image;
  const area = height * width;
  const size = area * channels;
  /** Where a number of PyTorch's `[image, channel, place]` lies in `[image, place, channel]`. */
  const at = (i: number): number => {
    const inside = i % size;
    return i - inside + (inside % area) * channels + Math.floor(inside / area);
  };
  const pixels = new Float32Array(2 * size);
  for (const [i, value] of made(2 * size, 1000, 0, 256).entries()) {
    pixels[at(i)] = Math.min(255, Math.floor(value)) / 255;
  }
  const latents = made(2 * vae.latentDim, 2000, -2, 2);
  const runtime = await createRuntime();
  const answer = async ({ program }: ReturnType<typeof encoderProgram>, feeds: Feeds) => {
    const session = await runtime.compile(program);
    const outputs = await session.run({ ...state.feeds(program), ...feeds });
    await session.release();
    return outputs;
  };
  const image = { dtype: "float32", shape: [2, height, width, channels], data: pixels } as const;
  const latent = { dtype: "float32", shape: [2, vae.latentDim], data: latents } as const;
  const found = {
    ...(await answer(encoderProgram(vae), { image })),
    ...(await answer(decoderProgram(vae), { latent })),
  };
  const expected = answers[name]!;
  const decoded = expected.image.map((_, k) => found.image!.data[at(37 * k)]);
  for (const [numbers, theirs] of [
    [found.mean!.data, expected.mean],
    [found.logVariance!.data, expected.logVariance],
    [decoded, expected.image],
  ] as const) {
    expect(numbers.length).toBe(theirs.length);
    const furthest = Math.max(...theirs.map((value, i) => Math.abs(Number(numbers[i]) - value)));
    expect(furthest).toBeLessThan(1e-5);
  }
}

describe("import", () => {
  it.each([
    ["examples", "examples.pt", { hidden: [8], latentDim: 3 }],
    ["tutorial", "tutorial.pth", { hidden: [6, 6], latentDim: 2 }],
  ])("%s, as torch.save wrote it: PyTorch's outputs", async (name, file, model) => {
    const out = join(temporaryFolder(), "run");
    const { value } = await runJob(importJob, join(fixtures, file), { out });
    expect(value.tensors.every(({ by }) => by === "known name")).toBe(true);
    expect(openModel(out).config.model).toMatchObject(model);
    await expectAnswers(out, name);
  });

  it.each([
    ["notebook", { architecture: "conv28", latentDim: 4 }, 0],
    ["faces", { architecture: "celeba", latentDim: 5 }, 10],
  ])("%s, known by its names: PyTorch's outputs", async (name, model, counters) => {
    const folder = temporaryFolder();
    const out = join(folder, "run");
    const { value } = await runJob(importJob, madeFile(folder, name), { out });
    expect(value.ignored.length).toBe(counters);
    expect(openModel(out).config.model).toMatchObject(model);
    await expectAnswers(out, name);
  });

  it("a net of no known names, by order and shape, both moments in one layer", async () => {
    const folder = temporaryFolder();
    const [file, out] = [madeFile(folder, "burgess"), join(folder, "run")];
    const sprites = ["data.source=sprites", "data.size=32", "data.limit=20"];
    const net = { architecture: "burgess", set: [...sprites, "model.latentDim=3"], out };
    const { value } = await runJob(importJob, file, net);
    expect(value.tensors.filter(({ name }) => /mean|variance/.test(name)).map(({ from }) => from)).toEqual([
      "moments.weight[0:3]",
      "moments.weight[3:6]",
      "moments.bias[0:3]",
      "moments.bias[3:6]",
    ]);
    await expectAnswers(out, "burgess");
    const wrong = { ...net, set: [...sprites, "model.latentDim=4"], out: join(folder, "other") };
    const error = await failure("data", () => runJob(importJob, file, wrong));
    expect(error.message).toContain("no tensor for encoder.mean.weight [4, 256]");
    expect(error.message).toContain("left over: moments.weight [6, 256]");
    const more = madeFile(folder, "notebook");
    const { tensors } = decodeSafetensors(readFileSync(more), more);
    writeFileSync(more, encodeSafetensors({ ...tensors, "extra.weight": tensors["decoder.0.bias"]! }));
    const extra = await failure("data", () => runJob(importJob, more, { out: join(folder, "other") }));
    expect(extra.message).toMatch(
      /notebook\.safetensors does not fit the model; left over: extra\.weight \[\d+\]$/,
    );
    const unnamed = await failure("usage", () => runJob(importJob, file, { out: join(folder, "other") }));
    expect(unnamed.message).toContain("are of no known net");
  });

  it("a run that everything takes, and that training goes on from with fresh moments", async () => {
    const folder = temporaryFolder();
    const trained = join(folder, "trained");
    await runJob(train, "demo", { out: trained, set: [...smallSettings, "training.epochs=2"] });
    const out = join(folder, "run");
    const { value } = await runJob(importJob, join(trained, "model/weights.safetensors"), { out });
    expect([value.net, value.tensors[0]!.by]).toEqual(["a model that betalab exported", "name"]);
    const both = [trained, out].map((path) => runJob(evaluate, path, { samples: 3 }));
    const [before, after] = await Promise.all(both);
    expect(after!.value.importance).toEqual(before!.value.importance);
    for (const job of [report, verify]) await runJob(job as AnyJob, out, {});
    const resumed = await runJob(resume, out, { epochs: 1 });
    // Weights as they were, Adam from the beginning: the first epoch of them both differs from a third one.
    expect(resumed.value).toMatchObject({ status: "finished", step: 6 });
    const there = before!.value.importance.negativeElbo.mean;
    expect(Math.abs(resumed.value.heldOut!.negativeElbo - there)).toBeLessThan(0.1 * there);
    const { imported } = JSON.parse(readFileSync(join(out, "run.json"), "utf8"));
    expect(imported.file).toMatch(/weights\.safetensors$/);
    expect(imported.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("refuses weights that are not numbers, two names for one net, and metadata of others by its name", async () => {
    const folder = temporaryFolder();
    const path = madeFile(folder, "notebook");
    const { tensors } = decodeSafetensors(readFileSync(path), path);
    (tensors["decoder.0.bias"]!.data as Float32Array)[2] = Number.NaN;
    writeFileSync(path, encodeSafetensors(tensors));
    const broken = await failure("data", () => runJob(importJob, path, { out: join(folder, "run") }));
    expect(broken.message).toContain("decoder.0.bias holds NaN at 2");
    const both = { preset: "demo", architecture: "mlp" };
    expect((await failure("usage", () => runJob(importJob, path, both))).message).toContain("`architecture`");
    writeFileSync(path, encodeSafetensors(tensors, { classes: "10" }));
    expect((await failure("data", () => runJob(importJob, path, {}))).message).toBe(
      `${path} has metadata "classes" that no export of betalab wrote`,
    );
  });
});
