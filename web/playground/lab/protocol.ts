/** What the page and a model's worker tell each other. Pixels are uint8 `[count, height, width, channel]`. */

import type { Config } from "../../../src/config/index.ts";
import type { SerializedProgram } from "../../../src/graph/index.ts";
import type { ImageShape } from "../../../src/models/index.ts";
import type { Device } from "../../../src/runtime/index.ts";
import type { TermValues } from "../../../src/training/index.ts";

/** Data that a person brought, as arrays: what files and pictures have become. */
export interface BroughtData {
  /** For people: "train-images-idx3-ubyte". */
  readonly name: string;
  readonly images: Uint8Array | Float32Array | Float64Array;
  readonly shape: readonly number[];
  readonly range?: readonly [black: number, white: number];
  readonly labels?: readonly number[] | readonly string[];
}

/** A training to go on with. */
export interface Checkpoint {
  readonly step: number;
  /** The bytes of `checkpoints/step-N.safetensors`. */
  readonly file: Uint8Array;
  /** The lines of `metrics.jsonl` until then. */
  readonly metrics: string;
  /** What it was trained on, where it comes from elsewhere. */
  readonly data?: { readonly name: string; readonly fingerprint?: string | undefined } | undefined;
}

export interface OpenRequest {
  readonly kind: "open";
  readonly config: Config;
  readonly device: Device;
  readonly data?: BroughtData | undefined;
  readonly from?: Checkpoint | undefined;
  /** Weights to be looked at until somebody trains, as safetensors; training begins anew. */
  readonly shown?: { readonly step: number; readonly weights: Uint8Array } | undefined;
}

export type LabRequest =
  | OpenRequest
  | { readonly kind: "train" }
  | { readonly kind: "pause" }
  | { readonly kind: "step" }
  /** The last look is on the screen: another may come. */
  | { readonly kind: "seen" }
  /** Steps a second; 0: as fast as it goes. */
  | { readonly kind: "speed"; readonly stepsPerSecond: number }
  /** Training waits at this step until it is moved on. */
  | { readonly kind: "limit"; readonly step: number }
  /** Scalars by name, and the learning rate: they act from the next step on. */
  | { readonly kind: "hold"; readonly config: Config; readonly scalars: Readonly<Record<string, number>> }
  /** What is followed through the model; draw 0 is the posterior's mean. */
  | { readonly kind: "follow"; readonly pixels: Uint8Array; readonly draw: number }
  | { readonly kind: "encode"; readonly id: number; readonly pixels: Uint8Array; readonly label: number }
  | { readonly kind: "decode"; readonly id: number; readonly latent: Float32Array; readonly label: number }
  /** How many steps were taken, when all that was asked for before is done. */
  | { readonly kind: "steps"; readonly id: number }
  /** The checkpoint of now. */
  | { readonly kind: "checkpoint"; readonly id: number }
  /** The same, and the exported model. */
  | { readonly kind: "files"; readonly id: number };

/** A layer as its weights tell: "linear 784 → 64". */
export interface LayerDrawing {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Opened {
  readonly kind: "opened";
  readonly image: ImageShape;
  readonly latentDim: number;
  readonly classes: readonly string[] | undefined;
  readonly encoder: readonly LayerDrawing[];
  readonly decoder: readonly LayerDrawing[];
  readonly parameters: number;
  readonly dataName: string;
  readonly fingerprint: string;
  readonly counts: { readonly train: number; readonly heldOut: number };
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly step: number;
  /** Scalars that may be held, with the value that they have now. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly engine: string;
  readonly threads: number;
  readonly notes: readonly string[];
  /** Of the shown held-out images: labels, or levels of the first factor. */
  readonly coloring:
    | { readonly name: string; readonly names: readonly string[]; readonly values: readonly number[] }
    | undefined;
  /** The map's images: the first held-out ones. */
  readonly shown: Uint8Array;
}

export interface Progress {
  readonly kind: "progress";
  readonly step: number;
  readonly epoch: number;
  readonly terms: TermValues;
  readonly scalars: Readonly<Record<string, number>>;
  readonly imagesPerSecond: number;
}

/** Held-out figures, once an epoch. */
export interface Evaluated {
  readonly kind: "evaluated";
  readonly step: number;
  readonly negativeElbo: number;
  readonly reconstruction: number;
  readonly kl: number;
}

/** What the model does now. */
export interface Look {
  readonly kind: "look";
  readonly step: number;
  /** Of the first held-out images, by their posterior means. */
  readonly reconstructions: Uint8Array;
  readonly samples: Uint8Array;
  readonly traversal: {
    /** Dimensions, the largest KL first. */
    readonly dimensions: readonly number[];
    readonly values: readonly number[];
    /** A row for each dimension. */
    readonly pixels: Uint8Array;
  };
  /** Over the images of the map: nats per image, and the variance of the posterior mean. */
  readonly kl: readonly number[];
  readonly meanVariance: readonly number[];
  readonly map: {
    readonly means: Float32Array;
    readonly places: Float32Array;
    readonly linear: { readonly mean: readonly number[]; readonly axes: readonly (readonly number[])[] };
    readonly note: string;
  };
  readonly followed: {
    readonly pixels: Uint8Array;
    readonly mean: Float32Array;
    readonly logVariance: Float32Array;
    readonly z: Float32Array;
    readonly reconstruction: Uint8Array;
  };
}

export interface Files {
  /** Encoder and decoder as graphs, and the weights of both as safetensors: what a report's explorer runs. */
  readonly halves: {
    readonly encoder: SerializedProgram;
    readonly decoder: SerializedProgram;
    readonly weights: Uint8Array;
  };
  readonly checkpoint: Checkpoint;
  readonly epoch: number;
  readonly model: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

export type LabEvent =
  | Opened
  | Progress
  | Evaluated
  | Look
  | { readonly kind: "ended"; readonly reason: "finished" | "stopped" }
  /** Something that a person should know, and training goes on; on another engine, where one is named. */
  | { readonly kind: "note"; readonly text: string; readonly engine?: string }
  | { readonly kind: "failed"; readonly message: string; readonly hint?: string | undefined }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly message: string };
