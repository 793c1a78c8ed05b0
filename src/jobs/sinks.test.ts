/** What a place means: a folder, or a file by its ending. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import type { Artifact } from "./artifacts.ts";
import { fileSink } from "./sinks.ts";

const table: Artifact = { kind: "table", heading: ["a"], rows: [[1]] };
const record: Artifact = { kind: "record", value: {} };
const model: Artifact = { kind: "model", name: "weights.safetensors", step: 1, bytes: new Uint8Array(1) };

function saver() {
  const folder = temporaryFolder();
  const save = (out: string, ...artifacts: Artifact[]) =>
    fileSink({ folder, out: join(folder, out) })({ artifacts, stem: "drawn" });
  return { folder, save };
}

test("an ending that nothing has is an error that names those there are, and writes nothing", async () => {
  const { folder, save } = saver();
  const other = await failure("usage", () => save("a.xyz", table, record));
  expect(other.message).toBe(
    `\`out\`: ${join(folder, "a.xyz")} ends in .xyz, as nothing that is made here does`,
  );
  expect(other.hint).toBe(
    `name a folder (${join(folder, "a.xyz")}/ is one), or a file that ends in .csv or .json`,
  );
  // Another job's ending is none of this one's.
  await failure("usage", () => save("a.png", table));
  const named = await failure("usage", () => save("a.onnx", model));
  expect(named.message).toContain("these files keep their own names");
  expect(named.hint).toBe(`name a folder (${join(folder, "a.onnx")}/ is one)`);
  expect(readdirSync(folder)).toEqual([]);
});

test("a model's files are not put loose into a run directory", async () => {
  const { folder, save } = saver();
  mkdirSync(join(folder, "run"));
  writeFileSync(join(folder, "run", "run.json"), "{}");
  const { message, hint } = await failure("usage", () => save("run", model));
  expect(message).toBe(
    `\`out\`: ${join(folder, "run")} is a run directory, whose model belongs into ${join(folder, "run", "model")}`,
  );
  expect(hint).toBe("leave `out` out to write a run's own model there, or name another folder");
  expect(readdirSync(join(folder, "run"))).toEqual(["run.json"]);
  expect(await save("run/model", model)).toEqual([join(folder, "run", "model", "weights.safetensors")]);
  // Pictures and tables may lie where somebody wants them.
  expect(await save("run", table)).toEqual([join(folder, "run", "drawn.csv")]);
});

test("a folder has no ending, or a slash, or is there", async () => {
  const { folder, save } = saver();
  mkdirSync(join(folder, "there.csv"));
  for (const out of ["plain", "a.xyz/", "beta-0.5", "there.csv", "v1.2.3"])
    expect(await save(out, table)).toEqual([join(folder, out, "drawn.csv")]);
  expect(await save("deep/a.CSV", table)).toEqual([join(folder, "deep", "a.csv")]);
});
