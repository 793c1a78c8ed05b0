/** `betalab sample`: pictures from the prior. */
import { defineCommand } from "../command.ts";
import { drawnResult, lookOptions, modelArgument } from "../looking.ts";
import { decimal, drawOutOption, seedOption, text, wholeNumber } from "../options.ts";

export const sample = defineCommand({
  name: "sample",
  summary: "decode draws from the prior into a grid",
  example: "betalab sample runs/mnist-mlp-20 --count 64 --seed 1",
  arguments: [modelArgument],
  options: {
    out: drawOutOption,
    count: wholeNumber("--count <number>", "how many pictures (default 64)", { minimum: 1 }),
    seed: seedOption,
    temperature: decimal("--temperature <number>", "standard deviation of the draws (default 1)", {
      minimum: 0,
    }),
    class: text("--class <name>", "only this class, of a conditional model (default: a row for each)"),
  },
  async run([run], options, io) {
    const { drawSamples } = await import("../../jobs/index.ts");
    const { count, seed, temperature } = options;
    const more = { count, seed, temperature, className: options.class };
    return drawnResult(await drawSamples(run!, { ...lookOptions(options, io), ...more }));
  },
});
