/** Results in words for people, by job; a job without an entry shows the files that it wrote. */

import type { Told } from "./told.ts";

type Text = (told: Told) => string;

const training = async (): Promise<Text> => (await import("./training.ts")).trainingText;

const texts: Readonly<Record<string, () => Promise<Text>>> = {
  demo: training,
  train: training,
  resume: training,
  suggest: async () => (await import("./suggest.ts")).suggestText,
  sweep: async () => (await import("./sweep.ts")).sweepText,
  "sweep status": async () => (await import("./sweep.ts")).statusText,
  "sweep logs": async () => (await import("./sweep.ts")).logsText,
  "sweep cancel": async () => (await import("./sweep.ts")).namesText,
  "sweep retry": async () => (await import("./sweep.ts")).namesText,
  worker: async () => (await import("./sweep.ts")).workerText,
  usage: async () => (await import("./short.ts")).usageText,
  evaluate: async () => (await import("./evaluate.ts")).evaluationText,
  metrics: async () => (await import("./metrics.ts")).metricsText,
  export: async () => (await import("./short.ts")).exportText,
  tensorboard: async () => (await import("./short.ts")).tensorboardText,
  import: async () => (await import("./import.ts")).importText,
  verify: async () => (await import("./short.ts")).verifyText,
  compare: async () => (await import("./short.ts")).compareText,
  "data list": async () => (await import("./data.ts")).listText,
  "data inspect": async () => (await import("./data.ts")).inspectText,
  "data fetch": async () => (await import("./data.ts")).fetchText,
  "data make": async () => (await import("./data.ts")).makeText,
  presets: async () => (await import("./short.ts")).presetsText,
  config: async () => (await import("./config.ts")).configText,
  explain: async () => (await import("./explain.ts")).explainText,
  doctor: async () => (await import("./doctor.ts")).doctorText,
};

export async function textOf(job: string, told: Told): Promise<string> {
  const text = Object.hasOwn(texts, job) ? await texts[job]!() : undefined;
  return text === undefined ? plainText(told) : text(told);
}

/** The files that were written; of a job that writes none, its value. */
function plainText({ value, paths }: Told): string {
  if (paths.length > 0) return paths.join("\n");
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
