/** What every config says, whatever its sections choose. */

import { z } from "zod";
import { devices } from "../runtime/index.ts";
import { monitors } from "../training/index.ts";

/**
 * A name becomes a folder: one segment of a path, on every system, that no shell takes for an option and no listing
 * hides.
 */
export const folderName = z
  .string()
  .min(1)
  .max(128)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^(?![.\-\s])[^/\\<>:"|?*\u0000-\u001f\u007f]+(?<![.\s])$/, {
    error:
      "expected a folder's name: no / \\ < > : \" | ? *, no dot, dash or space in front, no dot or space at the end",
  });

export const training = z.strictObject({
  epochs: z.int().min(1).default(10).describe("passes through the training images"),
  stepsPerCall: z.int().min(1).max(64).default(4).describe("training steps in one call to the runtime"),
  accumulate: z
    .int()
    .min(1)
    .default(1)
    .describe(
      "parts that a batch is taken in, for the memory of one: the same step, one a call; divides data.batchSize",
    ),
  checkpointMinutes: z
    .number()
    .positive()
    .default(5)
    .describe("a checkpoint within an epoch when the last is older; every epoch ends with one anyway"),
  monitor: z
    .enum(monitors)
    .default("negativeElbo")
    .describe("the held-out value by which epochs are compared, the lowest being best"),
  stopAfter: z
    .int()
    .min(1)
    .optional()
    .describe("epochs without a new best one after which training ends; default: it runs to its end"),
  keepBest: z
    .boolean()
    .default(false)
    .describe("the weights of the best epoch are exported and opened instead of the last ones"),
});

export const general = {
  name: folderName.describe("what the run directory is called unless another is given"),
  seed: z.int().nonnegative().default(0).describe("of all random numbers of the run"),
  device: z
    .enum(devices as ["cpu", "webgpu", "cuda"])
    .default("cpu")
    .describe("where the steps are computed"),
  threads: z.int().min(1).max(1024).optional().describe("threads for one operator; default: all cores"),
};
