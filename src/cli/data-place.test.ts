/** Where a command looks for data: the flag, then the config, then BETALAB_DATA, below which data that moved is found too. */

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { makeDataset } from "../data/node.ts";
import { runCli } from "./main.ts";

test("--data outranks data.path, and that BETALAB_DATA; moved data is found below it", async () => {
  const folder = temporaryFolder();
  const [flag, file, root] = ["flag", "file", "root"].map((name) => join(folder, name));
  for (const [seed, place] of [flag!, file!, root!].entries()) {
    mkdirSync(place);
    await makeDataset("digits", { count: 60, seed }, join(place, "set.npz"));
  }
  const cli = async (environment: Record<string, string>, ...argv: string[]) => {
    const io = memoryIo({ environment: { BETALAB_CACHE: join(folder, "cache"), ...environment } });
    expect(await runCli([...argv, "--json"], io), io.out()).toBe(0);
    return JSON.parse(io.out());
  };
  const found = async (...argv: string[]) => (await cli({}, "data", "inspect", "npz", ...argv)).fingerprint;
  const [ofFlag, ofFile, ofRoot] = [
    await found("--data", flag!),
    await found("--data", file!),
    await found("--data", root!),
  ];
  expect(new Set([ofFlag, ofFile, ofRoot]).size).toBe(3);
  const elsewhere = { BETALAB_DATA: root! };
  const path = ["--set", `path=${join(file!, "set.npz")}`];
  const asked = async (...argv: string[]) =>
    (await cli(elsewhere, "data", "inspect", "npz", ...argv)).fingerprint;
  expect(await asked()).toBe(ofRoot);
  expect(await asked(...path)).toBe(ofFile);
  expect(await asked(...path, "--data", flag!)).toBe(ofFlag);

  const config = join(folder, "mine.yaml");
  writeFileSync(
    config,
    `data: {source: npz, path: "${join(file!, "set.npz")}", batchSize: 16}\nmodel: {architecture: mlp, hidden: [8], latentDim: 2}\ntraining: {epochs: 1}\nthreads: 1\n`,
  );
  const run = join(folder, "run");
  await cli(elsewhere, "train", config, "--out", run);
  renameSync(file!, join(root!, "file"));
  const { checkpoint, notes = [] } = await cli(elsewhere, "evaluate", run, "--samples", "2");
  expect([checkpoint.step, notes.join()]).toEqual([3, expect.not.stringContaining("has changed")]);
});
