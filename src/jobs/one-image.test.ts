/** A folder of ten pictures holds one out: what can't be known of a single image is left out, and said. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { curves } from "./draw/curves.ts";
import { embed } from "./draw/embed.ts";
import { interpolate } from "./draw/interpolate.ts";
import { usage } from "./draw/usage.ts";
import { evaluate } from "./evaluate.ts";
import { describeEvaluation } from "./evaluation-rows.ts";
import { report } from "./report.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = join(folder, "run");

beforeAll(async () => {
  const config = {
    preset: "demo",
    data: { count: 10, batchSize: 4 },
    model: { likelihood: { kind: "gaussian", sigma: 0.05 }, hidden: [8], latentDim: 3 },
    training: { epochs: 1 },
  } as const;
  await runJob(train, config, { out: run });
});

test("an evaluation says nothing of how images differ", async () => {
  const { value } = await runJob(evaluate, run, { samples: 5 });
  const { sections } = describeEvaluation(value);
  expect(value.images).toBe(1);
  expect(JSON.stringify(sections)).not.toContain("NaN");
  expect(sections.find(({ title }) => title === "Latents")!.notes).toEqual([
    "no Var_x μ of one image: which units are active is not known",
  ]);
  const found = value.diagnoses.map(({ name }) => name);
  expect(found).not.toContain("sigma-swallows-signal");
  expect(found).not.toContain("decoder-ignores-latents");
});

test("usage names no active latents", async () => {
  const { notes, artifacts } = await runJob(usage, run, {});
  expect(notes).toContain("which latents are active is not known: one image does not vary");
  const [chart] = artifacts!;
  expect(chart!.kind === "chart" && chart!.chart.svg).toMatch(/nats\/image in 3 latents</);
});

test("a number that was logged in 32 bits is written as it was meant", async () => {
  const { artifacts } = await runJob(curves, [run], {});
  const [chart] = artifacts!;
  expect(chart!.kind === "chart" && chart!.chart.svg).toContain("σ 0.05, ");
});

test("a report's map is the plane of two latents", async () => {
  const { artifacts } = await runJob(report, run, {});
  const [page] = artifacts!;
  const html = page!.kind === "page" ? page!.html : "";
  expect(html).toContain("a single image has no principal components");
  expect(html).toContain("In the one held-out image the latents carry");
  expect(html).not.toMatch(/active latents|How active each latent is|NaN nats|undefined/);
});

test("what needs more images says how many there are, and what to do", async () => {
  expect(await failure("usage", () => runJob(interpolate, run, {}))).toMatchObject({
    message: "an interpolation is between 2 images, or 4 corners: the split has 1 image",
    hint: "`split` takes the other one, `pictures` are your own",
  });
  expect(await failure("shape", () => runJob(embed, run, {}))).toMatchObject({
    message: "t-SNE needs at least 5 points, not 1",
    hint: "take more of them, or PCA, which needs two",
  });
  expect((await failure("shape", () => runJob(embed, run, { method: "pca" }))).message).toBe(
    "PCA needs at least 2 points, not 1",
  );
});
