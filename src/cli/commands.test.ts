/** The commands that look at a run, and those about configs, presets and data; and every command's help. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, edit } from "../../test/helpers/command-line.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { shipped } from "../config/node.ts";
import { allCommands } from "./commands.ts";
import { parseCommandLine } from "./program.ts";

const { folder, finished, cli, failing, copyOfRun } = commandLine();

const commands = await allCommands();
const presetNames = shipped.presets.map(({ name }) => name);
let pictures = 0;

describe("looking at a run", () => {
  const png = (path: string) => {
    const bytes = readFileSync(path);
    expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    return bytes;
  };

  test("sample: the same seed gives the same picture, another seed another; temperature 0 one face for all", async () => {
    const draw = async (...more: string[]) => {
      const out = join(folder, "drawn", `${pictures++}.png`);
      const { status, out: said } = await cli("sample", finished, "--count", "9", "--out", out, ...more);
      expect([status, said.split("\n")[0]]).toEqual([0, out]);
      return png(out);
    };
    const base = await draw();
    expect((await draw("--seed", "0")).equals(base)).toBe(true);
    expect((await draw("--seed", "1")).equals(base)).toBe(false);
    expect((await draw("--temperature", "0", "--seed", "1")).equals(await draw("--temperature", "0"))).toBe(
      true,
    );
  });

  test("reconstruct: into the run's figures by default, in either layout", async () => {
    const rows = await cli("reconstruct", finished, "--json");
    // All the held-out images there are.
    expect(JSON.parse(rows.out)).toMatchObject({ step: 12, count: 12 });
    expect(JSON.parse(rows.out).paths).toContain(join(finished, "figures", "reconstruct.png"));
    const before = png(join(finished, "figures", "reconstruct.png"));
    await cli("reconstruct", finished, "--layout", "pair", "--count", "4");
    expect(png(join(finished, "figures", "reconstruct.png")).equals(before)).toBe(false);
    expect((await failing("reconstruct", finished, "--layout", "paris")).hint).toBe('did you mean "pair"?');
  });

  test("export: lists what it wrote", async () => {
    const out = join(folder, "exported");
    const { status, out: listed } = await cli("export", finished, "--out", out);
    expect(status).toBe(0);
    const names = ["encoder.onnx", "decoder.onnx", "weights.safetensors", "model.json"];
    expect(listed).toBe(`${names.map((name) => join(out, name)).join("\n")}\n`);
  });

  test.each(["sample", "reconstruct", "export"])(
    "%s of a run without a checkpoint, or of no run: exit 3",
    async (command) => {
      const run = copyOfRun((path) => {
        edit(path, { "progress.step": 0 });
        rmSync(join(path, "checkpoints"), { recursive: true });
      });
      expect(await failing(command, run)).toEqual({
        status: 3,
        code: "run",
        message: `${run} has no checkpoint yet`,
        hint: "it gets one after its first epoch; see betalab resume",
      });
      expect(await failing(command, join(folder, "nothing"))).toMatchObject({
        status: 3,
        message: `there is no folder ${join(folder, "nothing")}`,
      });
    },
  );

  test.each([
    ["sample", "picture.png"],
    ["reconstruct", "picture.png"],
    ["export", "model"],
  ])("%s into a place that can't be written is a disk error", async (command, last) => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    const error = await failing(command, finished, "--out", join(file, last));
    expect([error.status, error.code]).toEqual([1, "disk"]);
    expect(error.message).toContain(file);
  });
});

describe("config, presets and data", () => {
  test("config prints YAML with origins, or one JSON value, or the schema", async () => {
    const printed = await cli("config", "mnist-mlp-20", "--set", "objective.beta=2", "--seed", "3");
    expect(printed.out).toContain("seed: 3 # --seed\n");
    expect(printed.out).toContain("  beta: 2 # --set\n");
    const { config, origins } = JSON.parse((await cli("config", "demo", "--json")).out);
    expect(config.training.epochs).toBeGreaterThan(0);
    expect(origins["data.source"]).toBe("preset demo");
    expect(JSON.parse((await cli("config", "--schema")).out)).toHaveProperty("properties.objective");
    expect(await failing("config")).toMatchObject({ status: 2, message: "config needs a preset or a file" });
  });

  test("config --explain says what values mean and why a preset chose them", async () => {
    const { out } = await cli("config", "celeba-beta-b", "--explain");
    expect(out).toContain(
      "# weight of |KL − C|, in nats per nat; the seed's γ = 10 times M_N = M/N = 128/64² times 6144",
    );
    expect(out).toContain("  gamma: 1920 # preset celeba-beta-b");
    expect(out).toContain(
      "# C, in nats per image; the absolute value is of the batch's mean KL; the seed's max_capacity",
    );
  });

  test("presets lists every preset with where it comes from", async () => {
    const { out } = await cli("presets");
    expect(out.trim().split("\n")).toHaveLength(3 * presetNames.length);
    for (const name of presetNames) expect(out).toMatch(new RegExp(`^${name}$`, "m"));
    expect(out).toContain(
      "mnist-conv-beta10\n  MNIST, convolutional, 16 latents, β = 10\n  from seed 000: β-VAE notebook",
    );
    const listed = JSON.parse((await cli("presets", "--json")).out) as { name: string; source: string }[];
    expect(listed.map(({ name }) => name)).toEqual(presetNames);
    for (const { source } of listed) expect(source).not.toBe("");
  });

  test("data inspect and data make of a procedural set", async () => {
    const inspected = await cli("data", "inspect", "digits", "--set", "data.count=50");
    expect(inspected.out).toContain("45 to train on, 5 held out");
    const out = join(folder, "sprites.npz");
    const made = await cli("data", "make", "digits", "--out", out, "--set", "count=5");
    expect([made.status, made.out]).toEqual([0, `${out}  [5, 28, 28]\n`]);
    expect(await failing("data", "inspect", "digts")).toMatchObject({
      status: 3,
      hint: 'did you mean "digits"?',
    });
  });
});

describe("help", () => {
  test.each([
    ["compare", "comparison/ in the one folder that is named; else betalab-comparison"],
    ["report", "the run's own folder"],
    ["export", "model/ of the run"],
    ["encode", "tables/ of the run"],
    ["metrics", "tables/ of each run"],
    ["config", "the working directory"],
    ["traverse", "figures/ and tables/ of the run"],
  ])("betalab %s --help says where its results go: %s", async (name, place) => {
    const { out } = await cli(name, "--help");
    expect(out.replaceAll(/\s+/g, " ")).toContain(`(default: ${place}`);
  });

  test.each(commands.map((command) => [command.name, command] as const))(
    "betalab %s --help begins with an example that parses",
    async (name, { example }) => {
      const words = name.split(" ");
      const { status, out, err } = await cli(...words, "--help");
      expect([status, err]).toEqual([0, ""]);
      expect(out.split("\n").slice(0, 2)).toEqual(["Example:", `  $ ${example}`]);
      const argv = example.replace(/ >.*$/, "").split(" ");
      expect(argv.slice(0, 1 + words.length)).toEqual(["betalab", ...words]);
      const context = { commands, version: "0", stdout: memoryIo().stdout, environment: {} };
      expect(parseCommandLine(argv.slice(1), context)).toBeTypeOf("function");
    },
  );
});
