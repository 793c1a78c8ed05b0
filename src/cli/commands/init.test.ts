/** `init`: what it writes is what the commands take, and nothing that was there is touched. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { commandLine } from "../../../test/helpers/command-line.ts";
import { readSweep } from "../../sweeps/index.ts";

const { folder, cli, failing } = commandLine();
const names = ["config.yaml", "config.schema.json", "sweep.yaml", ".gitignore"];

test("a config, its schema, a sweep and a .gitignore; a second time: exit 3 and which exist", async () => {
  const place = join(folder, "fresh");
  const paths = names.map((name) => join(place, name));
  const { status, out } = await cli("init", place);
  expect([status, out]).toEqual([
    0,
    `${paths.join("\n")}\n\ntrain    betalab train ${paths[0]}\nsweep    betalab sweep ${paths[2]}\n`,
  ]);
  expect(readFileSync(paths[3]!, "utf8")).toBe("runs/\nnode_modules/\n");
  const before = paths.map((path) => readFileSync(path));
  expect(await failing("init", place)).toEqual({
    status: 3,
    code: "config",
    message: `${paths.join(", ")} are there already`,
    hint: "name another folder",
  });
  expect(paths.map((path) => readFileSync(path))).toEqual(before);
  expect(readdirSync(place).sort()).toEqual([...names].sort());
});

test("what is there stays as it is, and is named", async () => {
  const place = join(folder, "begun");
  mkdirSync(place);
  writeFileSync(join(place, ".gitignore"), "mine\n");
  const { status, out } = await cli("init", place, "--json");
  expect(status).toBe(0);
  expect(JSON.parse(out)).toEqual({
    paths: names.slice(0, 3).map((name) => join(place, name)),
    kept: [join(place, ".gitignore")],
  });
  expect(readFileSync(join(place, ".gitignore"), "utf8")).toBe("mine\n");
});

test("a folder that can't be made: exit 1, nothing written", async () => {
  writeFileSync(join(folder, "file"), "");
  expect(await failing("init", join(folder, "file", "under"))).toMatchObject({ status: 1, code: "disk" });
});

test("the config fits its schema, resolves, and trains; the sweep is planned from it", async () => {
  const place = join(folder, "used");
  await cli("init", place);
  const config = join(place, "config.yaml");
  const schema = JSON.parse(readFileSync(join(place, "config.schema.json"), "utf8"));
  const validate = new Ajv2020({ strict: false }).compile(schema);
  expect(validate(parse(readFileSync(config, "utf8"))), JSON.stringify(validate.errors)).toBe(true);
  expect(readFileSync(config, "utf8")).toMatch(
    /^# yaml-language-server: \$schema=\.\/config\.schema\.json\n/,
  );

  const resolved = await cli("config", config, "--json");
  expect(JSON.parse(resolved.out).config).toMatchObject({
    name: "mine",
    data: { source: "digits", count: 10_000, batchSize: 128 },
    model: { latentDim: 10 },
    objective: { kind: "beta", beta: 4 },
    training: { epochs: 15 },
    seed: 0,
  });
  const { settings, config: of } = readSweep(join(place, "sweep.yaml"));
  expect([of, settings.length]).toEqual([config, 12]);
  expect(settings[11]).toEqual({ "objective.beta": 8, seed: 2 });

  const out = join(place, "run");
  const trained = await cli(
    "train",
    config,
    "--out",
    out,
    "--epochs",
    "1",
    "--set",
    "data.count=200",
    "--json",
  );
  expect(trained.status).toBe(0);
  expect(JSON.parse(trained.out)).toMatchObject({ status: "finished", path: out });
  expect(existsSync(join(out, "model", "decoder.onnx"))).toBe(true);
});
