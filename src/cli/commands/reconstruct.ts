/** `betalab reconstruct`: held-out images and what the model makes of them. */
import { defineCommand } from "../command.ts";
import { choice, dataOption, outOption, wholeNumber } from "../options.ts";

export const reconstruct = defineCommand({
  name: "reconstruct",
  summary: "held-out images over, or beside, their reconstructions",
  example: "betalab reconstruct runs/mnist-mlp-20 --count 64 --layout pair",
  arguments: [{ name: "run", description: "a run directory; its newest checkpoint is used" }],
  options: {
    data: dataOption,
    out: outOption,
    count: wholeNumber("--count <number>", "how many of the first held-out images (default 32)", {
      minimum: 1,
    }),
    layout: choice("--layout <layout>", "originals over reconstructions, or two titled grids", [
      "rows",
      "pair",
    ]),
  },
  async run([run], options, { output, signal, environment }) {
    const { drawReconstructions } = await import("../../workbench/index.ts");
    const drawn = await drawReconstructions(run!, {
      count: options.count ?? 32,
      layout: options.layout ?? "rows",
      out: options.out,
      dataDirectory: options.data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
    });
    return { value: drawn, text: drawn.path };
  },
});
