/** The steps of the tutorial, in order. */

import type { Step } from "./step.ts";
import { autoencoder } from "./steps/autoencoder.ts";
import { beta } from "./steps/beta.ts";
import { capacity } from "./steps/capacity.ts";
import { collapse } from "./steps/collapse.ts";
import { generation } from "./steps/generation.ts";
import { map } from "./steps/map.ts";
import { objective } from "./steps/objective.ts";
import { recognition } from "./steps/recognition.ts";
import { reparametrization } from "./steps/reparametrization.ts";
import { samples } from "./steps/samples.ts";
import { schedule } from "./steps/schedule.ts";
import { softFreeBits } from "./steps/soft-free-bits.ts";
import { training } from "./steps/training.ts";
import { transition } from "./steps/transition.ts";

export const steps: readonly Step[] = [
  recognition,
  reparametrization,
  generation,
  autoencoder,
  objective,
  training,
  samples,
  transition,
  map,
  collapse,
  schedule,
  softFreeBits,
  beta,
  capacity,
];
