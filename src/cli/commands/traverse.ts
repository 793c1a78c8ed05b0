/** `betalab traverse`: one latent at a time moves, the others stay. */
import { BetalabError } from "../../base/errors.ts";
import type { TraversalRange } from "../../latent/index.ts";
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument, picturesArgument } from "../looking.ts";
import {
  choice,
  dataOption,
  decimal,
  drawOutOption,
  flag,
  seedOption,
  splitOption,
  text,
  wholeNumber,
  wholeNumbers,
} from "../options.ts";

export const traverse = defineCommand({
  name: "traverse",
  summary: "a loop for each latent dimension, all in one, and a sheet sorted by KL",
  example: "betalab traverse runs/mnist-conv-beta10 --step 0.2 --steps 30",
  arguments: [modelArgument, picturesArgument],
  options: {
    data: dataOption,
    out: drawOutOption,
    split: splitOption,
    from: choice("--from <start>", "where the other dimensions stand; prior unless told", [
      "prior",
      "zeros",
      "images",
    ]),
    index: wholeNumbers("--index <numbers>", "start from the posterior means of these images"),
    count: wholeNumber("--count <number>", "starts in each grid (default 16; 1 from zeros)", { minimum: 1 }),
    dims: wholeNumbers("--dims <numbers>", "only these dimensions: 0,7"),
    range: choice(
      "--range <kind>",
      "values to go through: ±r, prior quantiles, or of the aggregate posterior",
      ["fixed", "quantiles", "sigma", "minmax"],
    ),
    reach: decimal(
      "--reach <number>",
      "r of fixed (default 3), σs of sigma (default 2), tail of quantiles (default 0.01)",
      {
        minimum: 0,
      },
    ),
    step: decimal("--step <number>", "instead of a range: add this at each frame, of either sign"),
    steps: wholeNumber("--steps <number>", "frames from end to end (default 21; 30 with --step)", {
      minimum: 2,
    }),
    oneWay: flag("--one-way", "jump back at the end instead of going back"),
    delay: wholeNumber("--delay <milliseconds>", "time of each frame (default 80)", { minimum: 20 }),
    columns: wholeNumber("--columns <number>", "loops in a row of the combined animation (default 4)", {
      minimum: 1,
    }),
    only: choice("--only <part>", "draw this alone", ["sheet", "loops", "combined"]),
    seed: seedOption,
    class: text("--class <name>", "the class, of a conditional model (default: all in turn)"),
  },
  async run([run, ...files], options, io) {
    const { drawTraversals } = await import("../../jobs/index.ts");
    const { from, count, step, steps, oneWay, columns, seed, only } = options;
    const drawn = await drawTraversals(run!, {
      ...lookOptions(options, io),
      from,
      files,
      indices: options.index,
      count,
      dimensions: options.dims,
      range: rangeOf(options.range, options.reach),
      step,
      steps,
      oneWay,
      milliseconds: options.delay,
      columns,
      parts: only === undefined ? undefined : [only],
      seed,
      className: options.class,
    });
    return drawnResult(drawn);
  },
});

function rangeOf(
  kind: TraversalRange["kind"] | undefined,
  reach: number | undefined,
): TraversalRange | undefined {
  switch (kind) {
    case undefined:
      return reach === undefined ? undefined : { kind: "fixed", r: reach };
    case "fixed":
      return { kind, r: reach ?? 3 };
    case "sigma":
      return { kind, sigmas: reach ?? 2 };
    case "minmax":
      if (reach === undefined) return { kind };
      throw new BetalabError("usage", "--range minmax has its ends from the data", "leave --reach out");
    case "quantiles":
      if (reach === undefined || (reach > 0 && reach < 0.5)) return { kind, tail: reach ?? 0.01 };
      throw new BetalabError("usage", `--reach ${reach}: the tail of quantiles is between 0 and 0.5`);
    default:
      return kind satisfies never;
  }
}
