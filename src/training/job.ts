/** What a training is given and what it tells while it runs. */

import type { Dataset } from "../data/index.ts";
import type { Vae } from "../models/index.ts";
import type { Chain } from "../nn/index.ts";
import type { BuiltObjective } from "../objectives/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Evaluation } from "./evaluate.ts";
import type { Forecast } from "./forecast.ts";
import type { Progress } from "./progress.ts";
import type { State } from "./state.ts";
import type { TermValues } from "./terms.ts";

export interface TrainingJob {
  readonly vae: Vae;
  readonly objective: BuiltObjective;
  /** Of every group of parameters that has none of its own. */
  readonly optimizer: Chain;
  readonly data: Dataset;
  readonly batchSize: number;
  readonly flip: boolean;
  readonly epochs: number;
  readonly seed: number;
  /** Steps taken by one call to the runtime. */
  readonly stepsPerCall: number;
  /** Parts that a batch is taken in, one step a call; default: 1. It divides the batch size. */
  readonly accumulate?: number | undefined;
  /** A checkpoint within an epoch when the last is older than this; one is made after every epoch anyway. */
  readonly checkpointMinutes: number;
  /** The held-out value, in nats, by which epochs are compared: the lowest is best. Default: negativeElbo. */
  readonly monitor?: Monitor | undefined;
  /** Epochs without a new best one after which training ends; default: it never does. */
  readonly stopAfter?: number | undefined;
  readonly runtime: Runtime;
  /** I_q(x; z) of held-out images, in nats: for objectives whose routine is steered by it. */
  readonly mutualInformation?: (state: State, signal?: AbortSignal) => Promise<number>;
  /**
   * Scheduled numbers that somebody holds by hand, by name: fed instead of what their schedules say. Read at every
   * step, so they may change while it trains.
   */
  readonly held?: (() => Readonly<Record<string, number>>) | undefined;
  /** What a step is forecast to take. */
  readonly forecast?: Forecast | undefined;
  /** Parameters of at most this many elements are updated as one tensor. Changes speed and no file. */
  readonly packed?: number | undefined;
}

export const monitors = ["negativeElbo", "reconstruction", "kl"] as const;
export type Monitor = (typeof monitors)[number];

export type TrainingEvent =
  | {
      readonly type: "start";
      readonly step: number;
      readonly totalSteps: number;
      readonly stepsPerEpoch: number;
      readonly state: State;
    }
  /** After every call. */
  | {
      readonly type: "step";
      readonly step: number;
      readonly epoch: number;
      readonly terms: TermValues;
      /** Of the objective, as they were at the last step: β where it follows a schedule, or does not. */
      readonly scalars: Readonly<Record<string, number>>;
      readonly imagesPerSecond: number;
      /** May lie on the device; can be fed until the next event is asked for. */
      readonly state: State;
    }
  /** A line for the log: terms averaged since the one before. */
  | { readonly type: "log"; readonly step: number; readonly epoch: number; readonly record: LogRecord }
  | {
      readonly type: "epoch";
      readonly step: number;
      /** Epochs completed. */
      readonly epoch: number;
      readonly heldOut: Evaluation & { readonly mutualInformation?: number };
      /** Whether the monitored value is the lowest so far. */
      readonly best: boolean;
      /** Over its steps and its evaluation; absent where they were taken before a stop, and only the evaluation after. */
      readonly imagesPerSecond?: number | undefined;
      /** What was evaluated: averaged weights where the optimiser keeps them. */
      readonly state: State;
    }
  /** Must be stored before the next event is asked for. */
  | {
      readonly type: "checkpoint";
      readonly progress: Progress;
      readonly epoch: number;
      readonly state: State;
    }
  | {
      readonly type: "end";
      /** "stopped": the monitored value had not improved for `stopAfter` epochs. */
      readonly reason: "finished" | "stopped" | "interrupted";
      readonly step: number;
      readonly state: State;
    };

export type LogRecord = TermValues & {
  /** Of the last step; absent where the optimiser has none. */
  readonly learningRate?: number;
  readonly imagesPerSecond: number;
};
