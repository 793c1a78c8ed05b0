/** Our side: the training loop itself, asked for one event after another while the clock runs. */

import { shipped } from "../src/config/node.ts";
import type { Dataset } from "../src/data/index.ts";
import type { Runtime } from "../src/runtime/index.ts";
import { buildJob } from "../src/trained/index.ts";
import { train } from "../src/training/index.ts";
import { type Contestant, timed } from "./contestant.ts";
import type { BenchStep } from "./steps.ts";

export interface TrainingContestant extends Contestant {
  readonly parameterCount: number;
}

/** Opens a training and takes its calls up to the first whole one, so that everything is compiled. */
export async function ours(step: BenchStep, data: Dataset, runtime: Runtime): Promise<TrainingContestant> {
  const job = {
    ...buildJob(step.config, data, runtime, shipped),
    checkpointMinutes: Number.POSITIVE_INFINITY,
  };
  const events = train(job);
  let parameterCount = 0;
  let done = 0;
  const advance = async (): Promise<number> => {
    for (;;) {
      const { value: event } = await events.next();
      if (event === undefined || event.type === "end")
        throw new Error("internal: the training came to its end");
      if (event.type === "start") parameterCount = event.state.parameterCount;
      if (event.type === "step") {
        const count = event.step - done;
        done = event.step;
        return count;
      }
    }
  };
  while ((await advance()) < job.stepsPerCall);
  return {
    name: "betalab",
    parameterCount,
    run: (seconds) => timed(seconds, advance),
    close: async () => {
      await events.return();
    },
  };
}
