/** What a hand moves while a model trains: numbers that are fed at every step, the learning rate, the pace. */

import type { Config } from "../../../src/config/index.ts";
import type { Dataset } from "../../../src/data/index.ts";
import { type Chain, valueAt } from "../../../src/nn/index.ts";
import type { Device } from "../../../src/runtime/index.ts";
import { buildOptimizer } from "../../../src/trained/web.ts";
import type { TrainingJob } from "../../../src/training/index.ts";
import { stepsPerEpoch } from "./opening.ts";
import { registries } from "./registries.ts";

export class Steering {
  config: Config;
  /** Steps a second; 0: as fast as it goes. */
  stepsPerSecond = 0;
  /** The next call takes one step. */
  isSingle = false;
  #chain: Chain;
  #held: Readonly<Record<string, number>> = {};

  constructor(config: Config) {
    this.config = config;
    this.#chain = buildOptimizer(config, registries);
  }

  /** From the next step on these scalars, and the learning rate of this config. */
  hold(config: Config, scalars: Readonly<Record<string, number>>): void {
    this.config = config;
    this.#held = scalars;
    this.#chain = buildOptimizer(config, registries);
  }

  /** The job, whose scheduled numbers and learning rate follow the hand, and whose calls take one step when asked to. */
  steered(job: TrainingJob, device: Device): TrainingJob {
    const steering = this;
    // Whoever watches hears of every step that takes a second.
    const isSlow = device === "cpu" && this.config.model.architecture !== "mlp";
    return {
      ...job,
      // A GPU may be lost at any time: what is kept of the training is then not old.
      checkpointMinutes: device === "webgpu" ? 0.25 : job.checkpointMinutes,
      held: () => steering.#held,
      get optimizer() {
        return steering.#chain;
      },
      get stepsPerCall() {
        return steering.isSingle || steering.stepsPerSecond > 0 || isSlow ? 1 : job.stepsPerCall;
      },
    };
  }

  /** The numbers of a step: what is held, and of the rest what its schedule says. */
  scalars(job: TrainingJob, data: Dataset, step: number): Record<string, number> {
    const { objective, vae, epochs } = job;
    const perEpoch = stepsPerEpoch(data, job);
    const at = { step: Math.max(0, step), stepsPerEpoch: perEpoch, totalSteps: perEpoch * epochs };
    const schedules = Object.entries({ ...objective.scalars, ...vae.decoding.scalars });
    const rate = this.#chain.learningRate(at);
    return {
      ...Object.fromEntries(
        schedules.map(([name, schedule]) => [name, this.#held[name] ?? valueAt(schedule, at)]),
      ),
      ...(rate !== undefined && { learningRate: rate }),
    };
  }
}
