/** `betalab presets`: the named configs. */
import { defineCommand } from "../command.ts";
import { columns } from "../table.ts";

export const presetsCommand = defineCommand({
  name: "presets",
  summary: "list the named configs",
  example: "betalab presets",
  arguments: [],
  options: {},
  async run() {
    const { presets } = await import("../../config/index.ts");
    const value = Object.entries(presets).map(([name, { summary, source }]) => ({ name, summary, source }));
    return { value, text: columns(value.map(({ name, summary }) => [name, summary])) };
  },
});
