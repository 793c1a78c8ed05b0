/** `betalab train` and `resume` on small real runs, without a process: what they make, refuse and keep. */

import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { checkpoints, commandLine, edit, information, read } from "../../test/helpers/command-line.ts";
import { smallFlags, timeless } from "../../test/helpers/small-run.ts";

const { folder, finished, training, cli, failing, train, copyOfRun } = commandLine();

describe("train", () => {
  test("--json: one value on stdout with what a script needs, everything else on stderr", () => {
    expect(training.result!.status).toBe(0);
    expect(training.result!.out.split("\n")).toHaveLength(2);
    const value = JSON.parse(training.result!.out);
    expect(value).toMatchObject({ path: finished, status: "finished", step: 12, epochs: 2 });
    const { negativeElbo, reconstruction, kl, klPerDimension, images } = value.heldOut;
    expect(negativeElbo).toBe(reconstruction + kl);
    expect([klPerDimension.length, images]).toEqual([2, 12]);
    for (const path of [...value.pictures, ...value.model]) expect(existsSync(path), path).toBe(true);
    expect(training.result!.err).toContain("digits: 108 images to train on, 12 held out");
    expect(training.result!.err).toMatch(/epoch 1\/2 .*\n.*epoch 2\/2 /);
    expect(training.result!.err).toContain("nats/image");
  });

  test("the last metrics line is the held-out one, with every term in nats", () => {
    const lines = read(finished, "metrics.jsonl")
      .toString("utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map(({ split, step, epoch }) => [split, step, epoch])).toEqual([
      ["train", 6, 1],
      ["heldOut", 6, 1],
      ["train", 12, 2],
      ["heldOut", 12, 2],
    ]);
    expect(lines.at(-1)).toMatchObject(JSON.parse(training.result!.out).heldOut);
  });

  test("the directory is the design's: run.json, metrics, checkpoints, model, two pictures an epoch", () => {
    expect(readdirSync(finished).sort()).toEqual([
      "checkpoints",
      "figures",
      "lease",
      "metrics.jsonl",
      "model",
      "run.json",
    ]);
    expect(checkpoints(finished)).toEqual(["step-00000006.safetensors", "step-00000012.safetensors"]);
    expect(readdirSync(join(finished, "figures")).sort()).toEqual([
      "reconstructions-epoch-0001.png",
      "reconstructions-epoch-0002.png",
      "samples-epoch-0001.png",
      "samples-epoch-0002.png",
    ]);
    expect(information(finished)).toMatchObject({
      format: 2,
      status: "finished",
      seed: 0,
      device: "cpu",
      threads: 1,
      progress: { step: 12, epoch: 2, epochs: 2 },
      config: { objective: { kind: "beta", beta: 1 }, training: { epochs: 2 } },
      data: { name: "digits", counts: { train: 108, heldOut: 12 } },
    });
  });

  test("an existing --out is refused before anything is done, and nothing in it changes", async () => {
    const before = read(finished, "run.json");
    expect(await failing(...train("--out", finished))).toEqual({
      status: 3,
      code: "run",
      message: `${finished} already holds a run`,
      hint: `continue it with \`betalab resume ${finished}\`, or choose another --out`,
    });
    expect(read(finished, "run.json").equals(before)).toBe(true);
    const foreign = join(folder, "foreign");
    mkdirSync(foreign);
    writeFileSync(join(foreign, "thesis.txt"), "precious");
    expect(await failing(...train("--out", foreign))).toMatchObject({
      status: 3,
      message: `${foreign} is not empty, and is not a run that can be resumed`,
    });
    expect(await failing(...train("--out", join(foreign, "thesis.txt")))).toMatchObject({
      status: 3,
      message: `${join(foreign, "thesis.txt")} is a file, not a folder`,
    });
    expect(readdirSync(foreign)).toEqual(["thesis.txt"]);
  });

  const refused: [string, string[], string, RegExp][] = [
    ["an unknown preset", ["train", "demmo"], "config", /no preset "demmo".*did you mean "demo"/],
    ["an unknown key", train("--set", "objective.bta=1"), "config", /objective\.bta.*did you mean "beta"/],
    ["β < 0", train("--set", "objective.beta=-1"), "config", /objective\.beta.* is -1/],
    ["no latents", train("--set", "model.latentDim=0"), "config", /model\.latentDim.* is 0/],
    [
      "a batch larger than the data",
      train("--set", "data.batchSize=109"),
      "config",
      /a batch of 109 is larger than the data, 108 training images.*set data\.batchSize to 108 or less/,
    ],
    [
      "a size that burgess can't take",
      train("--set", "model.architecture=burgess"),
      "config",
      /burgess takes images of 32×32 or 64×64, not 28×28×1.*use "conv"/,
    ],
    [
      "a size that conv28 can't take",
      train("--set", "model.architecture=conv28", "--set", "data.size=32"),
      "config",
      /conv28 takes images of 28×28, not 32×32×1/,
    ],
    [
      "data that isn't there",
      ["train", "mnist-mlp-20", "--data", "nowhere"],
      "data",
      /nowhere.*betalab data fetch mnist/s,
    ],
    ["pictures nowhere", ["train", "folder"], "data", /data\.path or --data/],
  ];
  test.each(refused)("%s: exit 3, and no run directory is left", async (_, argv, code, text) => {
    const out = join(folder, "never");
    const error = await failing(...argv, "--out", out);
    expect([error.status, error.code]).toEqual([3, code]);
    expect(`${error.message} ${error.hint}`).toMatch(text);
    expect(existsSync(out)).toBe(false);
  });

  test("divergence: exit 1, the run says failed and why, and its last good checkpoint stays", async () => {
    const out = join(folder, "diverged");
    const error = await failing(
      ...train(
        "--out",
        out,
        "--set",
        "optimizer.learningRate={schedule: exponential, start: 0.001, factor: 1e33}",
      ),
    );
    expect([error.status, error.code]).toEqual([1, "diverged"]);
    expect(error.message).toMatch(/^training diverged at step \d+: \w+ is (NaN|-?Infinity)$/);
    expect(error.hint).toMatch(/smaller optimizer\.learningRate.*clipNorm/);
    expect(information(out)).toMatchObject({ status: "failed", error: error.message, progress: { step: 6 } });
    expect(checkpoints(out)).toEqual(["step-00000006.safetensors"]);
    expect((await cli("sample", out)).status).toBe(0);
  });
});

describe("resume", () => {
  test("on another engine, says which came before and that the numbers differ; run.json says it of each stretch", async () => {
    const run = copyOfRun();
    expect((await cli("resume", run, "--epochs", "3")).err).not.toContain("continues with");
    vi.stubEnv("BETALAB_ENGINE", "wasm");
    const { status, err } = await cli("resume", run, "--epochs", "4");
    vi.unstubAllEnvs();
    expect(status).toBe(0);
    expect(err).toMatch(
      /continues with betalab's WebAssembly \d\S+, after onnxruntime-node \d\S+, \d+ threads?: the numbers differ by rounding/,
    );
    const { attempts } = JSON.parse(read(run, "run.json").toString());
    expect(attempts.map((one: { versions: { engine: string } }) => one.versions.engine)).toEqual([
      ...Array(2).fill(expect.stringMatching(/^onnxruntime-node \d/)),
      expect.stringMatching(/^betalab's WebAssembly \d/),
    ]);
  });

  test("a finished run stays as it is", async () => {
    const run = copyOfRun();
    const { status, out } = await cli("resume", run, "--json");
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ status: "finished", step: 12, before: 12, epochs: 2 });
    const again = await cli("resume", run);
    expect(again.err).not.toMatch(/forecast/);
    expect(again.out).toMatch(
      /^Finished already, 2 epochs \(12 steps\): nothing was left to do; --epochs asks for more\.\n/,
    );
    for (const last of checkpoints(finished)) {
      expect(read(run, "checkpoints", last).equals(read(finished, "checkpoints", last))).toBe(true);
    }
    expect(read(run, "metrics.jsonl").equals(read(finished, "metrics.jsonl"))).toBe(true);
  });

  test("--epochs asks for more: the same weights, bit for bit, as a run of so many", async () => {
    const run = copyOfRun();
    expect((await cli("resume", run, "--epochs", "4")).status).toBe(0);
    // Pictures carry the name of the run.
    const whole = join(folder, "whole", "finished");
    expect((await cli("train", "demo", ...smallFlags, "--epochs", "4", "--out", whole)).status).toBe(0);
    const last = "step-00000024.safetensors";
    expect(checkpoints(run).at(-1)).toBe(last);
    expect(read(run, "checkpoints", last).equals(read(whole, "checkpoints", last))).toBe(true);
    expect(
      read(run, "model", "weights.safetensors").equals(read(whole, "model", "weights.safetensors")),
    ).toBe(true);
    const metrics = (path: string) => timeless(read(path, "metrics.jsonl"));
    expect(metrics(run)).toBe(metrics(whole));
    expect(
      read(run, "figures", "samples-epoch-0004.png").equals(read(whole, "figures", "samples-epoch-0004.png")),
    ).toBe(true);
  });

  test("stopped before its first checkpoint it starts from the beginning, and gets where the run got", async () => {
    const run = copyOfRun((path) => {
      rmSync(join(path, "checkpoints"), { recursive: true });
      edit(path, { progress: { step: 0, epoch: 0, epochs: 2 }, status: "interrupted" });
    });
    expect((await cli("resume", run)).status).toBe(0);
    const last = "step-00000012.safetensors";
    expect(read(run, "checkpoints", last).equals(read(finished, "checkpoints", last))).toBe(true);
  });

  test("a newest checkpoint that is cut off: says so and goes on from the one before", async () => {
    const run = copyOfRun((path) =>
      truncateSync(join(path, "checkpoints", "step-00000012.safetensors"), 1000),
    );
    const { status, err } = await cli("resume", run);
    expect(status).toBe(0);
    expect(err).toContain("step-00000012.safetensors");
    const last = "step-00000012.safetensors";
    expect(read(run, "checkpoints", last).equals(read(finished, "checkpoints", last))).toBe(true);
  });

  const refused: [string, (run: string) => void, RegExp][] = [
    [
      "all checkpoints cut off",
      (run) => {
        for (const one of checkpoints(run)) truncateSync(join(run, "checkpoints", one), 100);
      },
      /^no checkpoint in .* can be used: .*step-00000012.*step-00000006/,
    ],
    [
      "all checkpoints gone",
      (run) => rmSync(join(run, "checkpoints"), { recursive: true }),
      /^no checkpoint in .* can be used/,
    ],
    [
      "other data",
      (run) => edit(run, { "config.data.seed": 1 }),
      /is of other data: fingerprint [0-9a-f]{12}…, found [0-9a-f]{12}….*point --data at the data of the run/,
    ],
    [
      "another model's checkpoint",
      (run) => edit(run, { "config.model.hidden": [9] }),
      /the checkpoint does not fit the model: "encoder\.fc1\.weight" is F32\[8,784\], not F32\[9,784\]/,
    ],
    [
      "a newer betalab's run",
      (run) => edit(run, { format: 99 }),
      /run\.json has format 99; this betalab reads format 2.*upgrade betalab/,
    ],
    [
      "a run.json that is cut off",
      (run) => truncateSync(join(run, "run.json"), 50),
      /run\.json is cut off or not JSON/,
    ],
    [
      "a foreign run.json",
      (run) => writeFileSync(join(run, "run.json"), '{"format": 2, "wandb": true}'),
      /run\.json is not the run\.json of a run/,
    ],
    [
      "a config that can't be used",
      (run) => edit(run, { "config.model.latentDim": 0 }),
      /run\.json holds a config that can't be used: model\.latentDim .*is 0/,
    ],
    ["no run", (run) => rmSync(join(run, "run.json")), /is not a run: it has no run\.json/],
  ];
  test.each(refused)("%s: exit 3, and nothing is changed", async (_, harm, text) => {
    const run = copyOfRun(harm);
    const before = readdirSync(run, { recursive: true }).sort();
    const error = await failing("resume", run);
    expect([error.status, error.code]).toEqual([3, "run"]);
    expect(`${error.message} ${error.hint}`).toMatch(text);
    expect(readdirSync(run, { recursive: true }).sort()).toEqual(before);
  });

  test("fewer epochs than it has trained are refused, fewer than it was started with are not", async () => {
    const error = await failing("resume", copyOfRun(), "--epochs", "1");
    expect(error).toMatchObject({
      status: 3,
      code: "config",
      message: expect.stringContaining("has trained 2 epochs already: 1 is fewer"),
      hint: "ask for at least 2",
    });
    // As of a run that was interrupted after its first epoch.
    const run = copyOfRun((path) => {
      rmSync(join(path, "checkpoints", "step-00000012.safetensors"));
      rmSync(join(path, "model"), { recursive: true });
      edit(path, { progress: { step: 6, epoch: 1, epochs: 2 }, status: "interrupted" });
    });
    expect((await cli("resume", run, "--epochs", "1")).status).toBe(0);
    expect(information(run)).toMatchObject({ status: "finished", progress: { epochs: 1 } });
    expect(checkpoints(run)).toEqual(["step-00000006.safetensors"]);
  });

  test("--epochs 0 is a usage error", async () => {
    expect(await failing("resume", finished, "--epochs", "0")).toMatchObject({ status: 2, code: "usage" });
  });
});
