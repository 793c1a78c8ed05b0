/** `completion`: the script that teaches a shell. It knows nothing of betalab: at each Tab it asks `betalab complete`. */
import { readFileSync } from "node:fs";
import { BetalabError, suggest } from "../../base/errors.ts";
import type { Command } from "../command.ts";

const shells = ["bash", "zsh", "fish", "pwsh"];

export const completion: Command = {
  name: "completion",
  summary: "print the script that completes commands, options and values in a shell",
  example: "betalab completion fish > ~/.config/fish/completions/betalab.fish",
  arguments: [
    {
      name: "shell",
      description: `${shells.join(", ")}; the script's first lines say where it goes`,
      choices: shells.map((shell) => [shell, ""]),
    },
  ],
  options: [],
  async run([shell = ""]) {
    if (!shells.includes(shell)) {
      throw new BetalabError("usage", `there is no completion for "${shell}"`, suggest(shell, shells));
    }
    const file = new URL(`../../../assets/completion/betalab.${shell}`, import.meta.url);
    const script = readFileSync(file, "utf8").trimEnd();
    return { value: { shell, script }, text: script };
  },
};
