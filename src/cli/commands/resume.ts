/** `betalab resume`: goes on where a run stopped, as if it had not. */
import { defineCommand } from "../command.ts";
import { followTraining } from "../follow.ts";
import { dataOption, epochsOption } from "../options.ts";

export const resume = defineCommand({
  name: "resume",
  summary: "continue a run from its newest checkpoint, exactly",
  example: "betalab resume runs/mnist-mlp-20 --epochs 20",
  arguments: [{ name: "run", description: "a run directory" }],
  options: { data: dataOption, epochs: epochsOption },
  async run([run], options, { output, signal, environment }) {
    const workbench = await import("../../jobs/index.ts");
    const events = workbench.resume(run!, {
      epochs: options.epochs,
      dataDirectory: options.data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
    });
    return (await followTraining(events, output)).result;
  },
});
