/** A run that can't be written to: every job that takes `--out` works with it, and says "read-only" without. */
import { cpSync, existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { jobs } from "../src/jobs/index.ts";
import { commandLine } from "./helpers/command-line.ts";

const { folder, finished, cli } = commandLine();

/** Names and times of all that the run holds. */
const state = () =>
  readdirSync(finished, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => `${name} ${statSync(join(finished, name)).mtimeMs}`);

/** Two runs for `compare`, in a folder that is as little to be written to. */
const both = `${finished}-both`;

let before: string[];
beforeAll(async () => {
  before = state();
  for (const name of ["one", "two"]) cpSync(finished, join(both, name), { recursive: true });
  // Root may write anywhere: the fault is injected.
  process.env.BETALAB_FAULT = `frozen:${finished}`;
  // @ts-expect-error: plain JavaScript, which Node loads before the command line
  await import("../bench/torture/faults.mjs");
});
afterAll(() => expect(state()).toEqual(before));

/** What makes them quick. */
const quick: Readonly<Record<string, readonly string[]>> = {
  evaluate: ["--samples", "2", "--limit", "5"],
  metrics: ["--only", "modularity", "--incomplete"],
  traverse: ["--only", "sheet"],
  embed: ["--method", "pca"],
  interpolate: ["--steps", "3"],
};

const loaded = await Promise.all(Object.values(jobs).map((load) => load()));
const making = loaded.filter(
  ({ artifacts, takes }) => artifacts && ["run", "runs", "model", "models"].includes(takes),
);

test.each(making.map(({ name }) => name))("%s", async (name) => {
  const out = join(folder, `out-${name}`);
  const line = [name, name === "compare" ? both : finished, ...(quick[name] ?? [])];
  const elsewhere = await cli(...line, "--out", out);
  expect([elsewhere.status, elsewhere.err]).toEqual([0, expect.any(String)]);
  expect(existsSync(out)).toBe(true);
  const inside = await cli(...line);
  expect(inside.status, inside.err).toBe(1);
  expect(inside.err).toContain("the file system is read-only");
  expect(inside.err).toContain(finished);
});

test("resume says read-only; verify has nothing to write", async () => {
  const { status, err } = await cli("resume", finished, "--epochs", "3");
  expect([status, err]).toEqual([1, expect.stringContaining("the file system is read-only")]);
  expect((await cli("verify", finished)).status).toBe(0);
});
