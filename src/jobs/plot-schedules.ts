/** `betalab config --plot`: every schedule of a config as a curve, before anything is trained. */

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { type Config, schedulesIn } from "../config/index.ts";
import { lineChart, panels, svgToPng } from "../figures/node.ts";
import { type Position, type Schedule, valueAt } from "../nn/index.ts";
import { writeFileAtomic } from "../runs/index.ts";

const POINTS = 400;
/** Nominal length of an epoch: a config alone does not know how many images there are. */
const STEPS_PER_EPOCH = 1000;
/** How far past its last moment a schedule that counts steps is drawn. */
const BEYOND = 1.25;

export interface PlottedSchedule {
  readonly key: string;
  readonly unit: "epoch" | "step";
  readonly points: readonly (readonly [at: number, value: number])[];
}

/** Each schedule of the config, sampled over the run, or where it counts steps until a quarter past its end. */
export function sampleSchedules(config: Config): PlottedSchedule[] {
  return schedulesIn(config).map(({ key, schedule }) => {
    const unit = "unit" in schedule ? schedule.unit : "epoch";
    const end = lastMoment(schedule, unit, config.training.epochs);
    const perUnit = unit === "epoch" ? STEPS_PER_EPOCH : 1;
    const horizon = { stepsPerEpoch: STEPS_PER_EPOCH, totalSteps: Math.ceil(end * perUnit) };
    const points = Array.from({ length: POINTS + 1 }, (_, i): [number, number] => {
      // The last point is the run's last step, one before its end.
      const step = Math.min(Math.round((i / POINTS) * end * perUnit), horizon.totalSteps - 1);
      const position: Position = { step, ...horizon };
      return [(i / POINTS) * end, valueAt(schedule, position)];
    });
    return { key, unit, points };
  });
}

/** Draws them, a panel each, into an SVG or PNG file by its ending; returns its path, or nothing when there are none. */
export async function plotSchedules(config: Config, out: string): Promise<string | undefined> {
  const sampled = sampleSchedules(config);
  if (sampled.length === 0) return undefined;
  const charts = await Promise.all(
    sampled.map(({ key, unit, points }) =>
      lineChart({
        title: key,
        width: 560,
        height: 260,
        x: { label: unit === "epoch" ? "epoch" : "optimiser step" },
        y: { label: "value", domain: domainOf(points.map(([, value]) => value)) },
        series: [{ name: key, points }],
      }),
    ),
  );
  const figure = panels(charts, { columns: Math.min(2, charts.length) });
  mkdirSync(dirname(out), { recursive: true });
  writeFileAtomic(out, /\.svg$/i.test(out) ? Buffer.from(figure.svg) : svgToPng(figure.svg, 2));
  return out;
}

function lastMoment(schedule: Exclude<Schedule, number>, unit: "epoch" | "step", epochs: number): number {
  if (unit === "epoch") return epochs;
  if ("durations" in schedule) return BEYOND * schedule.durations.reduce((total, one) => total + one, 0) + 1;
  if ("to" in schedule && schedule.to !== undefined) return BEYOND * schedule.to;
  return epochs * STEPS_PER_EPOCH;
}

/** From zero, or from the least value when that lies below. */
function domainOf(values: readonly number[]): [number, number] {
  const highest = Math.max(...values);
  const lowest = Math.min(0, ...values);
  return [lowest, highest > lowest ? highest : lowest + 1];
}
