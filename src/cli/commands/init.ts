/** `init`: the files that work begins with, each explained by its own comments. */
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../../base/disk.ts";
import { BetalabError } from "../../base/errors.ts";
import { shellWord } from "../../base/escape.ts";
import type { Command } from "../command.ts";

const template = (name: string): string =>
  readFileSync(new URL(`../../../assets/init/${name}`, import.meta.url), "utf8");

export const init: Command = {
  name: "init",
  summary: "write a commented config, a sweep and a .gitignore to begin with",
  example: "betalab init my-project",
  arguments: [{ name: "folder", description: "where (default: here)", required: false, paths: "folders" }],
  options: [],
  async run([folder = "."]) {
    const texts = {
      "config.yaml": template("config.yaml"),
      "config.schema.json": await schema(),
      "sweep.yaml": template("sweep.yaml"),
      ".gitignore": template("gitignore"),
    };
    makeFolder(folder);
    const there = (name: string) => lstatSync(join(folder, name), { throwIfNoEntry: false }) !== undefined;
    const files = Object.entries(texts).map(([name, text]) => ({ name, text, kept: there(name) }));
    const kept = files.filter((file) => file.kept).map(({ name }) => join(folder, name));
    const made = files.filter((file) => !file.kept);
    if (made.length === 0) {
      throw new BetalabError("config", `${kept.join(", ")} are there already`, "name another folder");
    }
    for (const { name, text } of made) writeFileAtomic(join(folder, name), text);
    const paths = made.map(({ name }) => join(folder, name));
    return {
      value: { paths, kept },
      text: [
        ...paths,
        ...kept.map((path) => `${path} was there already and is as it was`),
        "",
        `train    betalab train ${shellWord(join(folder, "config.yaml"))}`,
        `sweep    betalab sweep ${shellWord(join(folder, "sweep.yaml"))}`,
      ].join("\n"),
    };
  },
};

/** For completion and checks in an editor. */
async function schema(): Promise<string> {
  const { configuration, shipped } = await import("../../config/node.ts");
  return `${JSON.stringify(configuration(shipped).jsonSchema(), null, 2)}\n`;
}
