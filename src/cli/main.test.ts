import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type MemoryIoOptions, memoryIo } from "../../test/helpers/io.ts";
import { BetalabError } from "../base/errors.ts";
import type { Command } from "./command.ts";
import { runCli } from "./main.ts";

const train: Command = {
  name: "train",
  summary: "train a model",
  example: "betalab train mnist --seed 1",
  arguments: [{ name: "preset", description: "what to train" }],
  options: [
    { name: "seed", type: "integer", minimum: 0, description: "seed of everything random" },
    {
      name: "data",
      type: "string",
      description: "where the data is",
      placeholder: "folder",
      environment: "BETALAB_DATA",
    },
    {
      name: "set",
      type: "string",
      list: true,
      repeated: true,
      description: "change one setting, such as objective.beta=4; repeat it for more",
      placeholder: "path=value",
    },
    { name: "port", type: "integer", description: "where to listen", environment: "BETALAB_PORT" },
    { name: "dryRun", type: "boolean", description: "only say what" },
  ],
  async run([preset], { seed, ...more }, { output }) {
    output.note(`training ${preset}`);
    return { value: { preset, seed, ...more }, text: `trained ${preset} with seed ${seed}` };
  },
};

const compare: Command = {
  name: "compare",
  summary: "compare runs",
  example: "betalab compare a b",
  arguments: [
    { name: "run", description: "the first" },
    { name: "others", description: "the others", required: false, variadic: true },
  ],
  options: [],
  run: async (args) => ({ value: args, text: args.join(" ") }),
};

const failing = (name: string, error: () => unknown): Command => ({
  name,
  summary: "fail",
  example: `betalab ${name}`,
  arguments: [],
  options: [{ name: "oneWay", type: "boolean", description: "an option of two words" }],
  async run() {
    throw error();
  },
});

const commands: readonly Command[] = [
  train,
  compare,
  failing("data list", () => new Error("x")),
  { ...compare, name: "data compare" },
  failing("lost", () => new BetalabError("data", "no pictures in x/", "give --data")),
  failing("clashing", () => new BetalabError("usage", "`oneWay` and `other` clash", "leave `oneWay` out")),
  failing("buggy", () => new TypeError("undefined is not a function")),
  failing("stopped", () => new DOMException("aborted", "AbortError")),
];

async function cli(line: string, options: MemoryIoOptions & { abort?: boolean } = {}) {
  const io = memoryIo(options);
  if (options.abort) io.abort();
  const status = await runCli(line.split(" ").filter(Boolean), io, commands);
  return { status, out: io.out(), err: io.err() };
}

describe("a command", () => {
  test("its result goes to stdout, everything else to stderr", async () => {
    expect(await cli("train mnist --seed 7")).toEqual({
      status: 0,
      out: "trained mnist with seed 7\n",
      err: "training mnist\n",
    });
  });

  test.each(["train mnist --json", "--json train mnist", "train --json mnist"])(
    "%s: one JSON value",
    async (line) => {
      const { status, out } = await cli(`${line} --set a.b=1 --set c=x=y --dry-run`);
      expect(status).toBe(0);
      expect(out.split("\n")).toHaveLength(2);
      expect(JSON.parse(out)).toEqual({ preset: "mnist", set: ["a.b=1", "c=x=y"], dryRun: true });
    },
  );

  test("--quiet: the result alone", async () => {
    expect((await cli("train mnist -q")).err).toBe("");
  });

  test("variadic arguments come one after another; absent ones are absent", async () => {
    expect((await cli("compare a b c --json")).out).toBe('["a","b","c"]\n');
    expect((await cli("compare a --json")).out).toBe('["a"]\n');
    expect((await cli("data compare a b --json")).out).toBe('["a","b"]\n');
  });

  test("the environment fills what the flags leave open, and is named when it is wrong", async () => {
    const environment = { BETALAB_PORT: "5", BETALAB_DATA: "pictures" };
    const given = async (line: string) => JSON.parse((await cli(line, { environment })).out);
    expect(await given("train mnist --json")).toMatchObject({ port: 5, data: "pictures" });
    expect(await given("train mnist --json --port 6")).toMatchObject({ port: 6, data: "pictures" });
    const { status, err } = await cli("train mnist", { environment: { BETALAB_PORT: "x" } });
    expect([status, err]).toEqual([2, 'betalab: BETALAB_PORT: "x" is not a whole number\n']);
  });

  test("seed, epochs and device of the environment are left to the config, where a file may come before them", async () => {
    const environment = { BETALAB_SEED: "5", BETALAB_DEVICE: "cuda", BETALAB_EPOCHS: "7" };
    expect(JSON.parse((await cli("train mnist --json", { environment })).out)).toEqual({
      preset: "mnist",
    });
  });

  test("a non-finite number in a result stays visible", async () => {
    const diverged: readonly Command[] = [
      { ...compare, run: async () => ({ value: { elbo: Number.NaN }, text: "" }) },
    ];
    const io = memoryIo();
    await runCli(["compare", "a", "--json"], io, diverged);
    expect(io.out()).toBe('{"elbo":"NaN"}\n');
  });
});

test("an error names options as the flags that they are here", async () => {
  const { status, err } = await cli("clashing");
  expect([status, err]).toEqual([2, "betalab: --one-way and `other` clash\n  leave --one-way out\n"]);
});

describe("usage errors: exit 2, nothing on stdout", () => {
  test.each([
    ["trian", "unknown command 'trian'", "did you mean train?"],
    ["zzzzzz", "unknown command 'zzzzzz'", "betalab --help lists the commands"],
    ["train mnist --sed 1", "unknown option '--sed'", "did you mean one of --seed, --set?"],
    ["train mnist --zzzzzz", "unknown option '--zzzzzz'", "see betalab train --help"],
    [
      "train a b",
      "too many arguments for 'train'. Expected 1 argument but got 2.",
      "see betalab train --help",
    ],
    ["train", "missing required argument 'preset'", "see betalab train --help"],
    ["train mnist --seed", "option '--seed <number>' argument missing", "see betalab train --help"],
    ["data", "betalab data needs a command", "choose one of: list, compare"],
    ["data lisst", "unknown command 'lisst'", "did you mean list?"],
    ["data compare --x", "unknown option '--x'", "see betalab data compare --help"],
    ["help trian", "unknown command 'trian'", 'did you mean "train"?'],
    ["--josn train", "unknown option '--josn'", "did you mean --json?"],
  ])("betalab %s", async (line, message, hint) => {
    const { status, out, err } = await cli(line);
    expect({ status, out, err }).toEqual({ status: 2, out: "", err: `betalab: ${message}\n  ${hint}\n` });
    const asJson = await cli(`--json ${line}`);
    expect(asJson.status).toBe(2);
    expect(JSON.parse(asJson.out)).toEqual({ error: { code: "usage", message, hint } });
    expect(asJson.err).toBe("");
  });

  test.each(["-1", "1.5", "1e3", "x", "0x10", "9007199254740993"])("--seed %s", async (seed) => {
    const { status, err } = await cli(`train mnist --seed ${seed}`);
    expect(status).toBe(2);
    expect(err).toContain(`--seed: "${seed}" is not a whole number`);
  });
});

describe("failures", () => {
  test("of the user's world: message, hint, the code's status", async () => {
    expect(await cli("lost")).toEqual({
      status: 3,
      out: "",
      err: "betalab: no pictures in x/\n  give --data\n",
    });
    const { status, out, err } = await cli("lost --json");
    expect([status, err]).toEqual([3, ""]);
    expect(JSON.parse(out)).toEqual({
      error: { code: "data", message: "no pictures in x/", hint: "give --data" },
    });
  });

  test("of ours: it says so; the stack only with BETALAB_DEBUG", async () => {
    const { status, err } = await cli("buggy");
    expect(status).toBe(1);
    expect(err).toBe(
      "betalab: undefined is not a function\n" +
        "  this is a bug in betalab; BETALAB_DEBUG=1 shows where it happened\n",
    );
    expect((await cli("buggy", { environment: { BETALAB_DEBUG: "1" } })).err).toContain("main.test.ts:");
    expect(JSON.parse((await cli("buggy --json")).out).error.code).toBe("internal");
  });

  test("interrupted: 130, whether the command throws or returns", async () => {
    const thrown = await cli("stopped --json", { abort: true });
    expect(thrown.status).toBe(130);
    expect(JSON.parse(thrown.out)).toEqual({ error: { code: "interrupted", message: "stopped" } });
    // A server that hangs says nothing of a stop.
    const failed = await cli("lost --json", { abort: true });
    expect([failed.status, JSON.parse(failed.out).error.code]).toEqual([130, "data"]);
    const returned = await cli("train mnist", { abort: true });
    expect([returned.status, returned.out]).toEqual([130, "trained mnist with seed undefined\n"]);
  });

  test("colour on a terminal alone, unless the environment says otherwise", async () => {
    const red = "\x1b[31mbetalab:\x1b[0m no pictures";
    const error = async (options: MemoryIoOptions) => (await cli("lost", options)).err.includes(red);
    expect(await error({ terminal: true })).toBe(true);
    expect(await error({ terminal: false })).toBe(false);
    expect(await error({ terminal: true, environment: { NO_COLOR: "1" } })).toBe(false);
    expect(await error({ terminal: true, environment: { TERM: "dumb" } })).toBe(false);
    expect(await error({ terminal: false, environment: { FORCE_COLOR: "1" } })).toBe(true);
    expect(await error({ terminal: true, environment: { FORCE_COLOR: "0" } })).toBe(false);
  });
});

describe("help", () => {
  test("of a command starts with an example and names its variables", async () => {
    const { status, out, err } = await cli("train --help");
    expect([status, err]).toEqual([0, ""]);
    expect(out).toBe(`Example:
  $ betalab train mnist --seed 1

Usage: betalab train [options] <preset>

Train a model.

Arguments:
  preset                  what to train

Options:
  --seed <number>         seed of everything random
  --data <folder>         where the data is [BETALAB_DATA]
  --set <path=value>      change one setting, such as objective.beta=4; repeat
                          it for more
  --port <number>         where to listen [BETALAB_PORT]
  --dry-run               only say what
  -h, --help              show help

Global Options:
  --version               print the version
  --json                  print the result, or the error, as one JSON value
  -q, --quiet             no progress and no notes
  --config-module <file>  load your own objectives, nets, jobs … from it
                          (default: betalab.config.js, if it is here)
`);
    expect((await cli("help train")).out).toBe(out);
  });

  test.each(["", "--help", "help", "-h"])("betalab %s lists the commands", async (line) => {
    const { status, out } = await cli(line);
    expect(status).toBe(0);
    expect(out).toMatch(/^Example:\n {2}\$ betalab demo\n/);
    expect(out).toMatch(/\n {2}train \[options\] <preset> +train a model\n/);
  });

  test("--version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await cli("--version")).toEqual({ status: 0, out: `${version}\n`, err: "" });
  });
});
