/** `betalab curves`: what was logged, over training steps. */
import { defineCommand } from "../command.ts";
import { drawnResult } from "../looking.ts";
import { drawOutOption, names } from "../options.ts";

export const curves = defineCommand({
  name: "curves",
  summary: "every logged term over training steps, of one run or several",
  example: "betalab curves runs/mnist-mlp-20 runs/mnist-mlp-50",
  arguments: [
    { name: "run", description: "a run directory; it needs no checkpoint yet" },
    { name: "more", description: "others to compare with", required: false, variadic: true },
  ],
  options: {
    out: drawOutOption,
    term: names("--term <terms>", "only these: kl,reconstruction"),
  },
  async run(runs, options) {
    const { drawCurves } = await import("../../jobs/index.ts");
    return drawnResult(await drawCurves(runs, { out: options.out, terms: options.term }));
  },
});
