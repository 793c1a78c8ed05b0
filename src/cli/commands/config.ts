/** `betalab config`: what a preset or a file resolves to, and where each value comes from. */
import { BetalabError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";
import { deviceOption, epochsOption, flag, seedOption, setOption, text } from "../options.ts";

export const configCommand = defineCommand({
  name: "config",
  summary: "print a config with every value filled in and where it comes from",
  example: "betalab config mnist-mlp-20 --set objective.beta=2 > my.yaml",
  arguments: [
    {
      name: "preset-or-file",
      description: "a name from betalab presets, or a .yaml or .json file",
      required: false,
    },
  ],
  options: {
    set: setOption,
    seed: seedOption,
    epochs: epochsOption,
    device: deviceOption,
    plot: flag("--plot", "draw every schedule of the config instead (into --out)"),
    out: text("--out <file>", "where --plot draws, .png or .svg (default NAME-schedules.png)"),
    schema: flag("--schema", "print the JSON Schema of config files instead"),
  },
  async run([presetOrFile], options, { environment }) {
    const { configuration, formatConfig } = await import("../../config/index.ts");
    const { resolveConfig, shipped } = await import("../../config/node.ts");
    if (options.schema) {
      const schema = configuration(shipped).jsonSchema();
      return { value: schema, text: JSON.stringify(schema, null, 2) };
    }
    if (presetOrFile === undefined) {
      throw new BetalabError("usage", "config needs a preset or a file", "betalab presets lists the presets");
    }
    const resolved = resolveConfig(presetOrFile, {
      set: options.set,
      flags: { seed: options.seed, device: options.device, "training.epochs": options.epochs },
      environment,
    });
    if (options.plot) {
      const { plotSchedules } = await import("../../jobs/index.ts");
      const out = options.out ?? `${resolved.config.name}-schedules.png`;
      const path = await plotSchedules(resolved.config, out);
      const none = "no number of this config follows a schedule";
      return { value: { path: path ?? null }, text: path ?? none };
    }
    const value = { config: resolved.config, origins: Object.fromEntries(resolved.origins) };
    return { value, text: formatConfig(resolved) };
  },
});
