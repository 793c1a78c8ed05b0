/** Trainings that a figure watches are the product's own, and say what they are said to. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { configuration, shipped } from "../../src/config/web.ts";
import { openDataset } from "../../src/data/index.ts";
import { add, multiply } from "../../src/graph/index.ts";
import { createRuntime } from "../../src/runtime/web.ts";
import { buildJob } from "../../src/trained/web.ts";
import { train } from "../../src/training/index.ts";
import type { Figure } from "./figure.ts";
import { createLab } from "./lab.ts";
import { run } from "./run.ts";
import type { Recipe } from "./step.ts";
import { steps } from "./steps.ts";

const count = 600;
const [latents, epochs] = [4, 3];

/** −ELBO after every epoch of a training by the product's own objective. */
async function trained(objective: object, stepsPerCall: number): Promise<number[]> {
  const { config } = configuration(shipped).resolve({
    preset: "demo",
    data: { count },
    model: { hidden: [64], latentDim: latents },
    objective,
    optimizer: { learningRate: 0.006 },
    training: { epochs, stepsPerCall },
  });
  const data = await openDataset(config.data, {}, shipped.sources);
  const values: number[] = [];
  for await (const event of train(buildJob(config, data, await createRuntime(), shipped)))
    if (event.type === "epoch") values.push(event.heldOut.negativeElbo);
  return values;
}

async function watched(recipe: Pick<Recipe, "scalars" | "next">): Promise<number[]> {
  const values: number[] = [];
  const moments = createLab({ count }).watch({
    latents,
    epochs,
    loss: ({ reconstruction, kl, scalar }) => add(reconstruction, multiply(scalar("beta"), kl)),
    ...recipe,
  });
  for await (const moment of moments) values.push(moment.negativeElbo);
  return values;
}

test("a loss of the step's trains what the product's objective trains, bit for bit", async () => {
  expect(await watched({ scalars: { beta: 10 } })).toEqual(await trained({ kind: "beta", beta: 10 }, 4));
});

test("numbers move from step to step, by the epoch of the step that they are for", async () => {
  const rising = { schedule: "staircase", start: 0, end: 1 };
  const next: Recipe["next"] = ({ epoch }) => ({ beta: epoch / epochs });
  expect(await watched({ scalars: { beta: 1 / epochs }, next })).toEqual(
    await trained({ kind: "beta", beta: rising }, 1),
  );
});

/** The last figure of a step's solution, with as many digits as in the page. */
async function lastFigure(slug: string) {
  const files = Object.fromEntries(
    steps.map((step) => [
      step.slug,
      readFileSync(new URL(`../../examples/tutorial/${step.slug}.ts`, import.meta.url), "utf8"),
    ]),
  );
  const step = steps.find((one) => one.slug === slug)!;
  let last: Figure | undefined;
  for await (const { figure } of run(step, files[slug]!, files, createLab())) last = figure;
  const { parts } = last as Extract<Figure, { kind: "group" }>;
  const part = <K extends (typeof parts)[number]["kind"]>(kind: K) =>
    parts.find((one) => one.kind === kind) as Extract<(typeof parts)[number], { kind: K }>;
  const numbers = (part("table")?.rows ?? []).map(({ values }) => values.map(Number.parseFloat));
  const [first, second] = part("bars").series.map(({ values }) => values);
  return { numbers, bars: { first: first!, second: second ?? [] }, lines: part("lines")?.series };
}

const total = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0);

test("β = 10 beside β = 1: what the text says of them", { timeout: 60_000 }, async () => {
  const { numbers, bars } = await lastFigure("beta");
  const [[cheapPixels, cheapKl, cheapElbo, cheapUse], [dearPixels, dearKl, dearElbo, dearUse]] = numbers as [
    [number, number, number, number],
    [number, number, number, number],
  ];
  expect(cheapPixels + cheapKl).toBeCloseTo(cheapElbo, 0);
  expect(dearPixels + dearKl).toBeCloseTo(dearElbo, 0);
  expect(total(bars.first)).toBeCloseTo(cheapKl, 0);
  expect(dearKl).toBeLessThan(cheapKl / 4);
  expect(dearPixels).toBeGreaterThan(cheapPixels + 30);
  expect(dearUse).toBeLessThan(cheapUse);
});

test("soft free bits: no latent is silent, each γ rests where its latent carries λ or at 1", {
  timeout: 60_000,
}, async () => {
  const { bars, lines, numbers } = await lastFigure("soft-free-bits");
  expect(Math.min(...bars.first)).toBeGreaterThan(0.25);
  expect(Math.min(...bars.second)).toBeLessThan(0.05);
  const last = lines.map(({ values }) => values.at(-1)!);
  expect(Math.max(...last)).toBe(1);
  expect(Math.min(...last)).toBeLessThan(0.9);
  expect(lines.flatMap(({ values }) => values).every((value) => value > 0 && value <= 1)).toBe(true);
  expect(numbers[0]![3]).toBe(20);
  expect(numbers[1]![3]).toBeLessThan(20);
});

test("β that rises leaves fewer latents silent, and C is where the KL goes", {
  timeout: 60_000,
}, async () => {
  const { numbers } = await lastFigure("schedule");
  expect(numbers[0]![3]).toBeGreaterThan(numbers[1]![3]!);
  const [capacity, kl] = (await lastFigure("capacity")).lines;
  expect(capacity!.values.at(-1)).toBe(15);
  expect(Math.abs(kl!.values.at(-1)! - 15)).toBeLessThan(3);
});
