/** `npm run bench -- --grow`: images/s of two nets over batch size and over latent size, one at a time. */

import { type Contestant, measure, type Result } from "./contestant.ts";
import type { Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { ours } from "./ours.ts";
import { drawn, drawPictures, endless } from "./pictures.ts";
import { describe, table } from "./report.ts";
import { benchStep } from "./steps.ts";
import type { Surroundings } from "./training.ts";

const batchSizes = [16, 32, 64, 128, 256, 512, 1024, 2048];
const latentSizes = [2, 10, 50, 200];
const image = { height: 28, width: 28, channels: 1 };

/** Named as the steps are; what isn't varied stays as the preset has it. */
const nets = [
  { name: "mlp-50", title: "784-400-L MLP", preset: "mnist-mlp-50" },
  { name: "conv28", title: "conv28", preset: "mnist-conv-beta1" },
] as const;

type Net = (typeof nets)[number];

interface Cell {
  readonly net: Net["name"];
  readonly batchSize: number;
  readonly latentDim: number;
  readonly stepsPerCall: number;
  readonly imagesPerSecond: number;
  /** ms a step. */
  readonly result: Result;
}

export interface Growth {
  readonly machine: Machine;
  readonly command: string;
  readonly date: string;
  readonly cells: readonly Cell[];
}

export async function measureGrowth(
  options: BenchOptions,
  surroundings: Surroundings,
): Promise<Pick<Growth, "cells">> {
  const cells: Cell[] = [];
  for (const net of nets) {
    if (options.only.length > 0 && !options.only.includes(net.name)) continue;
    const { data, model } = presetConfig(net);
    const sizes = [
      ...batchSizes.map((batchSize) => ({ batchSize, latentDim: model.latentDim })),
      ...latentSizes
        .filter((latentDim) => latentDim !== model.latentDim)
        .map((latentDim) => ({ batchSize: data.batchSize, latentDim })),
    ];
    for (const size of sizes) cells.push(await measureCell(net, size, options, surroundings));
  }
  return { cells };
}

function presetConfig({ name, preset }: Net) {
  return benchStep(name, "", image, { preset }).config;
}

async function measureCell(
  net: Net,
  { batchSize, latentDim }: { readonly batchSize: number; readonly latentDim: number },
  { seconds, rounds }: BenchOptions,
  { runtime, progress }: Surroundings,
): Promise<Cell> {
  progress(`${net.name}: batch ${batchSize}, L = ${latentDim}`);
  const { data, training } = presetConfig(net);
  // Not more images in a call than the preset has: what several steps a call save is the call.
  const ofPreset = Math.round((training.stepsPerCall * data.batchSize) / batchSize);
  const stepsPerCall = Math.max(1, Math.min(training.stepsPerCall, ofPreset));
  const step = benchStep(net.name, net.title, image, {
    preset: net.preset,
    data: { batchSize },
    model: { latentDim },
    training: { stepsPerCall },
  });
  let contestant: Contestant | undefined;
  try {
    contestant = await ours(step, endless(drawn(drawPictures(image), image)), runtime);
    const result = (await measure([contestant], { seconds, rounds })).get(contestant)!;
    const imagesPerSecond = (1000 * batchSize) / result.median;
    return { net: net.name, batchSize, latentDim, stepsPerCall, imagesPerSecond, result };
  } finally {
    await contestant?.close();
  }
}

export function formatGrowth({ machine, command, date, cells }: Growth): string {
  const measured = nets.filter(({ name }) => cells.some(({ net }) => net === name));
  const rows = (axis: "batchSize" | "latentDim", sizes: readonly number[]) =>
    table([
      [axis === "batchSize" ? "images/s over batch size" : "images/s over latent size", ...sizes.map(String)],
      ...measured.map((net) => {
        const { data, model } = presetConfig(net);
        const fixed = { batchSize: data.batchSize, latentDim: model.latentDim };
        const title =
          axis === "batchSize"
            ? `${net.title}, L=${fixed.latentDim}`
            : `${net.title}, batch ${fixed.batchSize}`;
        const values = sizes.map((size) => {
          const wanted = { ...fixed, [axis]: size };
          const cell = cells.find(
            (one) =>
              one.net === net.name &&
              one.batchSize === wanted.batchSize &&
              one.latentDim === wanted.latentDim,
          );
          return cell === undefined ? "–" : cell.imagesPerSecond.toFixed(0);
        });
        return [title, ...values];
      }),
    ]);
  return [
    `${date}   ${command}`,
    describe(machine),
    "",
    ...rows("batchSize", batchSizes),
    "",
    ...rows("latentDim", latentSizes),
  ].join("\n");
}
