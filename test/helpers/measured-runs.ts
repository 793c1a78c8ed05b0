import type { MeasuredRun } from "../../src/jobs/compare/one-measure.ts";
import type { Measure } from "../../src/jobs/compare/value.ts";
import { smallConfig } from "./small-run.ts";

export const kl: Measure = { key: "kl", label: "KL", unit: "nats/image", definition: "analytic" };
export const mig: Measure = { key: "metric:mig", label: "mig", better: "higher", definition: "20 bins" };

/** A run of a small config as `compare` reads it. */
export function run(
  beta: number,
  seed: number,
  values: Record<string, number>,
  measures = [kl, mig],
  more: Partial<MeasuredRun> = {},
): MeasuredRun {
  const config = smallConfig(`objective.beta=${beta}`, `seed=${seed}`);
  return {
    name: `beta-${beta}_seed-${seed}`,
    config,
    seed,
    values: new Map(Object.entries(values)),
    errors: new Map(),
    chances: new Map(),
    missing: new Map(),
    measures,
    ...more,
  };
}

/** Two settings of three seeds. */
export const runs = [
  run(4, 1, { kl: 10.5, "metric:mig": 0.3 }),
  run(1, 0, { kl: 20, "metric:mig": 0.1 }),
  run(1, 1, { kl: 20.4, "metric:mig": 0.4 }),
  run(4, 0, { kl: 10, "metric:mig": 0.2 }),
  run(1, 2, { kl: 20.2, "metric:mig": 0.2 }),
  run(4, 2, { kl: 10.3, "metric:mig": 0.25 }),
];
