/** `compare` on real runs, small ones: what it is asked for, what it must say first, and what it must not average. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityProblems } from "../../../test/helpers/axe.ts";
import { browserPages, hasBrowser } from "../../../test/helpers/browser.ts";
import { failure } from "../../../test/helpers/data.ts";
import { runJob, saveJob } from "../../../test/helpers/jobs.ts";
import { smallConfig } from "../../../test/helpers/small-run.ts";
import { formatDigits } from "../../base/format.ts";
import { parseJson } from "../../base/json.ts";
import { OpenRun } from "../../trained/index.ts";
import { evaluate } from "../evaluate.ts";
import { train } from "../train.ts";
import { compare } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const open = browserPages();
const at = (...parts: string[]): string => join(folder, ...parts);

/** What `train` said of each run, by the names of its rules. */
const said = new Map<string, readonly string[]>();

async function trained(out: string, ...set: string[]): Promise<string> {
  const { value } = await runJob(train, smallConfig(...set), { out });
  said.set(
    out,
    value.words.map(({ name }) => name),
  );
  return out;
}

const comparing = async (paths: readonly string[], options: object = {}) =>
  (await runJob(compare, paths, options)).value;

/** β 1 and 4, 2 and 3 latents, two seeds. */
beforeAll(async () => {
  for (const beta of [1, 4])
    for (const latents of [2, 3])
      for (const seed of [0, 1])
        await trained(
          at("grid", `beta-${beta}_latents-${latents}_seed-${seed}`),
          `objective.beta=${beta}`,
          `model.latentDim=${latents}`,
          `seed=${seed}`,
        );
});

describe("a grid of two factors", () => {
  test("heat maps, marginal means and F tests stand in the page; tables have all digits", async () => {
    const { value, paths } = await saveJob(
      compare,
      [at("grid")],
      { tables: ["csv", "markdown", "latex"] },
      { out: at("page") },
    );
    const read = (end: string): string => readFileSync(at("page", `comparison${end}`), "utf8");
    expect(value.settings.map(({ label }) => label)).toEqual([
      "latentDim 2, β = 1",
      "latentDim 2, β = 4",
      "latentDim 3, β = 1",
      "latentDim 3, β = 4",
    ]);
    expect(paths).toContain(at("page", "comparison-margins.csv"));
    const html = read(".html");
    const says = (text: string | RegExp): boolean => html.search(text) >= 0;
    expect(says("KL by latentDim and β")).toBe(true);
    expect(says("active units of each setting")).toBe(false);
    expect(says("<h2>Factor by factor</h2>")).toBe(true);
    const kl = value.measures.find(({ key }) => key === "kl")!;
    const means = kl.intervals.map((interval) => interval!.mean);
    // Latents 2: the mean of the first two settings. In the table with all digits, in the page with three.
    const margin = (means[0]! + means[1]!) / 2;
    const row = read("-margins.csv")
      .split("\n")
      .find((line) => line.startsWith("kl,nats/image,model.latentDim,2,"));
    expect(Number(row!.split(",")[4])).toBeCloseTo(margin, 9);
    expect(html.includes(`<td>${formatDigits(margin)}</td>`)).toBe(true);
    // The table and the marginal means, for reading: the same cells in both.
    const tabulars = read(".tex").split("\\end{tabular}\n");
    expect(tabulars.length).toBeGreaterThan(2);
    expect(tabulars[1]).toContain(`KL & ${formatDigits(margin)} &`);
    expect(tabulars[1]).toContain(
      "\\toprule\n & latentDim 2 & latentDim 3 & $\\beta$ = 1 & $\\beta$ = 4 &  \\\\\n",
    );
    expect(read(".md")).toContain(`| KL | ${formatDigits(margin)} |`);
    const judged = value.measures.filter(({ terms }) => terms.length > 0);
    for (const { terms } of judged) {
      const [first] = terms;
      expect(html.includes(`F(${first!.freedom[0]}, ${first!.freedom[1]}) = `)).toBe(true);
    }
    if (judged.length === 0) expect(says("No F tests")).toBe(true);
  });

  test("tables: the forms that are asked for, and no others", async () => {
    const { paths } = await saveJob(compare, [at("grid")], { tables: ["latex"] }, { out: at("tex") });
    expect(paths.map((path) => path.split("comparison").at(-1))).toEqual([
      ...[".html", ".png", ".svg", ".tex", ".json"],
    ]);
  });

  test("where: the runs with these values alone", async () => {
    const { settings } = await comparing([at("grid")], { where: ["model.latentDim=3"] });
    expect(settings.map(({ label, runs }) => [label, runs.length])).toEqual([
      ["β = 1", 2],
      ["β = 4", 2],
    ]);
    const both = await comparing([at("grid")], { where: ["model.latentDim=3", "objective.beta=4"] });
    expect(both.settings.map(({ runs }) => runs.map(({ seed }) => seed))).toEqual([[0, 1]]);
    const refused = (text: string) => failure("usage", () => comparing([at("grid")], { where: [text] }));
    expect(await refused("objective.beta=7")).toMatchObject({
      message: "where: no run has objective.beta=7",
      hint: "there is 1, 4",
    });
    expect(await refused("objective.bta=4")).toMatchObject({ hint: "such as objective.beta=4" });
    expect((await refused("beta")).message).toBe('where: "beta" is not key=value');
  });

  test("only: these measures, by name or key, and a slip is said before anything is encoded", async () => {
    const { rows, family } = await comparing([at("grid")], { only: ["KL", "activeUnits"] });
    expect(rows.map(([name]) => name)).toEqual(["", "runs", "KL", "active units"]);
    expect(family.measures).toBeLessThanOrEqual(2);
    const stages: string[] = [];
    const slip = runJob(
      compare,
      [at("grid")],
      { only: ["KLL"] },
      { onEvent: (event) => event.type === "stage" && stages.push(event.stage) },
    );
    await expect(slip).rejects.toMatchObject({
      code: "usage",
      message: 'only: no run has a measure "KLL"',
    });
    expect([...new Set(stages)]).toEqual(["reading runs"]);
  });

  test("active units that were asked for, of data that has changed: an error, and no word of a slip", async () => {
    const changed = ["beta-1", "beta-4"].map((beta) => {
      const copy = at("changed", beta);
      cpSync(at("grid", `${beta}_latents-2_seed-0`), copy, { recursive: true });
      const file = join(copy, "run.json");
      writeFileSync(
        file,
        readFileSync(file, "utf8").replace(/"fingerprint": "...../, '"fingerprint": "00000'),
      );
      return copy;
    });
    const { notes } = await comparing(changed);
    expect(notes.join()).toContain("no pictures and no active units: ");
    for (const wanted of [{ only: ["active units"] }, { rank: "activeUnits" }])
      expect((await failure("data", () => comparing(changed, wanted))).message).toMatch(/^the data is not/);
  });

  test("rank: the best first, active units too; top: settings shown, all are judged", async () => {
    const order = async (rank: string, top = 12) => {
      const { value, artifacts = [] } = await runJob(compare, [at("grid")], { rank, top });
      const page = artifacts.find(({ kind }) => kind === "page") as { html: string };
      return { ...value, html: page.html };
    };
    const mean = ({ values }: { values: Record<string, number> }, key: string): number => values[key]!;
    for (const [rank, key] of [
      ["−ELBO", "negativeElbo"],
      ["active units", "activeUnits"],
    ] as const) {
      const { settings } = await order(rank);
      const means = settings.map(({ runs }) => (mean(runs[0]!, key) + mean(runs[1]!, key)) / 2);
      expect(means).toEqual(means.toSorted((a, b) => a - b));
    }
    const { settings, measures, html, rows } = await order("kl", 1);
    expect(rows.map(([name]) => name)).toEqual(["", "", settings[0]!.label, "… 3 more"]);
    expect(measures[0]!.differences).toHaveLength(6);
    const isShown = ({ label }: { label: string }): boolean => html.includes(`alt="12 images: ${label}"`);
    expect(settings.map(isShown)).toEqual([true, false, false, false]);
    await failure("usage", () => comparing([at("grid")], { rank: "klee" }));
  });
});

describe.skipIf(!hasBrowser)("in a browser", () => {
  const page = at("browser", "comparison.html");
  beforeAll(() => saveJob(compare, [at("grid")], {}, { out: at("browser") }));

  /** The latents that both canvases show, once they are those of the sliders, and the pixels of the left one. */
  const shown = async (opened: Page, move: number) => {
    const state = `[...document.querySelectorAll("canvas[data-latent]")].map((one) => one.dataset.latent.split(",").map(Number))`;
    // The page's policy forbids what waitForFunction does.
    await expect
      .poll(async () => [
        (await opened.evaluate<number[][]>(state)).length,
        Number(await opened.textContent("output")),
      ])
      .toEqual([2, move]);
    await opened.waitForTimeout(300);
    const pixels = `(() => {
      const canvas = document.querySelector("canvas[data-latent]");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from(data).filter((_, i) => i % 4 === 0);
    })()`;
    return {
      latents: await opened.evaluate<number[][]>(state),
      pixels: await opened.evaluate<number[]>(pixels),
    };
  };

  test("two models under the same sliders: each moves the latent that carries most, and decodes what its run does", async () => {
    const { page: opened, problems, requests } = await open(page);
    const before = await shown(opened, 0);
    const slider = opened.locator('#side-by-side input[type="range"]').first();
    await slider.focus();
    for (let i = 0; i < 8; i++) await opened.keyboard.press("ArrowRight");
    const after = await shown(opened, 0.4);
    for (const side of [0, 1]) {
      const moves = after.latents[side]!.map((value, d) => value - before.latents[side]![d]!);
      expect(moves.toSorted((a, b) => a - b).at(-1)).toBeCloseTo(0.4, 5);
      expect(moves.filter((move) => move === 0)).toHaveLength(moves.length - 1);
    }
    const first = at("grid", "beta-1_latents-2_seed-0");
    const model = await OpenRun.open(first).compile();
    const decoded = await model.decode(Float32Array.from(after.latents[0]!));
    await model.release();
    // Another program computes it here: rounded pixels may differ by one.
    const apart = after.pixels.map((pixel, i) => Math.abs(pixel - decoded.pixels[i]!));
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
    expect(after.pixels).not.toEqual(before.pixels);
    await opened.selectOption("select >> nth=1", { label: "latentDim 2, β = 4" });
    await opened.getByRole("button", { name: "Undo moves" }).click();
    const other = await shown(opened, 0);
    expect(other.latents.map((one) => one.length)).toEqual([2, 2]);
    expect(problems).toEqual([]);
    expect(requests.slice(1)).toEqual([]);
  }, 60_000);

  test.each([
    [1280, false],
    [1280, true],
    [390, true],
  ])(
    "axe finds nothing at %d pixels, dark: %s; the page is no wider",
    async (width, dark) => {
      const { page: opened, problems } = await open(page, { width, dark });
      await shown(opened, 0);
      expect(await accessibilityProblems(opened)).toEqual([]);
      expect(await opened.evaluate("document.documentElement.scrollWidth")).toBe(width);
      expect(problems).toEqual([]);
    },
    60_000,
  );
});

describe("what is no data point is named first, and left out", () => {
  /** A β that no latent pays. */
  let collapsed: string[];
  let healthy: string[];
  beforeAll(async () => {
    const quickly = ["objective.beta=1000", "training.epochs=10", "optimizer.learningRate=0.03"];
    collapsed = [];
    for (const seed of [0, 1])
      collapsed.push(await trained(at("collapsed", `${seed}`), ...quickly, `seed=${seed}`));
    healthy = [0, 1].map((seed) => at("grid", `beta-1_latents-2_seed-${seed}`));
  });

  test("runs that really collapsed, beside healthy ones", async () => {
    const value = await comparing([...healthy, ...collapsed]);
    expect(value.verdict).toMatch(
      /^2 of 4 runs are left out of the comparison: 0 \(collapsed: each of its 2 latents carries < 0\.01 nats\); 1 \(/,
    );
    expect(value.verdict).toContain("Fewer than two settings have a run that counts");
    expect(value.rows[1]!.slice(1, 3)).toEqual(["2", "0 of 2"]);
    const kl = value.rows.find(([name]) => name === "KL")!;
    expect(kl[2]).toMatch(/^\(0\.00\d+\)$/);
    expect(value.words).toEqual([]);
  });

  test("train's words of these runs: each rule speaks of what happened, and of nothing else", async () => {
    for (const run of collapsed) {
      expect(said.get(run)).toContain("collapsed");
      expect(said.get(run)).not.toContain("carries");
    }
    // Two epochs of a model that learns: it has not done so yet.
    for (const run of healthy) expect(said.get(run)).toEqual(["carries", "still-falling"]);
    const four = at("grid", "beta-4_latents-2_seed-0");
    expect(said.get(four)).toContain("other-beta");
    // More latents than so few steps put to use.
    const wide = await trained(at("wide"), "objective.beta=8", "training.epochs=8", "model.latentDim=6");
    expect(said.get(wide)).toContain("silent-latents");
    expect(said.get(wide)).not.toContain("collapsed");
  });

  test("after two epochs β has changed nothing that four runs could show", async () => {
    const { words } = await comparing([at("grid")], { where: ["model.latentDim=2"] });
    expect(words).toEqual([]);
  });

  test("all runs collapsed: there is nothing to compare", async () => {
    const { verdict, measures } = await comparing(collapsed);
    expect(verdict).toMatch(/^2 of 2 runs are left out of the comparison/);
    expect(measures[0]!.intervals).toEqual([null]);
  });

  test("evaluate's diagnosis counts too: its name stands in the verdict", async () => {
    const copy = at("diagnosed");
    cpSync(healthy[1]!, copy, { recursive: true });
    await saveJob(evaluate, copy, { samples: 2, limit: 5 });
    const file = join(copy, "tables", "evaluation.json");
    const record = parseJson(readFileSync(file, "utf8")) as { diagnoses: object[] };
    const found = { name: "decoder-ignores-latents", sentence: "the decoder draws the same of any z" };
    const [first] = record.diagnoses as { causes?: unknown }[];
    writeFileSync(file, JSON.stringify({ ...record, diagnoses: [{ ...first, ...found }] }));
    const { verdict } = await comparing([healthy[0]!, copy]);
    expect(verdict).toMatch(
      /^1 of 2 runs is left out of the comparison: \S+ \(evaluate found a decoder that ignores the latents\)\./,
    );
  });

  test("a run that is still training, or was stopped, has no say", async () => {
    const running = at("running");
    cpSync(healthy[1]!, running, { recursive: true });
    const file = join(running, "run.json");
    const run = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(
      file,
      JSON.stringify({ ...run, status: "interrupted", progress: { ...run.progress, epoch: 1 } }),
    );
    const { verdict } = await comparing([healthy[0]!, running]);
    expect(verdict).toMatch(
      /^1 of 2 runs is left out of the comparison: \S+ \(interrupted, 1 of 2 epochs done\)/,
    );
  });

  test("runs of other data: fewer are left out by name, as many are refused", async () => {
    const other = await trained(at("other"), "data.count=130");
    const { leftOut, notes, settings } = await comparing([...healthy, other]);
    expect(leftOut[0]!.reason).toMatch(/^trained on other data or another split, digits/);
    expect(notes.at(-1)).toContain(`left out: ${other}`);
    expect(settings.flatMap(({ runs }) => runs)).toHaveLength(2);
    const refused = await failure("data", () => comparing([healthy[0]!, other]));
    expect(refused.message).toContain("the runs were trained on different data");
  });
});
