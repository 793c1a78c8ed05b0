/** Runs learners' files away from the page: whatever they do, the page stays alive and can end this worker. */

import { openLab } from "./lab.ts";
import { type Outcome, run } from "./run.ts";
import { steps } from "./steps.ts";

export interface Attempt {
  readonly slug: string;
  readonly source: string;
  /** The files of the other steps, by slug. */
  readonly files: Readonly<Record<string, string>>;
}

/** `training` is the share of the small model's training that is done; no attempt's time runs out meanwhile. */
export type Answer = { readonly training: number } | { readonly outcome: Outcome };

const worker = globalThis as unknown as {
  onmessage: (message: { readonly data: Attempt }) => void;
  postMessage(answer: Answer): void;
};

worker.onmessage = async ({ data: { slug, source, files } }) => {
  const step = steps.find((one) => one.slug === slug)!;
  const lab = () => openLab((training) => worker.postMessage({ training }));
  worker.postMessage({ outcome: await run(step, source, files, lab) });
};
