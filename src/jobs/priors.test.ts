/** Models with a learned prior through all that takes weights in and out: what comes back is what was trained. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { decodeBase64 } from "../base/base64.ts";
import { configuration, extend } from "../config/index.ts";
import { shipped } from "../config/node.ts";
import { priorDraws, priorMedians, priorOf, priorQuantiles } from "../latent/index.ts";
import { priors } from "../models/index.ts";
import type { Live } from "../pages/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { openModel, posteriorsOf } from "../trained/index.ts";
import { sample } from "./draw/sample.ts";
import { traverse } from "./draw/traverse.ts";
import { encode } from "./encode.ts";
import { evaluate } from "./evaluate.ts";
import { describeEvaluation } from "./evaluation-rows.ts";
import { exportJob } from "./export.ts";
import { importJob } from "./import.ts";
import { report } from "./report.ts";
import { train } from "./train.ts";

describe.each(["mixture", "vamp"])("%s", (kind) => {
  const folder = mkdtempSync(join(tmpdir(), "betalab-priors-"));
  const [run, out] = [join(folder, "run"), join(folder, "out")];
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    await runJob(train, smallConfig(`model.prior={kind: ${kind}, components: 5}`), { out: run });
    await saveJob(exportJob, run, { pytorch: true }, { out });
  });

  test("prior.onnx, read back, has the components of the weights", async () => {
    const runtime = await createRuntime();
    const { vae, state } = openModel(run);
    const expected = await priorOf({ runtime, vae, state });
    const session = await runtime.open(readFileSync(join(out, "prior.onnx")), "prior.onnx");
    const found = await session.run({});
    await session.release();
    for (const [name, numbers] of Object.entries(expected!)) {
      const read = [...(found[name]!.data as Float32Array)];
      expect(read).toHaveLength(name === "logWeights" ? 5 : 10);
      expect(read.map((one, i) => Math.abs(one - numbers[i]!)).every((error) => error < 1e-5)).toBe(true);
    }
    const weights = [...(found.logWeights!.data as Float32Array)].map(Math.exp);
    expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  });

  test("export for PyTorch has the prior, and an import finds net and prior by name", async () => {
    const python = readFileSync(join(out, "pytorch.py"), "utf8");
    expect(python).toContain("self.prior = nn.ParameterDict({");
    expect(python).toContain("def sample(self, count):  # latents from the prior: [count, 2]");
    for (const file of ["pytorch.safetensors", "weights.safetensors"]) {
      const back = join(folder, file);
      const { value } = await runJob(importJob, join(out, file), { out: back, set: ["data.source=digits"] });
      expect(value.tensors.some(({ name }) => name.startsWith("prior."))).toBe(true);
      expect(openModel(back).config.model.prior).toEqual({ kind, components: 5 });
      expect(openModel(back).state.records()).toEqual(openModel(run).state.records());
    }
  });

  test("traversals, sheets and reports go by its own quantiles, medians and draws", async () => {
    const { vae, state } = openModel(run);
    const prior = await priorOf({ runtime: await createRuntime(), vae, state });
    const { value } = await runJob(traverse, out, { only: "sheet" });
    expect(value.range).toBe("prior quantiles 0.01–0.99");
    for (const { dimension, from, to } of value.dimensions) {
      const [low, high] = priorQuantiles(2, 0.01, dimension, prior);
      expect([from - low!, to - high!].every((off) => Math.abs(off) < 1e-9)).toBe(true);
    }
    const fixed = await runJob(traverse, out, { only: "sheet", reach: 2 });
    expect(fixed.value.range).toBe("±2");

    const { artifacts = [] } = await runJob(report, run, {});
    const html = artifacts.flatMap((one) => (one.kind === "page" ? [one.html] : [])).join();
    expect(html).toContain("64 draws from the learned prior, decoded.");
    expect(html).toContain("through the quantiles of its prior that head the columns");
    const live = JSON.parse(/id="live-data">([^<]*)</.exec(html)![1]!) as Live;
    expect(live.prior!.middle).toEqual([...priorMedians(2, prior)]);
    const draws = new Float32Array(decodeBase64(live.prior!.draws).buffer);
    expect([...draws]).toEqual([...priorDraws(256, 2, openModel(run).config.seed, 1, prior)]);
    for (const { dimension, reach } of live.latents) {
      const [low, high] = priorQuantiles(2, 0.01, dimension, prior);
      expect(reach).toBeGreaterThanOrEqual(Math.max(3, -low!, high!));
    }
  });

  test("encode, sample --best-of and evaluate: from the exported folder as from the run", async () => {
    const opened = openModel(run);
    const set = await opened.data();
    const { mean } = await posteriorsOf(opened, set, "heldOut");
    set.close();
    const codes = await saveJob(encode, out, {}, { out: join(folder, "codes.csv") });
    const lines = readFileSync(codes.paths[0]!, "utf8").trim().split("\n").slice(1);
    const read = lines.flatMap((line) =>
      line
        .split(",")
        .slice(2, 4)
        .map((one) => Math.fround(Number(one))),
    );
    expect(read).toEqual([...mean]);

    const options = { count: 4, bestOf: 3, measure: "ssim", bare: true } as const;
    const [one, other] = [run, out].map(async (path) => {
      const { value, artifacts = [] } = await runJob(sample, path, options);
      const pixels = artifacts.flatMap((one) =>
        one.kind === "picture" ? [...one.picture.raster.pixels] : [],
      );
      return { value, pixels };
    });
    expect((await one!).pixels.length).toBeGreaterThan(4 * 28 * 28);
    expect(await one).toEqual(await other);

    const [before, after] = await Promise.all(
      [run, out].map(async (path) => (await runJob(evaluate, path, { samples: 3 })).value),
    );
    expect(after!.importance).toEqual(before!.importance);
    expect(after!.decomposition).toEqual(before!.decomposition);
    const latents = describeEvaluation(after!).sections.find(({ title }) => title === "Latents")!;
    expect([after!.prior, latents.columns[1]]).toEqual([kind, "KL to N(0, 1) (nats)"]);
  });
});

test("a prior of one's own has no form for PyTorch, and is called by its name", async () => {
  const mine = { ...priors.find(({ name }) => name === "mixture")!, name: "mine" };
  const registries = extend(shipped, { priors: [mine] });
  const run = join(mkdtempSync(join(tmpdir(), "betalab-priors-")), "run");
  const settings = [
    "model.prior={kind: mine, components: 3}",
    "training.epochs=1",
    "data.count=120",
    "data.batchSize=16",
  ];
  const { config } = configuration(registries).resolve("demo", { set: settings });
  await runJob(train, config, { out: run }, { registries });
  const error = await failure("usage", () => runJob(exportJob, run, { pytorch: true }, { registries }));
  expect(error.message).toContain("the prior mine has no form for PyTorch");
  rmSync(join(run, ".."), { recursive: true });
});
