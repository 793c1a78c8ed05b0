/** `betalab.config.js`, read; and what a run remembers of it. */

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { extensionModule, ownObjective } from "../../test/helpers/extensions.ts";
import { configuration, extend, type OwnRegistries, type Registries } from "./index.ts";
import { checkExtensions, loadExtensions, requiredExtensions, shipped } from "./node.ts";

function folderWith(text: string, name = "betalab.config.js"): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  writeFileSync(join(folder, name), text);
  return folder;
}

const demo = (registries: Registries, ...set: string[]) =>
  configuration(registries).resolve("demo", { set }).config;

describe("loading", () => {
  test("the module in the working directory, with its path and hash; jobs as they are", async () => {
    const text = extensionModule('jobs: [{ name: "job" }, 3]');
    const directory = folderWith(text);
    const { registries, jobs, file } = await loadExtensions(shipped, { directory });
    expect(file).toEqual({
      path: join(directory, "betalab.config.js"),
      hash: createHash("sha256").update(text).digest("hex"),
    });
    expect(jobs).toEqual([{ name: "job" }, 3]);
    expect(demo(registries, "objective.kind=mine").objective).toEqual({ kind: "mine", weight: 3 });
  });

  test("where there is none, nothing is added; one that was named must be there", async () => {
    const directory = temporaryFolder();
    const loaded = await loadExtensions(shipped, { directory });
    expect(loaded).toEqual({ registries: shipped, jobs: [], executors: [], file: undefined });
    const error = await failure("config", () => loadExtensions(shipped, { directory, file: "mine.js" }));
    expect(error.message).toMatch(/mine\.js: it can't be read: ENOENT/);
  });

  test("another module, by its path", async () => {
    const directory = folderWith(extensionModule(), "other.js");
    const { file } = await loadExtensions(shipped, { directory, file: "other.js" });
    expect(file?.path).toBe(join(directory, "other.js"));
  });

  test.each<[string, string, string, string?]>([
    ["throws", 'throw new Error("no luck")', "it can't be loaded: no luck"],
    ["is no JavaScript", "export default {", "it can't be loaded: "],
    ["has no default export", "export const objectives = []", "it has no default export"],
    ["exports a list", "export default [1]", "its default export is [1], not an object"],
    ["exports null", "export default null", "its default export is null, not an object"],
    [
      "has an unknown key",
      "export default { objective: [] }",
      "unknown key objective",
      'did you mean "objectives"?',
    ],
    ["knows no registries' inside", "export default { brought: [] }", "unknown key brought"],
    ["has jobs that are no list", "export default { jobs: 3 }", "jobs: expected a list, not 3"],
    [
      "has a name twice",
      extensionModule().replace("[mine]", "[mine, mine]"),
      'objectives: the name "mine" is taken',
    ],
    ["has no list", "export default { metrics: 3 }", "metrics: expected a list of definitions, not 3"],
    [
      "has a schema that is none",
      extensionModule().replace(/options: .*/, "options: { weight: 3 },"),
      'objectives: options of "mine" is {"weight":3}: expected a zod object (z.strictObject)',
    ],
  ])("a module that %s is an error that names it", async (_, text, problem, hint) => {
    const directory = folderWith(text);
    const error = await failure("config", () => loadExtensions(shipped, { directory }));
    expect(error.message.startsWith(`${join(directory, "betalab.config.js")}: ${problem}`)).toBe(true);
    if (hint !== undefined) expect(error.hint).toBe(hint);
  });
});

describe("what a run requires", () => {
  const inCode = (): Registries => extend(shipped, { objectives: [ownObjective()] });
  const required = (registries: Registries) =>
    requiredExtensions(demo(registries, "objective.kind=mine"), registries);

  test("nothing, when all that it names is shipped", () => {
    expect(requiredExtensions(demo(shipped), shipped)).toEqual([]);
    const registries = inCode();
    expect(requiredExtensions(demo(registries), registries)).toEqual([]);
  });

  test("each section's own choice", () => {
    const [net, likelihood] = [shipped.architectures[0], shipped.likelihoods[0]];
    const source = shipped.sources.find(({ name }) => name === "digits")!;
    const own: OwnRegistries = {
      sources: [{ ...source, name: "s" } as unknown as (typeof shipped.sources)[number]],
      architectures: [{ ...net, name: "a" }],
      likelihoods: [{ ...likelihood, name: "l" }],
      optimizers: [{ ...shipped.optimizers[0], name: "o" }],
    };
    const registries: Registries = extend(inCode(), own);
    const set = [
      "data={source: s}",
      "model={architecture: a, likelihood: {kind: l}}",
      "objective.kind=mine",
      "optimizer.kind=o",
    ];
    const found = requiredExtensions(demo(registries, ...set), registries);
    expect(found.map(({ registry, name }) => [registry, name])).toEqual([
      ["sources", "s"],
      ["architectures", "a"],
      ["likelihoods", "l"],
      ["objectives", "mine"],
      ["optimizers", "o"],
    ]);
  });

  test("in code: a hash of what it says; the same says the same", () => {
    const [entry] = required(inCode());
    expect(entry).toEqual({
      registry: "objectives",
      name: "mine",
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(required(inCode())).toEqual([entry]);
    expect(checkExtensions([entry!], inCode(), "runs/a")).toEqual([]);
  });

  test("another default, summary or function has another hash", () => {
    const hash = (change: object) => {
      const changed = { ...ownObjective(), ...change } as ReturnType<typeof ownObjective>;
      return required(extend(shipped, { objectives: [changed] }))[0]!.hash;
    };
    const { options } = ownObjective();
    const hashes = [
      hash({}),
      hash({ options: options.extend({ weight: options.shape.weight.removeDefault().default(7) }) }),
      hash({ create: () => ({ scalars: {} }) }),
      hash({ summary: "another" }),
    ];
    expect(new Set(hashes).size).toBe(4);
  });

  test("of a module: its path and the hash of its text", async () => {
    const directory = folderWith(extensionModule());
    const { registries, file } = await loadExtensions(shipped, { directory });
    const recorded = requiredExtensions(demo(registries, "objective.kind=mine"), registries);
    expect(recorded).toEqual([
      { registry: "objectives", name: "mine", module: file!.path, hash: file!.hash },
    ]);
    const other = await loadExtensions(shipped, { directory: folderWith(extensionModule("metrics: []")) });
    expect(checkExtensions(recorded, registries, "runs/a")).toEqual([]);
    expect(checkExtensions(recorded, other.registries, "runs/a")).toEqual([
      `the objective "mine" has changed since runs/a was trained with it (${file!.hash.slice(0, 8)}… then, ${other.file!.hash.slice(0, 8)}… now)`,
    ]);
    const missing = await failure("run", () => checkExtensions(recorded, shipped, "runs/a"));
    expect(missing.message).toBe(`runs/a needs the objective "mine" of ${file!.path}, which is not here`);
    expect(missing.hint).toBe(
      "name that betalab.config.js as the config module, or pass it: createWorkbench({ objectives: [ … ] }), whose registries openModel(path, { registries }) takes",
    );
  });

  test("missing, from code: how to bring it", async () => {
    const error = await failure("run", () => checkExtensions(required(inCode()), shipped, "runs/a"));
    expect(error.message).toBe('runs/a needs the objective "mine", which is not here');
    expect(error.hint).toBe(
      "pass it: createWorkbench({ objectives: [ … ] }), whose registries openModel(path, { registries }) takes",
    );
  });

  test("of a registry that this betalab has not: missing, not a crash", async () => {
    const recorded = [{ registry: "embeddings", name: "vamp", hash: "0" }];
    const error = await failure("run", () => checkExtensions(recorded, shipped, "runs/a"));
    expect(error.message).toBe('runs/a needs the embedding "vamp", which is not here');
  });
});
