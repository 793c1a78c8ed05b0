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
    const { shipped } = await import("../../config/node.ts");
    const value = shipped.presets.map(({ name, summary, source }) => ({ name, summary, source }));
    return { value, text: columns(value.map(({ name, summary }) => [name, summary])) };
  },
});
