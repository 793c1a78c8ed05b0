/** `betalab manifold`: the plane of two latents as images. */
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument } from "../looking.ts";
import { dataOption, drawOutOption, text, wholeNumber, wholeNumbers } from "../options.ts";

export const manifold = defineCommand({
  name: "manifold",
  summary: "decode the plane of two latents over prior quantiles",
  example: "betalab manifold runs/mnist-mlp-20 --dims 3,7",
  arguments: [modelArgument],
  options: {
    data: dataOption,
    out: drawOutOption,
    dims: wholeNumbers(
      "--dims <numbers>",
      "the two dimensions, across and up (needed where there are more than 2)",
    ),
    size: wholeNumber("--size <number>", "images on each side (default 20)", { minimum: 2 }),
    class: text("--class <name>", "the class, of a conditional model"),
  },
  async run([run], options, io) {
    const { drawManifold } = await import("../../jobs/index.ts");
    const more = { dimensions: options.dims, size: options.size, className: options.class };
    return drawnResult(await drawManifold(run!, { ...lookOptions(options, io), ...more }));
  },
});
