/** `betalab sample`: pictures from the prior. */
import { defineCommand } from "../command.ts";
import { decimal, outOption, seedOption, wholeNumber } from "../options.ts";

export const sample = defineCommand({
  name: "sample",
  summary: "decode draws from the prior into a grid",
  example: "betalab sample runs/mnist-mlp-20 --count 64 --seed 1",
  arguments: [{ name: "run", description: "a run directory; its newest checkpoint is used" }],
  options: {
    out: outOption,
    count: wholeNumber("--count <number>", "how many pictures (default 64)", { minimum: 1 }),
    seed: seedOption,
    temperature: decimal("--temperature <number>", "standard deviation of the draws (default 1)", {
      minimum: 0,
    }),
  },
  async run([run], options) {
    const { drawSamples } = await import("../../workbench/index.ts");
    const drawn = await drawSamples(run!, {
      count: options.count ?? 64,
      seed: options.seed,
      temperature: options.temperature ?? 1,
      out: options.out,
    });
    return { value: drawn, text: drawn.path };
  },
});
