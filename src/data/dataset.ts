/**
 * What the rest of the house knows about data: images by index as uint8, perhaps labels, perhaps the true
 * factors they were made from. Where they lie (memory, a packed cache on disk, a procedure that draws them)
 * is the source's business. This file imports nothing of Node.
 */

import type { RandomStream } from "../base/random.ts";

/** Images by index. Pixels are uint8, laid out `[height, width, channel]`, one image after another. */
export interface Images {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
  /**
   * Copies the images `indices` into `into`, which becomes `[indices.length, height, width, channel]`.
   * Synchronous: a batch is copied in well under a millisecond, from memory or from the page cache.
   *
   * @param draw for images whose pixels are drawn (dynamic binarisation): where the random numbers come from;
   *   without it each image has one fixed draw
   */
  read(indices: ArrayLike<number>, into: Uint8Array, draw?: RandomStream): void;
  /** Says that the images `indices` will be read soon: from a slow disk they are fetched meanwhile. Returns at once. */
  prefetch?(indices: ArrayLike<number>): void;
}

/** One class per image. */
export interface Labels {
  readonly names: readonly string[];
  /** `[count]`, each an index into `names`. */
  readonly values: Int32Array;
}

/**
 * What the levels of a factor mean: classes without an order (a shape); values with one, each shared by many images
 * (dSprites' scale); or a quantity that was sampled, whose levels are no more than the ranks of the values that occur.
 */
export type FactorKind = "categorical" | "ordinal" | "continuous";

/** One generative factor: its name and the value at each of its levels. */
export interface Factor {
  readonly name: string;
  /** Absent: ordinal. */
  readonly kind?: FactorKind | undefined;
  /** The value at each level: ascending but for categories and values that a set gives to its classes. */
  readonly values: readonly number[];
  /** The names of its levels, where they have names. */
  readonly names?: readonly string[] | undefined;
}

/** The true generative factors of a data set. */
export interface Factors {
  readonly factors: readonly Factor[];
  /** `[count, factors.length]`, row-major: the level of each factor for each image. */
  readonly levels: Int32Array;
  /** True when every combination of levels occurs exactly once: images at any combination can then be asked for. */
  readonly complete: boolean;
}

/** Images with what is known about each of them. */
export interface Split {
  readonly images: Images;
  readonly labels?: Labels;
  readonly factors?: Factors;
}

/** The two splits of every data set. */
export type SplitName = "train" | "heldOut";

/** A data set, ready to train on: two splits that share no image. */
export interface Dataset {
  /** For people: "MNIST", "pictures in holiday/". */
  readonly name: string;
  /** Hex digest of what the pixels are made from; equal fingerprints mean equal pixels in equal order. */
  readonly fingerprint: string;
  readonly train: Split;
  readonly heldOut: Split;
  /** One line each: what a person should know (pictures skipped, a split made here, …). */
  readonly notes: readonly string[];
  /** Releases files that the images are read from. */
  close(): void;
}
