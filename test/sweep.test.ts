/** Sweeps with real worker processes: killed, interrupted, continued, failing; then compared. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { checkpoints, information, read } from "./helpers/command-line.ts";
import { betalab, notBuilt, start } from "./helpers/processes.ts";
import { everyCall, smallSettings } from "./helpers/small-run.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeEach((context) => {
  if (notBuilt !== undefined) context.skip(notBuilt);
});

const small = `{${smallSettings
  .filter((text) => !text.startsWith("threads"))
  .map((text) => text.replace("=", ": "))
  .join(", ")}}`;

function sweepFile(name: string, body: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, `config: demo\nset: ${small}\n${body}`);
  return path;
}

const isHeld = (run: string): boolean => JSON.parse(read(run, "lease").toString()).released !== true;
const out = (name: string): string => join(folder, name);
const value = (text: string) =>
  JSON.parse(text) as {
    runs: { name: string; status: string; error?: string }[];
    notes: string[];
    verdict: string;
    comparison?: { verdict: string; words: { plain: string }[] };
  };

test("kill -9 of the sweep, then the same line: workers stop by themselves, runs go on to the same bits", async () => {
  const file = sweepFile("killed", "grid: {objective.beta: [1, 4]}\nseeds: 1\n");
  const often = ["--set", everyCall];
  const line = (name: string) => [
    "sweep",
    file,
    "--epochs",
    "8",
    "--out",
    out(name),
    "--jobs",
    "2",
    ...often,
  ];
  expect((await betalab(...line("whole"))).status).toBe(0);

  const sweep = start(line("killed"));
  const run = join(out("killed"), "beta-4_seed-0");
  while (checkpoints(run).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  sweep.child.kill("SIGKILL");
  await sweep.ended;
  // A worker whose sweep is gone writes its checkpoint and lets go of its run.
  while (isHeld(run)) await new Promise((resolve) => setTimeout(resolve, 20));
  const { status, out: text } = await betalab(...line("killed"), "--json");
  expect(status).toBe(0);
  expect(value(text).runs.map((one) => [one.name, one.status])).toEqual([
    ["beta-1_seed-0", "finished"],
    ["beta-4_seed-0", "finished"],
  ]);
  for (const name of ["beta-1_seed-0", "beta-4_seed-0"]) {
    const last = checkpoints(join(out("whole"), name)).at(-1)!;
    const bytes = (sweepName: string) => read(out(sweepName), name, "model", "weights.safetensors");
    expect(checkpoints(join(out("killed"), name)).at(-1)).toBe(last);
    expect(bytes("killed").equals(bytes("whole")), name).toBe(true);
  }

  // Once more: nothing is left to do, and nothing is touched.
  const before = statSync(join(run, "run.json")).mtimeMs;
  const again = await betalab(...line("killed"));
  expect(again.out).toContain("2 of 2 runs finished (2 of them before).");
  expect(statSync(join(run, "run.json")).mtimeMs).toBe(before);
}, 120_000);

test("Ctrl-C: every run stops with a checkpoint, exit 130; the same line continues", async () => {
  const file = sweepFile("interrupted", "grid: {objective.beta: [1, 2]}\nseeds: 1\n");
  const line = ["sweep", file, "--epochs", "200", "--out", out("interrupted"), "--jobs", "2"];
  const sweep = start(line);
  const run = join(out("interrupted"), "beta-1_seed-0");
  while (checkpoints(run).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  sweep.child.kill("SIGINT");
  const { status, out: text } = await sweep.ended;
  expect(status).toBe(130);
  expect(text).toContain("2 left: the same command continues them.");
  expect(information(run).status).toBe("interrupted");
  expect(isHeld(run)).toBe(false);
  // Fewer epochs are another sweep.
  const other = await betalab(...line.map((word) => (word === "200" ? "5" : word)), "--json");
  expect(other.status).toBe(3);
  expect(JSON.parse(other.out).error.message).toContain("training.epochs is 200 there and 5 here");
}, 120_000);

test("a run that fails is listed with its reason, the others finish; exit 1; steps are done; compared", async () => {
  const file = sweepFile(
    "failing",
    "list: [{objective.beta: 1}, {objective.beta: 4}, {model.architecture: burgess}]\nseeds: 2\n" +
      "then: [{evaluate: {samples: 2}}, {metrics: {only: [gaussian-tc]}}]\n",
  );
  const {
    status,
    out: text,
    err,
  } = await betalab("sweep", file, "--epochs", "1", "--out", out("failing"), "--json");
  const { runs, comparison } = value(text);
  expect(comparison!.words[0]!.plain).toMatch(/^β 1 → 4: /);
  expect(comparison!.verdict).toMatch(/noise over seeds/);
  expect(status).toBe(1);
  expect(runs.map((run) => run.status)).toEqual([
    "finished",
    "finished",
    "finished",
    "finished",
    "failed",
    "failed",
  ]);
  expect(runs[4]!.error).toContain("burgess takes images of 32×32 or 64×64");
  expect(err).toContain(`failed: ${runs[4]!.error}`);
  const tables = readdirSync(join(out("failing"), "beta-4_seed-1", "tables"));
  expect(tables.toSorted()).toEqual([
    ...["evaluation-images.csv", "evaluation.json"],
    ...["metrics.csv", "metrics.json", "metrics.md"],
  ]);

  const compared = await betalab("compare", out("failing"), "--json");
  expect(compared.status).toBe(0);
  const { notes, verdict } = value(compared.out);
  expect(notes.filter((note) => note.startsWith("left out"))).toHaveLength(2);
  expect(notes.join("\n")).toContain(`architecture-burgess_seed-0, failed: ${runs[4]!.error}`);
  expect(verdict).toMatch(/noise over seeds/);
  const page = readFileSync(join(out("failing"), "comparison", "comparison.html"), "utf8");
  expect(page).toContain("β = 4");
  expect(page).toContain("gaussian-tc");
  expect(page.match(/<img class="pixels" /g)).toHaveLength(7);
  expect(page).not.toMatch(/(src|href)="(?!data:|#)/);

  // Runs of other data beside them.
  const elsewhere = sweepFile("elsewhere", "seeds: 1\n");
  await betalab("sweep", elsewhere, "--epochs", "1", "--set", "data.count=130", "--out", out("elsewhere"));
  const refused = await betalab("compare", out("failing"), out("elsewhere"), "--out", out("both"), "--json");
  expect(refused.status).toBe(0);
  expect(value(refused.out).notes.join("\n")).toContain(
    `${join(out("elsewhere"), "seed-0")}, trained on other data`,
  );
}, 120_000);

test("a config module that fails in a worker alone: its runs fail by its own words", async () => {
  const file = sweepFile("module", "seeds: 1\n");
  const module = join(folder, "module.config.js");
  writeFileSync(
    module,
    'if (process.send) throw new Error("no licence for this process");\nexport default {};\n',
  );
  const line = ["sweep", file, "--out", out("module"), "--config-module", module, "--json"];
  const { status, out: text } = await betalab(...line);
  expect(status).toBe(1);
  const [run] = value(text).runs;
  expect(run).toMatchObject({
    status: "failed",
    error: expect.stringContaining("no licence for this process"),
  });
}, 60_000);
