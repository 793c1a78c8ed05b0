/** What a sweep may say: the schema of its file. */

import { z } from "zod";
import { folderName, type Space } from "../config/index.ts";
import { stepSchema } from "./steps.ts";

const key = z.string().min(1);
const axes = z.record(key, z.array(z.unknown()).min(1));
const space: z.ZodType<Space, Space> = z.lazy(() =>
  z.union([
    z.strictObject({ grid: axes }),
    z.strictObject({ zip: axes }),
    z.strictObject({ list: z.array(z.record(key, z.unknown())).min(1) }),
    z.strictObject({ chain: z.array(space).min(1) }),
    z.strictObject({ product: z.array(space).min(1) }),
  ]),
);
const seed = z.int().nonnegative();

export const sweepSchema = z.strictObject({
  $schema: z.string().optional(),
  name: folderName.optional(),
  config: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  set: z.record(key, z.unknown()).default({}),
  seeds: z.union([z.int().min(1).max(100_000), z.array(seed).min(1)]).optional(),
  grid: axes.optional(),
  zip: axes.optional(),
  list: z.array(z.record(key, z.unknown())).min(1).optional(),
  chain: z.array(space).min(1).optional(),
  product: z.array(space).min(1).optional(),
  // biome-ignore lint/suspicious/noThenProperty: the word of the file; nobody awaits it
  then: z.array(stepSchema).default([]),
});

export type SweepInput = z.input<typeof sweepSchema>;
