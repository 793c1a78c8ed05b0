/**
 * Our training step in a process of its own, as the peers have one: what else was measured before (a large matrix
 * product, another net) leaves its traces in a process's memory, and slowed the MLPs by a tenth.
 */

import { createRuntime, type Device, type EngineName } from "../src/runtime/node.ts";
import { ours, type TrainingContestant } from "./ours.ts";
import type { PeerOpened } from "./peer-process.ts";
import { drawn, drawPictures, endless } from "./pictures.ts";
import { serve } from "./serve.ts";
import { steps } from "./steps.ts";

interface Request {
  readonly open?: {
    readonly step: string;
    readonly threads: number;
    readonly device?: Device;
    readonly engine?: EngineName;
  };
  readonly run?: number;
}

let contestant: TrainingContestant | undefined;

await serve<Request>(async ({ open, run }) => {
  if (open === undefined) return contestant!.run(run!);
  const step = steps.find(({ name }) => name === open.step)!;
  const { image } = step;
  const { threads, device = "cpu", engine } = open;
  const runtime = await createRuntime({ threads, device, ...(engine && { engine }) });
  const start = performance.now();
  contestant = await ours(step, endless(drawn(drawPictures(image), image)), runtime);
  const firstSeconds = (performance.now() - start) / 1000;
  return {
    parameterCount: contestant.parameterCount,
    version: runtime.description,
    firstSeconds,
  } satisfies PeerOpened;
});
