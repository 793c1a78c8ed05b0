import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import { setFormulas } from "../formulas.js";
import type { Figure } from "./figure.ts";
import { createLab } from "./lab.ts";
import { mistakes } from "./mistakes.ts";
import { load } from "./modules.ts";
import { shown, starter } from "./regions.ts";
import { type Outcome, run } from "./run.ts";
import { steps } from "./steps.ts";
import { renderText } from "./text.ts";

const solutions = Object.fromEntries(
  steps.map(({ slug }) => [
    slug,
    readFileSync(new URL(`../../examples/tutorial/${slug}.ts`, import.meta.url), "utf8"),
  ]),
);

/** As the page's, of fewer digits and shorter. */
const lab = createLab({ count: 400, epochs: 3 });

/** What is said last. */
async function attempt(slug: string, source: string): Promise<Outcome> {
  let last: Outcome | undefined;
  const step = steps.find((one) => one.slug === slug)!;
  for await (const outcome of run(step, source, solutions, lab)) last = outcome;
  return last!;
}

/** Every number of a figure. */
function numbersOf(figure: Figure): number[] {
  switch (figure.kind) {
    case "pictures":
      return Array.from(figure.pixels);
    case "bars":
    case "lines":
      return figure.series.flatMap(({ values }) => [...values]);
    case "points":
      return [...figure.x, ...figure.y];
    case "table":
      return figure.rows.flatMap(({ values }) => values.map(Number.parseFloat));
    case "group":
      return figure.parts.flatMap(numbersOf);
  }
}

describe.each(steps)("$slug", ({ slug, text }) => {
  it("is solved by the file in examples/tutorial, with a figure of finite numbers", async () => {
    const { findings, figure } = await attempt(slug, solutions[slug]!);
    expect(findings.filter(({ holds }) => !holds)).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    const numbers = numbersOf(figure!);
    expect(numbers.length).toBeGreaterThan(3);
    expect(numbers.every(Number.isFinite)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(2);
  });

  it("begins with a file that says that it isn't written yet", async () => {
    const begun = starter(solutions[slug]!);
    expect(begun).not.toContain("#region");
    const { findings, figure } = await attempt(slug, begun);
    expect(findings).toEqual([{ holds: false, says: "not written yet" }]);
    expect(figure).toBeUndefined();
  });

  it("has a text whose formulas can be set", () => {
    const html = renderText(setFormulas(text)).join("\n");
    expect(html).toMatch(/<p>.*<math/s);
    expect(html).not.toMatch(/\\`|\$/);
  });

  it.each(mistakes[slug]!)("says what is wrong: %s → %s", async (right, wrong, says) => {
    expect(solutions[slug]).toContain(right);
    const { findings } = await attempt(slug, solutions[slug]!.replace(right, wrong));
    expect(
      findings
        .filter(({ holds }) => !holds)
        .map((one) => one.says)
        .join("\n"),
    ).toMatch(says);
  });
});

test("a learner's file: types are taken away, imports are those that are here", () => {
  expect(shown(solutions.schedule!)).toContain("  return epoch / epochs;\n}");
  expect(() => load('import { readFileSync } from "node:fs";\nreadFileSync("x");')).toThrow(
    'there is no module "node:fs" here; there are betalab/graph, betalab/nn',
  );
  expect(() => load("export const x = ;")).toThrow(/1:18/);
});

test("a file that lacks the function is told so", async () => {
  const { findings } = await attempt("schedule", "export const other = 1;");
  expect(findings).toEqual([{ holds: false, says: 'the file exports no function "scheduledBeta"' }]);
});
