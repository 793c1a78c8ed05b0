/** Options that several jobs have, each declared here alone. */

import { z } from "zod";
import { devices } from "../runtime/index.ts";

/** Where the data is. `BETALAB_DATA` is no value of it: this outranks a config's `data.path`, and that is outranked by it. */
export const data = z.string().min(1).optional().meta({
  description: "where the data is (default: where the config or the run says; else BETALAB_DATA)",
  placeholder: "folder",
});

export const set = z
  .array(z.string().regex(/^[^=\s]+=/, "must be of the form path=value, such as objective.beta=4"))
  .default([])
  .meta({
    description: "change one setting, such as objective.beta=4; repeat it for more",
    placeholder: "path=value",
    repeated: true,
  });

export const seed = z
  .int()
  .min(0)
  .optional()
  .describe("seed of everything random (default: the config's or the run's)");

export const epochs = z.int().min(1).optional().describe("passes over the training images");

export const device = z
  .enum(devices)
  .optional()
  .describe("what to compute on (default: BETALAB_DEVICE, or cpu)");

/** Of every job that computes with a trained model. */
export const computing = { data, device };

/** The folder of a new run. */
export const runFolder = z.string().min(1).optional().meta({
  description: "the run directory (default: runs/NAME, with a number if that is taken)",
  placeholder: "folder",
  environment: "BETALAB_OUT",
});

export const split = z.enum(["heldOut", "train"]).default("heldOut").describe("which images");

/** The class of a conditional model. */
export const className = (description: string) =>
  z.string().min(1).optional().meta({ description, placeholder: "name" });

/** Picture files of a person's own. */
export const pictures = z.array(z.string().min(1)).default([]).meta({
  description: "picture files of your own, instead of images of the data",
  positional: true,
});

/** Images of the split, by number. */
export const index = (description: string) =>
  z.array(z.int().nonnegative()).min(1).optional().describe(description);

/** Pictures say what they show, but for whoever wants the images alone. */
export const bare = z.boolean().default(false).describe("without a title on the picture");

export const delay = (milliseconds: number) =>
  z.int().min(20).max(655_350).default(milliseconds).meta({ description: "time of each frame", unit: "ms" });

export const tables = z
  .array(z.enum(["csv", "markdown", "latex"]))
  .default(["csv", "markdown"])
  .meta({
    description:
      "a form of the tables: csv with all digits, markdown or latex for reading; repeat it for more",
    placeholder: "form",
    repeated: true,
  });
