/** The smallest useful training, as flags of `betalab train` and as a config: a hundred digits, a second. */
import type { Config } from "../../src/config/index.ts";
import { resolveConfig } from "../../src/config/node.ts";

/** 108 digits to train on, 12 held out; 6 steps an epoch, in calls of 2 and 4. */
export const smallSettings: readonly string[] = [
  "data.count=120",
  "data.batchSize=16",
  "model.hidden=[8]",
  "model.latentDim=2",
  "training.stepsPerCall=4",
  "threads=1",
];

export const smallFlags: readonly string[] = smallSettings.flatMap((text) => ["--set", text]);

export function smallConfig(...set: string[]): Config {
  return resolveConfig("demo", { set: [...smallSettings, "training.epochs=2", ...set] }).config;
}

/** A checkpoint after every call, so that a kill may find it in any state. */
export const everyCall = "training.checkpointMinutes=0.000001";

/** The lines of `metrics.jsonl` without what a clock measured. */
export const timeless = (metrics: Uint8Array | string): string =>
  metrics.toString().replaceAll(/,"(imagesPerSecond|crc32)":[^,}]+/g, "");

/** A sweep of it over β by two seeds, each evaluated; YAML. */
export const smallSweep = (betas: readonly number[]): string =>
  `config: demo\nset: {${[...smallSettings, everyCall].map((text) => text.replace("=", ": ")).join(", ")}}\n` +
  `grid: {objective.beta: [${betas.join(", ")}]}\nseeds: 2\nthen: [{evaluate: {samples: 2}}]\n`;
