/** What the README says can be done: its commands parse, its presets exist, its program runs. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { allCommands } from "../src/cli/commands.ts";
import { parseCommandLine } from "../src/cli/program.ts";
import { shipped } from "../src/config/node.ts";
import { temporaryFolders } from "./helpers/folders.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const blocks = (language: string) =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"))].map(([, text]) => text!);
const lines = blocks("sh")
  .flatMap((block) => block.split("\n"))
  .map((line) => line.replace(/#.*/, "").trim())
  .filter((line) => line.startsWith("betalab "));
const temporary = temporaryFolders();
const commands = await allCommands();

it("shows commands at all", () => {
  expect(lines.length).toBeGreaterThan(10);
});

it.each(lines)("%s", (line) => {
  const stdout = { write: () => {}, isTerminal: false, columns: 80 };
  const argv = line.split(/\s+/).slice(1);
  expect(parseCommandLine(argv, { commands, version: "0", stdout, environment: {} })).toBeTypeOf("function");
  if (argv[0] === "train") expect(shipped.presets.map(({ name }) => name as string)).toContain(argv[1]);
});

it("has a program that runs", (context) => {
  if (!existsSync(join(root, "dist", "index.js"))) return context.skip("dist/ is not built");
  const folder = temporary();
  // Inside the package's own folder, so that "betalab" is this package.
  const file = join(root, "dist", ".readme-example.mjs");
  writeFileSync(file, blocks("js")[0]!);
  const output = execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8" });
  const elbos = output
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[1]));
  expect(elbos).toHaveLength(2);
  expect(elbos[1]).toBeLessThan(elbos[0]!);
});
