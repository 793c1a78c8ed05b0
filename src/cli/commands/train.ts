/** `betalab train`: a preset or a config file into a new run directory. */
import { defineCommand } from "../command.ts";
import { followTraining } from "../follow.ts";
import { dataOption, deviceOption, epochsOption, outOption, seedOption, setOption } from "../options.ts";

export const train = defineCommand({
  name: "train",
  summary: "train a preset or a config file",
  example: "betalab train mnist-mlp-20 --data path/to/mnist --set objective.beta=2",
  arguments: [
    { name: "preset-or-file", description: "a name from betalab presets, or a .yaml or .json file" },
  ],
  options: {
    data: dataOption,
    out: outOption,
    set: setOption,
    seed: seedOption,
    epochs: epochsOption,
    device: deviceOption,
  },
  async run([presetOrFile], options, { output, signal, environment }) {
    const { resolveConfig } = await import("../../config/node.ts");
    const { config } = resolveConfig(presetOrFile!, {
      set: options.set,
      flags: { seed: options.seed, device: options.device, "training.epochs": options.epochs },
      environment,
    });
    const workbench = await import("../../jobs/index.ts");
    const events = workbench.train(config, {
      out: options.out ?? workbench.freeRunPath(config),
      dataDirectory: options.data,
      signal,
      environment,
      onDataProgress: (progress) => output.progress.stage(progress),
    });
    return (await followTraining(events, output)).result;
  },
});
