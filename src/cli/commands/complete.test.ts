/** What a Tab offers, by value; and each shell that is installed, with its script really loaded. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { notBuilt } from "../../../test/helpers/processes.ts";
import { shipped } from "../../config/node.ts";
import type { OptionDescription } from "../../workbench/index.ts";
import type { Command } from "../command.ts";
import { shippedCommands } from "../commands.ts";
import { complete } from "./complete.ts";

const commands = await shippedCommands();
const presets = shipped.presets.map(({ name }) => name);
const sources = shipped.sources.map(({ name }) => name);

/** The names offered after `line`, whose last word is the one at the cursor. */
function offered(line: string) {
  const { paths, choices } = complete(line.split(" "), commands);
  return [paths, ...choices.map(([name]) => name)];
}

describe("what may stand at the cursor", () => {
  test.each<[line: string, offers: readonly string[]]>([
    ["tra", ["none", "train", "traverse"]],
    ["comple", ["none", "completion"]],
    ["da", ["none", "data"]],
    ["data ", ["none", "list", "inspect", "fetch", "make"]],
    ["help tra", ["none", "train", "traverse"]],
    ["help train mn", ["none"]],
    ["--quiet tra", ["none", "train", "traverse"]],
    ["--config-module mine.js tra", ["none", "train", "traverse"]],
    ["train mnist-mlp", ["files", ...presets.filter((name) => name.startsWith("mnist-mlp"))]],
    ["train demo ", ["none"]],
    ["train --seed 3 ", ["files", ...presets]],
    ["train demo --se", ["none", "--set", "--seed"]],
    ["train demo --seed 3 --set a=1 --se", ["none", "--set"]],
    ["train demo --seed ", ["none"]],
    ["train demo --data ", ["folders"]],
    ["train demo --data=", ["folders"]],
    ["sample runs/x --out ", ["files"]],
    ["evaluate ", ["folders"]],
    ["compare a b ", ["folders"]],
    ["reconstruct runs/x a.png ", ["files"]],
    ["sweep mnist", ["files", "mnist-betas"]],
    ["data inspect d", ["none", ...sources.filter((name) => name.startsWith("d"))]],
    ["traverse runs/x --range ", ["none", "fixed", "quantiles", "sigma", "minmax"]],
    ["traverse runs/x --range=m", ["none", "--range=minmax"]],
    ["traverse runs/x --range = m", ["none", "minmax"]],
    ["traverse runs/x --range =", ["none", "fixed", "quantiles", "sigma", "minmax"]],
    ["train demo --set a = 1 --see", ["none", "--seed"]],
    ["traverse -- --o", ["folders"]],
    ["explain be", ["none"]],
    ["sweep st", ["files", "status"]],
    ["help sweep lo", ["none", "logs"]],
    ["sweep status ", ["folders"]],
    ["sweep status runs/x ", ["none"]],
    ["sweep logs runs/x --la", ["none"]],
    ["sweep mnist-betas st", ["none"]],
    ["worker ", ["files"]],
    ["completion ", ["none", "bash", "zsh", "fish", "pwsh"]],
    ["nothing of this ", ["none"]],
  ])("betalab %s", (line, offers) => {
    expect([...offered(line)].sort()).toEqual([...offers].sort());
  });

  test("nothing at all: every command that help lists, each with its summary", () => {
    const { choices } = complete([], commands);
    expect(choices.find(([name]) => name === "data")).toEqual(["data", "list, inspect, fetch, make"]);
    const { name, summary } = commands.find(({ name }) => name === "evaluate")!;
    expect(choices.find(([one]) => one === name)).toEqual([name, summary]);
    const words = commands.filter(({ hidden }) => !hidden).map(({ name }) => name.split(" ")[0]);
    expect(choices.map(([name]) => name)).toEqual([...new Set(words)]);
  });

  test("a list goes on after its last comma, without what it has", () => {
    const option: OptionDescription = {
      name: "only",
      type: "string",
      list: true,
      choices: ["mig", "mir", "dci"],
      description: "what to measure",
    };
    const own: Command = {
      name: "measure",
      summary: "measure",
      example: "betalab measure",
      arguments: [],
      options: [option],
      run: async () => undefined,
    };
    const offers = (...words: string[]) => complete(words, [own]).choices.map(([name]) => name);
    expect(offers("measure", "--only", "mig,m")).toEqual(["mig,mir"]);
    expect(offers("measure", "--only=mig,")).toEqual(["--only=mig,mir", "--only=mig,dci"]);
    expect(offers("measure", "--only", "=", "d")).toEqual(["dci"]);
  });
});

describe("in a shell", () => {
  const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
  const bin = join(folder, "bin");
  const work = join(folder, "work");
  const environment = { ...process.env, HOME: folder, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const run = (shell: string, ...args: string[]) =>
    execFileSync(shell, args, { cwd: work, env: environment, encoding: "utf8" }).split("\n").filter(Boolean);
  const script = (shell: string) =>
    readFileSync(
      fileURLToPath(new URL(`../../../assets/completion/betalab.${shell}`, import.meta.url)),
      "utf8",
    );

  beforeAll(() => {
    for (const made of [bin, join(work, "runs", "mine")]) mkdirSync(made, { recursive: true });
    symlinkSync(fileURLToPath(new URL("../../../bin/betalab.js", import.meta.url)), join(bin, "betalab"));
    writeFileSync(join(work, "recipe.yaml"), "");
    writeFileSync(join(work, "my recipe.yaml"), "");
    // A Tab runs nobody's code.
    writeFileSync(join(work, "betalab.config.js"), "throw new Error('loaded');");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach((context) => {
    if (notBuilt !== undefined) context.skip(notBuilt);
    const shell = context.task.name.split(":")[0]!;
    if (spawnSync(shell, ["--version"]).error !== undefined) {
      console.warn(`completion in ${shell} is not tested: there is no ${shell}`);
      context.skip(`there is no ${shell}`);
    }
  });

  test.each<[words: readonly string[], current: string, replies: readonly string[]]>([
    [["tra"], "tra", ["train", "traverse"]],
    [["traverse", "runs/mine", "--range", "=", "m"], "m", ["minmax"]],
    [["train", "demo", "--see"], "--see", ["--seed"]],
    [["train", "rec"], "rec", ["recipe.yaml"]],
    [["evaluate", "runs/m"], "runs/m", ["runs/mine"]],
    [["train", "demo", "--seed", ""], "", []],
    [["train", "$(touch evil)", "--see"], "--see", ["--seed"]],
  ])("bash: %j", (words, current, replies) => {
    const line = ["betalab", ...words].map((word) => `'${word}'`).join(" ");
    const said = run(
      "bash",
      "-c",
      `source <(betalab completion bash)
       complete -p betalab | grep -q _betalab || exit 1
       COMP_WORDS=(${line}); COMP_CWORD=${words.length}
       _betalab betalab '${current}' x
       printf '%s\\n' "\${COMPREPLY[@]}"; ls`,
    );
    expect(said).toEqual([...replies, "betalab.config.js", "my recipe.yaml", "recipe.yaml", "runs"]);
  });

  test("zsh: the script is what zsh can read, and registers itself", () => {
    const said = run(
      "zsh",
      "-f",
      "-c",
      `autoload -Uz compinit && compinit -D -u && source <(betalab completion zsh)
       _describe() { print -l -- $choices }
       _files() { print -- files $* }
       compset() { }
       print -- $_comps[betalab]
       words=(betalab train mnist-mlp-5) CURRENT=3; _betalab
       words=(betalab evaluate runs/m) CURRENT=3; _betalab
       words=(betalab traverse runs/m --range m) CURRENT=5; _betalab`,
    );
    const offers = presets.filter((name) => name.startsWith("mnist-mlp-5"));
    expect(said.map((line) => line.split(":")[0])).toEqual([
      "_betalab",
      ...offers,
      "files",
      "files -/",
      "minmax",
    ]);
    // What has no summary has no colon either: zsh would show an empty one.
    expect(said.at(-1)).toBe("minmax");
  });

  test("fish: what the shell itself offers", () => {
    const ask = (line: string) =>
      run("fish", "-c", `betalab completion fish | source; complete -C '${line}'`);
    expect(ask("betalab tra").map((line) => line.split("\t")[0])).toEqual(["train", "traverse"]);
    expect(ask("betalab traverse runs/mine --range=m")).toEqual(["--range=minmax"]);
    expect(ask("betalab train rec")).toEqual([expect.stringMatching(/^recipe\.yaml/)]);
    expect(ask("betalab evaluate runs/m")).toEqual([expect.stringMatching(/^runs\/mine\//)]);
    for (const word of ["my\\\\ re", '"my re', "\\'my re"])
      expect(ask(`betalab train ${word}`)).toEqual([expect.stringMatching(/^my recipe\.yaml/)]);
    expect(ask('betalab train "dem').map((line) => line.split("\t")[0])).toEqual(["demo"]);
  });

  test("pwsh: what the shell itself offers", () => {
    const ask = (line: string) =>
      run(
        "pwsh",
        "-NoProfile",
        "-Command",
        `betalab completion pwsh | Out-String | Invoke-Expression
         (TabExpansion2 '${line}' ${line.length}).CompletionMatches | ForEach-Object CompletionText`,
      );
    expect(ask("betalab tra")).toEqual(["train", "traverse"]);
    expect(ask("betalab traverse runs/mine --range ")).toEqual(["fixed", "quantiles", "sigma", "minmax"]);
  });

  test.each(["bash", "zsh", "fish", "pwsh"])("node: %s's script is printed as it is", (shell) => {
    expect(run("betalab", "completion", shell).join("\n")).toBe(
      script(shell).split("\n").filter(Boolean).join("\n"),
    );
  });

  test("node: an answer takes less than a tenth of a second of processor time beside Node's own start", () => {
    const count =
      "process.on('exit', () => { const { user, system } = process.cpuUsage(); console.error((user + system) / 1000); })";
    const fastest = (...argv: readonly string[]) =>
      Math.min(
        ...Array.from({ length: 5 }, () => {
          const counting = ["--import", `data:text/javascript,${count}`, ...argv];
          return Number(spawnSync(process.execPath, counting, { cwd: work, encoding: "utf8" }).stderr);
        }),
      );
    const node = fastest("-e", "");
    const answer = fastest(join(bin, "betalab"), "complete", "--", "train", "mn");
    console.log(`Tab: ${answer.toFixed(0)} ms of processor time, of which Node takes ${node.toFixed(0)}`);
    expect(answer - node).toBeLessThan(100);
  });
});
