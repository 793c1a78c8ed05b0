/** What breaks other config readers: each is an error of code "config" or "usage" that names key and value. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { readValues } from "./index.ts";
import { readText, resolveConfig } from "./node.ts";

describe("options", () => {
  test.each([
    ["data.source.x=1", 'unknown data.source {"x":1} (from option set)'],
    ["model.likelihood.kind={x: 1}", 'unknown model.likelihood.kind {"x":1} (from option set)'],
    ["objective.kind=[beta]", 'unknown objective.kind ["beta"] (from option set)'],
    ["objective=null", "objective (from option set) is null: expected an object"],
    ["seed=-0.5", "seed (from option set) is -0.5: expected an integer"],
    [
      "seed=9007199254740993",
      "seed (from option set) is 9007199254740992: expected at most 9007199254740991",
    ],
    ["seed=.nan", "seed (from option set) is NaN: expected a number"],
    ["seed=.inf", "seed (from option set) is Infinity: expected a number"],
    ["name=../../esc", /^name \(from option set\) is "\.\.\/\.\.\/esc": expected a folder's name: no \/ /],
    ["name=a/b", /^name .* is "a\/b": expected a folder's name/],
    ["name='a\\b'", /^name .* is "a\\\\b": expected a folder's name/],
    ["name=..", /^name .* is "\.\.": expected a folder's name/],
    ["name=.hidden", /^name .* is "\.hidden": expected a folder's name/],
    ["name=-x", /^name .* is "-x": expected a folder's name/],
    ['name="a\\n"', /^name .* is "a\\n": expected a folder's name/],
    ['name="a\\0b"', /^name .* is "a\\u0000b": expected a folder's name/],
    ["name='a.'", /^name .* is "a\.": expected a folder's name/],
    ["name='C:'", /^name .* is "C:": expected a folder's name/],
    [`name=${"x".repeat(300)}`, /^name \(from option set\) is "x{119}…: expected at most 128 characters$/],
    ["constructor=1", "unknown key constructor (from option set)"],
    ["data.__proto__.x=1", "unknown key data.__proto__ (from option set)"],
    ["objective.toString=1", "unknown key objective.toString (from option set)"],
  ])("%s", async (text, message) => {
    const error = await failure("config", () => resolveConfig("demo", { set: [text] }));
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  test.each([
    "seed=&a [*a]",
    "objective=&a {kind: *a}",
    "seed=[",
    "seed=*nobody",
    `seed=${"[".repeat(5000)}`,
  ])("%.30s is not valid YAML", async (text) => {
    const error = await failure("usage", () => resolveConfig("demo", { set: [text] }));
    expect(error.message).toMatch(/^option set: the value of "(seed|objective)=.* is not valid YAML: ./);
    expect(error.message.length).toBeLessThan(400);
  });

  test("names that are fine", () => {
    for (const name of ["β-VAE, 2nd try", "a.b", "run_1", "x".repeat(128), "名前"]) {
      expect(resolveConfig("demo", { flags: { name } }).config.name).toBe(name);
    }
  });
});

describe("the environment", () => {
  test.each([
    ["BETALAB_SEED", "[", /^BETALAB_SEED is "\[", which is not valid YAML: /],
    ["BETALAB_SEED", "&a [*a]", /^BETALAB_SEED is "&a \[\*a\]", which is not valid YAML: an alias/],
    ["BETALAB_DEVICE", "{a: 1}", /^device \(from BETALAB_DEVICE\) is \{"a":1\}: expected one of "cpu"/],
    ["BETALAB_THREADS", "0x10000000000000000000", /^threads \(from BETALAB_THREADS\) is .*: expected/],
  ])("%s=%s", async (variable, text, message) => {
    const error = await failure("config", () => resolveConfig("demo", { environment: { [variable]: text } }));
    expect(error.message).toMatch(message);
  });
});

describe("files", () => {
  function file(text: string, name = "mine.yaml"): string {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, text);
    return path;
  }

  const laughs = Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}]`);

  test.each([
    ["preset: {toString: 1}", /^preset \(from .*\) is \{"toString":1\}: expected a preset's name$/],
    ["preset: [demo]", /^preset \(from .*\) is \["demo"\]: expected/],
    ["preset: toString", /^unknown preset "toString"$/],
    ["preset: demo\nname: ../../esc", /^name \(from .*\) is "\.\.\/\.\.\/esc": expected a folder's name/],
    ["a: &a\n  b: *a", /mine\.yaml is not valid YAML: an alias stands for what it is part of$/],
    [["l0: &l0 lol", ...laughs].join("\n"), /mine\.yaml is not valid YAML: Excessive alias count/],
    ["preset: demo\n? [a]\n: 1", /^unknown key \[ a \] /],
    ["!!js/function 'x'", /mine\.yaml holds no keys$/],
  ])("%.40s", async (text, message) => {
    const path = file(text);
    const error = await failure("config", () => resolveConfig(path));
    expect(error.message).toMatch(message);
  });

  test("a file whose own name can't be a run's needs a name inside", async () => {
    const path = file("preset: demo\n", "-dash.yaml");
    const error = await failure("config", () => resolveConfig(path));
    expect(error.message).toMatch(/^name \(from .*\) is "-dash": expected a folder's name/);
    expect(resolveConfig(file("preset: demo\nname: dash\n", "-dash.yaml")).config.name).toBe("dash");
  });

  test("a folder that is called like a config", async () => {
    const error = await failure("config", () => resolveConfig("nowhere.yaml/"));
    expect(error.message).toBe('there is no preset "nowhere.yaml/"');
    const folder = await failure("config", () => readValues("src", readText));
    expect(folder.message).toMatch(/^can't read src: EISDIR/);
  });

  test("without a reader there are no files", async () => {
    const error = await failure("usage", () => resolveConfig("my.yaml", { readText: undefined }));
    expect(error.message).toBe("my.yaml: files can't be read here");
  });

  test("an anchor that is used twice is no cycle", () => {
    const path = file("preset: demo\nmodel: { hidden: &h [40] }\nx: &x { y: *h, z: *h }\n");
    expect(readValues(path, readText).x).toEqual({ y: [40], z: [40] });
  });

  test("$schema is for editors", () => {
    const path = file('{"$schema": "./betalab.json", "preset": "demo", "name": "demo"}', "a.json");
    expect(resolveConfig(path).config).toEqual(resolveConfig("demo").config);
  });
});

test.each([3, null, true, [], ["demo"]])("a config that is %j", async (given) => {
  const error = await failure("config", () => resolveConfig(given as never));
  expect(error.message).toMatch(/^the config holds no keys: it is /);
});

describe("a section whose variant nobody chose", () => {
  test("is the default variant, with the keys that are set", () => {
    const least = { name: "x", data: { source: "digits" }, model: { architecture: "mlp" } } as const;
    expect(resolveConfig(least, { set: ["objective.beta=4"] }).config.objective).toEqual({
      kind: "beta",
      beta: 4,
    });
    expect(resolveConfig({ ...least, objective: {} }).config.objective).toEqual({ kind: "beta", beta: 1 });
    const likelihood = {};
    expect(
      resolveConfig({ ...least, model: { architecture: "mlp", likelihood } }).config.model,
    ).toMatchObject({
      likelihood: { kind: "bernoulli" },
    });
    // A kind that is chosen brings its own defaults.
    expect(resolveConfig({ ...least, objective: { kind: "beta" } }).config.objective).toEqual({
      kind: "beta",
      beta: 4,
    });
  });
});
