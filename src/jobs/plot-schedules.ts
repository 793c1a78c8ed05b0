/** Every schedule of a config as a curve, before anything is trained. */

import { sum } from "../base/statistics.ts";
import { type Config, schedulesIn } from "../config/index.ts";
import { type Chart, lineChart, panels } from "../figures/node.ts";
import { type Position, type Schedule, valueAt } from "../nn/index.ts";

const POINTS = 400;
/** Nominal length of an epoch: a config alone does not know how many images there are. */
const STEPS_PER_EPOCH = 1000;
/** How far past its last moment a schedule that counts steps is drawn. */
const BEYOND = 1.25;

/** Each schedule of the config, sampled over the run, or where it counts steps until a quarter past its end. */
export function sampleSchedules(config: Config) {
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

/** A panel for each of at least one schedule. */
export async function drawSchedules(sampled: ReturnType<typeof sampleSchedules>): Promise<Chart> {
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
  return panels(charts, { columns: 2 });
}

function lastMoment(schedule: Exclude<Schedule, number>, unit: "epoch" | "step", epochs: number): number {
  if (unit === "epoch") return epochs;
  if ("durations" in schedule) return BEYOND * sum(schedule.durations) + 1;
  if ("to" in schedule && schedule.to !== undefined) return BEYOND * schedule.to;
  return epochs * STEPS_PER_EPOCH;
}

/** From zero, or from the least value when that lies below. */
function domainOf(values: readonly number[]): [number, number] {
  const [lowest, highest] = [Math.min(0, ...values), Math.max(...values)];
  return [lowest, highest > lowest ? highest : lowest + 1];
}
