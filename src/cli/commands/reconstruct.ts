/** `betalab reconstruct`: images and what the model makes of them. */
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument, picturesArgument } from "../looking.ts";
import {
  choice,
  dataOption,
  drawOutOption,
  names,
  splitOption,
  text,
  wholeNumber,
  wholeNumbers,
} from "../options.ts";

export const reconstruct = defineCommand({
  name: "reconstruct",
  summary: "images over, or beside, their reconstructions",
  example: "betalab reconstruct runs/mnist-mlp-20 --by worst --count 16",
  arguments: [modelArgument, picturesArgument],
  options: {
    data: dataOption,
    out: drawOutOption,
    split: splitOption,
    count: wholeNumber("--count <number>", "how many images (default 32)", { minimum: 1 }),
    layout: choice("--layout <layout>", "originals over reconstructions, or two titled grids", [
      "rows",
      "pair",
    ]),
    index: wholeNumbers("--index <numbers>", "these images: 3,8"),
    label: names("--label <labels>", "images of these labels: 3,8"),
    by: choice("--by <which>", "the first images, or the worst or best by likelihood", [
      "first",
      "worst",
      "best",
    ]),
    class: text("--class <name>", "the class of your own pictures, for a conditional model"),
  },
  async run([run, ...files], options, io) {
    const { drawReconstructions } = await import("../../jobs/index.ts");
    const { count, layout, by } = options;
    return drawnResult(
      await drawReconstructions(run!, {
        ...lookOptions(options, io),
        count,
        layout,
        by,
        files,
        indices: options.index,
        labels: options.label,
        className: options.class,
      }),
    );
  },
});
