import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it, test } from "vitest";
import { createWorkbench } from "../../src/index.ts";
import { train } from "../../src/training/index.ts";
import { mistakes } from "./mistakes.ts";
import { load, shown, starter } from "./modules.ts";
import { run } from "./run.ts";
import type { Figure, Lab } from "./step.ts";
import { steps } from "./steps.ts";
import { renderText } from "./text.ts";

const solutions = Object.fromEntries(
  steps.map(({ slug }) => [
    slug,
    readFileSync(new URL(`../../examples/tutorial/${slug}.ts`, import.meta.url), "utf8"),
  ]),
);

let lab: Lab;
beforeAll(async () => {
  const workbench = createWorkbench();
  const job = await workbench.prepare({
    preset: "demo",
    data: { count: 400 },
    model: { hidden: [64], latentDim: 4 },
    training: { epochs: 3 },
  });
  let last: Parameters<typeof workbench.model>[1] | undefined;
  for await (const event of train(job)) if (event.type === "end") last = event;
  const model = await workbench.model(job, last!).compile();
  const { images, labels } = job.data.heldOut;
  const count = Math.min(40, images.count);
  const pixels = new Uint8Array(count * 784);
  images.read(
    Array.from({ length: count }, (_, i) => i),
    pixels,
  );
  const bytes = (values: Float32Array) => ({
    count: values.length / 784,
    height: 28,
    width: 28,
    channels: 1 as const,
    pixels: Uint8Array.from(values, (value) => Math.round(255 * value)),
  });
  lab = {
    images: Float32Array.from(pixels, (value) => value / 255),
    labels: Array.from(labels!.values.subarray(0, count)),
    model: {
      latents: 4,
      encode: (values) => model.encode(bytes(values)),
      decode: async (latents) =>
        Float32Array.from((await model.decode(latents)).pixels, (value) => value / 255),
    },
  };
});

const attempt = (slug: string, source: string) =>
  run(steps.find((one) => one.slug === slug)!, source, solutions, async () => lab);

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
    expect(renderText(text)).toContain("<p>");
    expect(renderText(text)).not.toContain("\\`");
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
