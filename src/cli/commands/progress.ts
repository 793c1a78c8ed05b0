/** `betalab progress`: how a run learned, as an animation. */
import { defineCommand } from "../command.ts";
import { drawnResult } from "../looking.ts";
import { choice, drawOutOption, wholeNumber } from "../options.ts";

export const progress = defineCommand({
  name: "progress",
  summary: "an animation of reconstructions, samples or a traversal over training",
  example: "betalab progress runs/mnist-mlp-20 --of samples",
  arguments: [{ name: "run", description: "a run directory" }],
  options: {
    out: drawOutOption,
    of: choice("--of <what>", "what to show; reconstructions unless told", [
      "reconstructions",
      "samples",
      "traversal",
    ]),
    delay: wholeNumber("--delay <milliseconds>", "time of each frame (default 200)", { minimum: 20 }),
    frames: wholeNumber("--frames <number>", "at most so many; epochs are left out evenly (default 60)", {
      minimum: 1,
    }),
  },
  async run([run], options) {
    const { drawProgress } = await import("../../jobs/index.ts");
    const { out, of, frames } = options;
    return drawnResult(await drawProgress(run!, { out, of, frames, milliseconds: options.delay }));
  },
});
