/** `config`: what a preset or a file resolves to, and where each value comes from. */

import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { type Config, configuration, isConfigFile, type Resolved } from "../config/index.ts";
import { type Teller, telling } from "./events.ts";
import { type Context, defineJob } from "./job.ts";
import { device, epochs, flag, seed, set } from "./options.ts";
import { drawSchedules, sampleSchedules } from "./plot-schedules.ts";
import { type ConfigOptions, layersOf, resolveSubject } from "./resolve-subject.ts";

export const config = defineJob({
  name: "config",
  summary: "print a config with every value filled in and where it comes from",
  example: "betalab config mnist-mlp-20 --set objective.beta=2 > my.yaml",
  takes: "config",
  subjectOptional: true,
  options: z.strictObject({
    set,
    seed,
    epochs,
    device,
    explain: flag("explain what each value means, and why its preset chose it"),
    from: z
      .enum(["pytorch-vae"])
      .optional()
      .describe("the file is from another project: print the equivalent config"),
    plot: flag("draw every schedule of the config as well"),
    schema: flag("the JSON Schema of config files instead, as the value"),
  }),
  value: z.looseObject({
    config: z
      .custom<Config>((value) => typeof value === "object" && value !== null)
      .optional()
      .describe("every value; absent with `schema`"),
    origins: z
      .record(z.string(), z.string())
      .optional()
      .describe("which layer each given key comes from; the others have their default"),
    explanations: z.record(z.string(), z.string()).optional().describe("with `explain`: by key"),
    schedules: z.array(z.string()).optional().describe("with `plot`: keys whose value follows a schedule"),
  }),
  artifacts: true,
  run: (context, options) =>
    telling(context.signal, async (tell) => {
      if (options.schema)
        return { value: configuration(context.registries).jsonSchema() as Record<string, unknown> };
      if (context.subject === undefined) {
        throw new BetalabError(
          "usage",
          "config needs a preset or a file",
          "betalab presets lists the presets",
        );
      }
      const resolved = options.from ? translated(context, options, tell) : resolveSubject(context, options);
      const { config, origins } = resolved;
      const explanations = options.explain ? configuration(context.registries).explain(resolved) : undefined;
      const value = {
        config,
        origins: Object.fromEntries(origins),
        ...(explanations && { explanations: Object.fromEntries(explanations) }),
      };
      if (!options.plot) return { value };
      const sampled = sampleSchedules(config);
      if (sampled.length === 0) tell.note("no number of this config follows a schedule");
      return {
        value: { ...value, schedules: sampled.map(({ key }) => key) },
        artifacts: sampled.length === 0 ? [] : [{ kind: "chart", chart: await drawSchedules(sampled) }],
        stem: `${config.name}-schedules`,
        folder: ".",
      };
    }),
});

function translated(context: Context<"config">, options: ConfigOptions, tell: Teller): Resolved {
  const { subject, registries } = context;
  if (typeof subject !== "string" || !isConfigFile(subject)) {
    throw new BetalabError("usage", "`from` needs a file of that project", "a .yaml file");
  }
  const { notes, ...resolved } = configuration(registries).translate(subject, layersOf(context, options));
  for (const note of notes) tell.note(note);
  return resolved;
}
