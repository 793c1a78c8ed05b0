/** Runs learners' files away from the page: whatever they do, the page stays alive and can end this worker. */

import { createLab } from "./lab.ts";
import { type Outcome, run } from "./run.ts";
import { steps } from "./steps.ts";

export interface Attempt {
  /** A later attempt ends an earlier one. */
  readonly id: number;
  readonly slug: string;
  readonly source: string;
  /** The files of the other steps, by slug. */
  readonly files: Readonly<Record<string, string>>;
}

/** `training` is the share of the small model's training that is done. An attempt ends with `done`. */
export type Answer = { readonly id: number } & (
  | { readonly training: number }
  | { readonly outcome: Outcome }
  | { readonly done: true }
);

const worker = globalThis as unknown as {
  onmessage: (message: { readonly data: Attempt }) => void;
  postMessage(answer: Answer): void;
};

let newest = 0;
const lab = createLab({ onProgress: (training) => worker.postMessage({ id: newest, training }) });

worker.onmessage = async ({ data: { id, slug, source, files } }) => {
  newest = id;
  const step = steps.find((one) => one.slug === slug)!;
  for await (const outcome of run(step, source, files, lab)) {
    worker.postMessage({ id, outcome });
    await messages();
    if (id !== newest) return;
  }
  worker.postMessage({ id, done: true });
};

/** Lets messages in: a training on this thread alone would not. */
const messages = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
