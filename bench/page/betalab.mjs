/** betalab in a worker of the page: the loop that every training runs through. It is asked for a device, an engine and threads. */

import { configuration, shipped } from "../../src/config/web.ts";
import { openDataset } from "../../src/data/index.ts";
import { createRuntime } from "../../src/runtime/web.ts";
import { buildJob } from "../../src/trained/web.ts";
import { train } from "../../src/training/index.ts";
import { serve } from "./nets.mjs";

const digits = { source: "digits", count: 2560 };
const training = { stepsPerCall: 1, epochs: 100_000 };
const configs = {
  "mlp-50": { preset: "mnist-mlp-50", data: digits, training },
  conv28: { preset: "mnist-conv-beta1", data: digits, training },
  burgess: {
    preset: "dsprites-beta4",
    data: { source: "sprites", limit: 2560 },
    objective: { beta: 1 },
    training,
  },
};
serve(async (name, { device, engine, threads }) => {
  const { config } = configuration(shipped).resolve(configs[name]);
  const data = await openDataset(config.data, {}, shipped.sources);
  const runtime = await createRuntime({ device, engine, threads, files: "/ort/" });
  const events = train({
    ...buildJob(config, data, runtime, shipped),
    checkpointMinutes: Number.POSITIVE_INFINITY,
  });
  return async () => {
    for (;;) {
      const { value: event } = await events.next();
      if (event?.type === "step") return event.terms.negativeElbo;
    }
  };
});
