/** Models that are trained beside each other, from the same weights and with the same images and noise, as the parts of a figure. */

import { formatFixed } from "../../src/base/format.ts";
import type { Chart, Pictures, Table } from "./figure.ts";
import { type Lab, type Moment, normals, type Recipe } from "./step.ts";

/** Of each training. */
export const EPOCHS = 24;

export interface Compared {
  readonly name: string;
  readonly moment: Moment;
}

/** Trains all at once: where each is after every epoch. */
export async function* besideEachOther(
  lab: Lab,
  recipes: Readonly<Record<string, Recipe>>,
): AsyncGenerator<readonly [Compared, ...Compared[]]> {
  const trainings = Object.entries(recipes).map(([name, recipe]) => ({ name, events: lab.watch(recipe) }));
  try {
    for (;;) {
      const moments: Compared[] = [];
      for (const { name, events } of trainings) {
        const { value, done } = await events.next();
        if (done) return;
        moments.push({ name, moment: value });
      }
      yield moments as [Compared, ...Compared[]];
    }
  } finally {
    for (const { events } of trainings) await events.return(undefined);
  }
}

const SHOWN = 8;

/** Digits, and what each model makes of them by their posterior means. */
export async function reconstructed(lab: Lab, models: readonly Compared[]): Promise<Pictures> {
  const images = (await lab.digits()).images.slice(0, SHOWN * 784);
  const rows: Float32Array[] = [images];
  for (const { moment } of models)
    rows.push(await moment.model.decode((await moment.model.encode(images)).mean));
  return pictures(["digits", ...models.map(({ name }) => name)], rows, "Digits, and how they come back.");
}

/** The same draws from the prior, through each decoder. */
export async function sampled(models: readonly Compared[]): Promise<Pictures> {
  const rows: Float32Array[] = [];
  for (const { moment } of models)
    rows.push(await moment.model.decode(normals(SHOWN * moment.model.latents, "samples")));
  return pictures(
    models.map(({ name }) => name),
    rows,
    "The same draws from the prior, decoded.",
  );
}

function pictures(names: readonly string[], rows: readonly Float32Array[], caption: string): Pictures {
  const pixels = new Float32Array(rows.length * SHOWN * 784);
  rows.forEach((row, i) => {
    pixels.set(row, i * SHOWN * 784);
  });
  return { kind: "pictures", width: 28, height: 28, columns: SHOWN, rows: names, pixels, caption };
}

/** Nats from which a latent is counted. */
const CARRIES = 0.1;

/** What each costs, and how many of its latents carry it. */
export const costs = (models: readonly Compared[]): Table => ({
  kind: "table",
  columns: ["reconstruction", "KL", "−ELBO", `latents ≥\u00a0${CARRIES}`],
  rows: models.map(({ name, moment: { reconstruction, kl, negativeElbo, klPerDimension } }) => {
    const carrying = klPerDimension.filter((one) => one >= CARRIES).length;
    const nats = [reconstruction, kl, negativeElbo].map((value) => formatFixed(value, 1));
    return { name, values: [...nats, `${carrying} of ${klPerDimension.length}`] };
  }),
  caption: `Means of held-out digits, in nats per image, and how many latents carry ${CARRIES} nats or more.`,
});

/** The KL of each model's latents, from the one that carries most to the one that carries least. */
export function klOfEach(models: readonly [Compared, ...Compared[]]): Chart {
  const series = models.map(({ name, moment }) => ({
    name,
    values: moment.klPerDimension.toSorted((a, b) => b - a),
  }));
  return {
    kind: "bars",
    series,
    labels: models[0].moment.klPerDimension.map((_, i) => String(i + 1)),
    unit: "KL (nats per image)",
    caption: "What each latent carries, the one that carries most first.",
  };
}

/** How far the training has come, to begin a caption. */
export const progressOf = ([{ moment }]: readonly [Compared, ...Compared[]]): string =>
  moment.step < moment.steps
    ? `Step ${moment.step} of ${moment.steps}, trained in this page.`
    : `After ${moment.steps} steps, trained in this page.`;
