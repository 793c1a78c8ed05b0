/** Options that several jobs have, each declared here alone. */

import { z } from "zod";
import { devices } from "../runtime/index.ts";

/** A switch, off unless it is given. */
export const flag = (description: string) => z.boolean().default(false).describe(description);

/** A whole number of at least `minimum`; the description says what its absence means. */
export const whole = (minimum: number, description: string) =>
  z.int().min(minimum).optional().describe(description);

/** A text; `environment` is the variable that is read when it is absent. */
export const text = (description: string, placeholder?: string, environment?: string) =>
  z
    .string()
    .min(1)
    .optional()
    .meta({ description, ...(placeholder && { placeholder }), ...(environment && { environment }) });

/** Texts that are given one at a time. */
export const repeated = (description: string, placeholder: string, item = z.string().min(1)) =>
  z.array(item).default([]).meta({ description, placeholder, repeated: true });

/** Where the data is. `BETALAB_DATA` is no value of it: this outranks a config's `data.path`, and that is outranked by it. */
export const data = text(
  "where the data is (default: where the config or the run says; else BETALAB_DATA)",
  "folder",
);

export const set = repeated(
  "change one setting, such as objective.beta=4; repeat it for more",
  "path=value",
  z.string().regex(/^[^=\s]+=/, "must be of the form path=value, such as objective.beta=4"),
);

export const seed = whole(0, "seed of everything random (default: the config's or the run's)");

export const epochs = whole(1, "passes over the training images");

export const device = z
  .enum(devices)
  .optional()
  .describe("what to compute on (default: BETALAB_DEVICE, or cpu)");

/** Of every job that computes with a trained model. */
export const computing = { data, device };

export const runFolder = text(
  "the run directory (default: runs/NAME, with a number if that is taken)",
  "folder",
  "BETALAB_OUT",
);

export const split = z.enum(["heldOut", "train"]).default("heldOut").describe("which images");

export const className = (description: string) => text(description, "name");

export const pictures = z.array(z.string().min(1)).default([]).meta({
  description: "picture files of your own, instead of images of the data",
  placeholder: "file",
  positional: true,
});

export const index = (description: string) =>
  z.array(z.int().nonnegative()).min(1).optional().describe(description);

/** Pictures say what they show, but for whoever wants the images alone. */
export const bare = flag("without a title on the picture");

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
