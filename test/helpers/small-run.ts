/** The smallest useful training, as flags of `betalab train` and as a config: a hundred digits, a second. */
import type { Config } from "../../src/config/index.ts";
import { resolveConfig } from "../../src/config/node.ts";

/** 108 digits to train on, 12 held out; 6 steps an epoch, two calls of 4 and 1 + 1. */
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
