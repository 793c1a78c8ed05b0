/** What a workbench's configs may say, as a compiler sees it: what ships, and what is brought, with their options. */

import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { ownObjective } from "../../test/helpers/extensions.ts";
import type { ConfigInput, Shipped } from "../config/index.ts";
import { source } from "../data/index.ts";
import { architecture, type Likelihood, type Prior } from "../models/index.ts";
import { type Optimizer, optimizer } from "../nn/index.ts";
import type { createWorkbench, Extensions, loadWorkbench, WithShipped, Workbench } from "./workbench.ts";

const options = z.strictObject({ size: z.int().default(3).describe("of it") });
const extensions = {
  objectives: [ownObjective()],
  architectures: [architecture({ name: "own-net", summary: "s", options, create: () => ({}) as never })],
  optimizers: [optimizer({ name: "own-steps", summary: "s", options, create: () => ({}) as never })],
  sources: [
    source({
      name: "own-data",
      summary: "s",
      options,
      open: () => ({}) as never,
    }),
  ],
  presets: [{ name: "own-preset", summary: "", source: "", config: {} }],
} as const satisfies Extensions;

/** Only compiled: each line is one that people write. */
function brought(create: typeof createWorkbench): void {
  const lab = create(extensions);
  void lab.train({ objective: { kind: "mine", weight: 3 } });
  void lab.config({ preset: "own-preset", data: { source: "own-data", size: 3, batchSize: 4 } });
  void lab.prepare({ model: { architecture: "own-net", size: 3, latentDim: 2 } });
  void lab.train({ optimizer: { kind: "own-steps", size: 3 }, objective: { kind: "beta", beta: 4 } });
  // @ts-expect-error: its own options are checked
  void lab.train({ objective: { kind: "mine", weight: "three" } });
  // @ts-expect-error: and named
  void lab.prepare({ model: { architecture: "own-net", sise: 3 } });
  // @ts-expect-error: what ships is checked as before
  void lab.train({ objective: { kind: "vae", beta: 3 } });
  // @ts-expect-error: there is no objective of that name
  void lab.train({ objective: { kind: "capasity" } });

  const inline = create({
    optimizers: [optimizer({ name: "lion", summary: "s", options, create: () => ({}) as never })],
    presets: [{ name: "quick", summary: "", source: "", config: {} }],
  });
  void inline.train({ preset: "quick", optimizer: { kind: "lion", size: 2 } });

  // @ts-expect-error: it has to be brought
  void create().train({ objective: { kind: "mine" } });
  // @ts-expect-error: there is no such registry
  create({ objectivs: [ownObjective()] });
  // @ts-expect-error: nor beside one that there is
  create({ objectives: [], objectivs: [ownObjective()] });
  // @ts-expect-error: an optimiser is no objective
  create({ objectives: [...extensions.optimizers] });
}

/** A module's items are known where its type is said; a function that takes what ships takes more. */
async function loaded(load: typeof loadWorkbench, work: (lab: Workbench) => void): Promise<void> {
  const lab = await load<typeof extensions>("betalab.config.js");
  void lab.train({ objective: { kind: "mine", weight: 3 } });
  // @ts-expect-error: its own options are checked
  void lab.train({ objective: { kind: "mine", weight: "three" } });
  work(lab);
  work(await load());
}

test("an editor is offered what ships beside what is brought", () => {
  type Kind<S extends "objective" | "optimizer"> = NonNullable<
    ConfigInput<WithShipped<typeof extensions>>[S]
  >["kind"];
  expectTypeOf<Kind<"objective">>().extract<"mine">().toEqualTypeOf<"mine">();
  expectTypeOf<Kind<"objective">>().extract<"capacity">().toEqualTypeOf<"capacity">();
  expectTypeOf<Kind<"optimizer">>()
    .exclude<undefined>()
    .toEqualTypeOf<Shipped["optimizers"][number]["name"] | "own-steps">();
  // Lists that may be absent, of items whose names aren't known: any name and options.
  type Any = WithShipped<{
    readonly optimizers?: readonly Optimizer[];
    readonly likelihoods?: readonly Likelihood[];
    readonly priors?: readonly Prior[];
  }>;
  expectTypeOf<Any["optimizers"][number]["name"]>().toEqualTypeOf<string>();
  expect([brought, loaded]).toHaveLength(2);
});
