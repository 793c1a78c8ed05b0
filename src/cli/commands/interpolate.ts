/** `betalab interpolate`: from one image to another through the latent space. */
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument, picturesArgument } from "../looking.ts";
import {
  choice,
  dataOption,
  drawOutOption,
  splitOption,
  text,
  wholeNumber,
  wholeNumbers,
} from "../options.ts";

export const interpolate = defineCommand({
  name: "interpolate",
  summary: "the way between two images, or between four, through the latent space",
  example: "betalab interpolate runs/mnist-mlp-50 --from-label 3 --to-label 8",
  arguments: [modelArgument, picturesArgument],
  options: {
    data: dataOption,
    out: drawOutOption,
    split: splitOption,
    fromLabel: text("--from-label <label>", "begin at the first image of this label"),
    toLabel: text("--to-label <label>", "end at the first image of this label"),
    index: wholeNumbers("--index <numbers>", "between these two images, or four for the corners of the grid"),
    steps: wholeNumber("--steps <number>", "images along the way, both ends included (default 10)", {
      minimum: 2,
    }),
    kind: choice("--kind <kind>", "along a line or a great circle; both unless told", [
      "linear",
      "spherical",
    ]),
    class: text("--class <name>", "the class of your own pictures, for a conditional model"),
  },
  async run([run, ...files], options, io) {
    const { drawInterpolation } = await import("../../jobs/index.ts");
    const { fromLabel, toLabel, steps, kind } = options;
    return drawnResult(
      await drawInterpolation(run!, {
        ...lookOptions(options, io),
        fromLabel,
        toLabel,
        steps,
        kind,
        files,
        indices: options.index,
        className: options.class,
      }),
    );
  },
});
