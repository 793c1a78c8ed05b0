/** Exports beside the usual one: for PyTorch (run there by bench/parity/loaders.py), and with weights of 16 bits. */

import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { openModel } from "../trained/index.ts";
import { jobs } from "./catalogue.ts";
import { traverse } from "./draw/traverse.ts";
import { evaluate } from "./evaluate.ts";
import { exportJob } from "./export.ts";
import { importJob } from "./import.ts";
import type { AnyJob } from "./job.ts";
import { train } from "./train.ts";

async function trained(...set: string[]): Promise<{ run: string; out: string }> {
  const folder = temporaryFolder();
  const [run, out] = [join(folder, "run"), join(folder, "out")];
  await runJob(train, smallConfig("training.epochs=1", ...set), { out: run });
  return { run, out };
}

describe("for PyTorch", () => {
  test.each([
    ["mlp", ["model.hidden=[8]"], /self\.fc21 = nn\.Linear\(8, 2\)/],
    ["two layers", ["model.hidden=[8,6]", "model.activation=tanh"], /h = torch\.tanh\(self\.fc2\(h\)\)/],
    ["conv28", ["model={architecture: conv28, latentDim: 2}"], /self\.encoder\(x\)\.chunk\(2, 1\)/],
    [
      "conv, of an odd size",
      ["model={architecture: conv, latentDim: 2, width: 4, hidden: 8}", "data.size=29"],
      /nn\.ConvTranspose2d\(4, 1, 4, 2, 1, \(1, 1\)\)/,
    ],
  ])("%s: weights under the names that an import knows, and their class", async (_, set, line) => {
    const { run, out } = await trained(...set);
    const { value } = await saveJob(exportJob, run, { pytorch: true }, { out });
    expect(value.loader).toMatch(line);
    expect(readFileSync(join(out, "pytorch.py"), "utf8")).toBe(value.loader);
    const back = join(out, "back");
    const { model, data } = openModel(run).config;
    const same = [`model=${JSON.stringify(model)}`, `data=${JSON.stringify(data)}`];
    await runJob(importJob, join(out, "pytorch.safetensors"), { preset: "demo", set: same, out: back });
    expect(openModel(back).state.records()).toEqual(openModel(run).state.records());
  });

  test("a net of one's own has no class there", async () => {
    const { run } = await trained("objective.kind=conditional");
    const error = await failure("usage", () => runJob(exportJob, run, { pytorch: true }));
    expect(error.message).toContain("a conditional model");
  });
});

test("weights of 16 bits: half the size, the difference told, and a model for every job", async () => {
  const { run, out } = await trained("model.hidden=[64]");
  const { value } = await saveJob(exportJob, run, { precision: "fp16" }, { out });
  const { images, largest } = value.difference!;
  expect(images).toBe(12);
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThan(0.01);
  for (const name of ["encoder.onnx", "decoder.onnx", "weights.safetensors"]) {
    const share = statSync(join(out, name)).size / statSync(join(run, "model", name)).size;
    expect(share, name).toBeLessThan(0.56);
  }
  // Eleven bits of precision, and steps of 2⁻²⁴ at least.
  const [exact, rounded] = [run, out].map((path) => openModel(path).state.get("decoder.output.weight"));
  const steps = rounded!.map((value, i) => {
    const weight = Math.abs(exact![i]!);
    return Math.abs(Math.abs(value) - weight) / Math.max(2 ** -24, 2 ** (Math.floor(Math.log2(weight)) - 10));
  });
  expect(Math.max(...steps)).toBeLessThanOrEqual(0.5);
  expect(Math.max(...steps)).toBeGreaterThan(0.4);
  const both = [run, out].map(async (path) => (await runJob(evaluate, path, { samples: 5 })).value);
  const [before, after] = await Promise.all(both);
  const there = before!.importance.negativeElbo.mean;
  expect(after!.importance.negativeElbo.mean).not.toBe(there);
  expect(Math.abs(after!.importance.negativeElbo.mean / there - 1)).toBeLessThan(1e-3);
  await runJob(traverse, out, { only: "sheet", steps: 3 });
});

/** What is not of the model: when and where it was looked at, and what a run alone has. */
const surroundings = new Set(["measuredAt", "path", "paths", "seconds", "files", "bytes", "checks"]);
const ofTheModel = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (key, inner) => (surroundings.has(key) ? undefined : inner)));

test("every job that takes a model comes to the same from an exported folder as from the run", async () => {
  const folder = temporaryFolder();
  const [run, out] = [join(folder, "run"), join(folder, "elsewhere", "run")];
  await runJob(train, smallConfig("training.epochs=1"), { out: run });
  await saveJob(exportJob, run, {}, { out });
  const options: Readonly<Record<string, object>> = {
    embed: { method: "pca" },
    evaluate: { samples: 3 },
    interpolate: { steps: 3 },
    sample: { bestOf: 2, count: 4 },
    traverse: { only: "sheet", steps: 3 },
  };
  const looked: string[] = [];
  for (const [name, load] of Object.entries(jobs)) {
    const job: AnyJob = await load();
    if (job.takes !== "model") continue;
    looked.push(name);
    const [one, other] = await Promise.all(
      [run, out].map(async (path) => (await runJob(job, path, options[name] ?? {})).value as object),
    );
    expect(ofTheModel(other!), name).toEqual(ofTheModel(one!));
  }
  expect(looked).toEqual([
    ...["reconstruct", "sample", "interpolate", "traverse", "embed", "usage", "manifold", "evaluate"],
    ...["report", "verify", "encode", "export"],
  ]);
});
