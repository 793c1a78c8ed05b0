/** What a user's own code can get wrong, through the public doors: an error that names it, and nothing half written. */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type BetalabError,
  createWorkbench,
  defineJob,
  type Extensions,
  loadWorkbench,
  openModel,
} from "../src/index.ts";
import { measureCodes } from "../src/metrics/index.ts";
import { train } from "../src/training/index.ts";
import { failure } from "./helpers/data.ts";
import { ownObjective } from "./helpers/extensions.ts";
import { temporaryFolders } from "./helpers/folders.ts";
import { smallConfig } from "./helpers/small-run.ts";

const folders = temporaryFolders();

/** A job that makes a picture of one pixel, and whatever else. */
const dot = (more: object = {}) => ({
  ...defineJob({
    name: "dot",
    summary: "a picture of one pixel",
    example: "betalab dot",
    takes: "nothing",
    options: z.strictObject({ size: z.int().min(1).default(1).describe("in pixels") }),
    value: z.object({ size: z.int() }),
    artifacts: true,
    // biome-ignore lint/correctness/useYield: it has nothing to tell
    async *run(_, { size }) {
      const raster = { width: size, height: size, pixels: new Uint8Array(3 * size * size) };
      return { value: { size }, artifacts: [{ kind: "picture", picture: { raster, captions: [] } }] };
    },
  }),
  ...more,
});

async function thrown(extensions: unknown): Promise<BetalabError> {
  return failure("config", () => createWorkbench(extensions as Extensions));
}

describe("extensions given in code", () => {
  test.each([
    ["a registry that is no list", { objectives: ownObjective() }, /^objectives: expected a list/],
    ["an item that is none", { metrics: [3] }, /^metrics: item 1 is 3, not a definition/],
    [
      "a name that is missing",
      { sources: [{ options: z.strictObject({}) }] },
      /^sources: item 1 has no name/,
    ],
    [
      "a duplicate name",
      { objectives: [ownObjective(), ownObjective()] },
      /^objectives: the name "mine" is taken/,
    ],
    ["a shipped name", { architectures: [{ name: "mlp" }] }, /^architectures: the name "mlp" is taken/],
    [
      "a schema that is none",
      { objectives: [{ ...ownObjective(), options: { weight: 1 } }] },
      /^objectives: options of "mine" is .*: expected a zod object/,
    ],
    ["a job that is none", { jobs: [null] }, /^jobs\[0\] is not a job/],
    ["a job with a shipped name", { jobs: [dot({ name: "train" })] }, /^jobs\[0\] is called "train"/],
    ["two jobs of a name", { jobs: [dot(), dot()] }, /^jobs\[1\] is called "dot"/],
    [
      "a job whose options are no schema",
      { jobs: [dot({ options: {} })] },
      /^jobs\[0\] "dot": options is not a zod/,
    ],
    [
      "a job whose value is no schema",
      { jobs: [dot({ value: 1 })] },
      /^jobs\[0\] "dot": value is not a zod schema/,
    ],
    [
      "a job that takes what there is not",
      { jobs: [dot({ takes: "pictures" })] },
      /^jobs\[0\] "dot": takes is "pictures"/,
    ],
    ["jobs that are no list", { jobs: dot() }, /^jobs: expected a list/],
    ["an unknown registry", { objective: [ownObjective()] }, /^unknown key objective/],
  ])("%s", async (_, extensions, message) => {
    const error = await thrown(extensions);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });
});

describe("a config module", () => {
  const written = (text: string) => {
    const path = join(folders(), "mine.config.js");
    writeFileSync(path, text);
    return path;
  };

  test.each([
    ["throws", 'throw new Error("no such thing");', "no such thing"],
    ["throws what is no error", "throw 7;", "7"],
    ["is no module", "export default {", "it can't be loaded"],
    ["has no default export", "export const a = 1;", "it has no default export"],
    ["has a wrong key", "export default { objective: [] };", "unknown key objective"],
    ["has jobs that are no list", "export default { jobs: {} };", "jobs: expected a list"],
    ["has an item that is none", "export default { metrics: [undefined] };", "metrics: item 1 is undefined"],
  ])("%s", async (_, text, message) => {
    const path = written(text);
    const error = await failure("config", () => loadWorkbench(path));
    expect(error.message).toContain(path);
    expect(error.message).toContain(message);
  });
});

describe("options from JavaScript", () => {
  const workbench = createWorkbench({ jobs: [dot() as never] });
  test.each([
    ["train", "demo", { seed: "1" }, /`seed` is "1": expected a number/],
    ["train", "demo", { epochs: 0 }, /`epochs` is 0/],
    ["train", "demo", { set: "objective.beta=4" }, /`set` is "objective.beta=4"/],
    ["train", "demo", { out: 5 }, /`out` is 5/],
    ["train", 5, {}, /^train needs a preset, a config file or a config, not 5/],
    ["traverse", undefined, {}, /^traverse needs a run directory, .*, not undefined/],
    ["compare", "runs", {}, /^compare needs a list of run directories, at least one, not "runs"/],
    ["dot", undefined, { size: 1.5 }, /`size` is 1.5/],
    ["dot", undefined, { sizes: 2 }, /^dot has no option `sizes`/],
    ["dot", "run", {}, /^dot takes no subject, not "run"/],
    ["dot", undefined, null, /./],
    ["dot", undefined, 7, /^dot: what its options are given as is 7: expected an object/],
  ])("%s %j %j", async (name, subject, options, message) => {
    const run = () => workbench.run(name, subject, options);
    if (options === null) return expect((await run()).value).toEqual({ size: 1 });
    expect((await failure("usage", run)).message).toMatch(message);
  });

  test.each<[string, () => unknown, string]>([
    ["extensions", () => createWorkbench(3 as never), "what it brings is 3: expected { objectives: [mine] }"],
    ["a listener", () => workbench.run("dot", undefined, {}, { onEvent: 3 as never }), "`onEvent` is 3"],
    [
      "a signal",
      () => workbench.run("dot", undefined, {}, { signal: "stop" as never }),
      '`signal` is "stop"',
    ],
    [
      "a place",
      async () => (await workbench.run("dot")).save(3 as never),
      "`out` is 3: expected a folder or a file",
    ],
    ["a path", () => openModel(undefined as never), "`path` is undefined: expected the folder of a run"],
    ["data", () => workbench.prepare("demo", { data: 3 as never }), "`data` is 3: expected a data set"],
    [
      "a job",
      () => train({ preset: "demo" } as never).next(),
      '`job` is {"preset":"demo"}: expected what `prepare`',
    ],
    ["a trained job", () => workbench.model(undefined as never, {} as never), "`job` is undefined"],
    [
      "codes",
      () => measureCodes(undefined as never),
      "`codes` is undefined: expected a Float32Array with `latentDim`",
    ],
  ])("%s of another type", async (_, call, message) => {
    expect((await failure("usage", async () => call())).message).toContain(message);
  });

  test("a wrong option leaves no run behind", async () => {
    const out = join(folders(), "run");
    await failure("usage", () => workbench.train(smallConfig(), { out, seed: -1 }));
    expect(existsSync(out)).toBe(false);
  });
});

describe("artifacts that can't be written", () => {
  const raster = { width: 1, height: 1, pixels: new Uint8Array(3) };
  const picture = { kind: "picture", picture: { raster, captions: [] } };
  const making = (artifacts: readonly object[]) =>
    createWorkbench({
      jobs: [
        dot({
          // biome-ignore lint/correctness/useYield: it has nothing to tell
          async *run() {
            return { value: { size: 1 }, artifacts };
          },
        }) as never,
      ],
    });

  test("a place that is a file: named, nothing written", async () => {
    const folder = folders();
    writeFileSync(join(folder, "taken"), "");
    const { save } = await making([picture]).run("dot");
    const error = await failure("disk", () => save(join(folder, "taken", "in")));
    expect(error.message).toContain(join(folder, "taken"));
    expect(readdirSync(folder)).toEqual(["taken"]);
  });

  test("a folder where the file would be: named, nothing half written", async () => {
    const folder = folders();
    mkdirSync(join(folder, "dot.png"));
    const { save } = await making([picture]).run("dot");
    const error = await failure("disk", () => save(folder));
    expect(error.message).toContain(join(folder, "dot.png"));
    expect(readdirSync(folder)).toEqual(["dot.png"]);
  });

  test.each([
    ["one that is no artifact", "picture", /^dot: artifact 2 is "picture"/],
    ["a kind that there is not", { kind: "film" }, /^dot: artifact 2 has the kind "film"/],
    [
      "a name that leaves the folder",
      { ...picture, name: "../../x" },
      /^dot: artifact 2 has the name "\.\.\/\.\.\/x"/,
    ],
    ["one without pixels", { kind: "picture", picture: {} }, /^dot: artifact 2 can't be encoded: /],
    ["two of a name", picture, /^dot: artifact 2 is called .*dot\.png, as another one is/],
  ])("%s: refused before the first file", async (_, second, message) => {
    const folder = folders();
    const { save } = await making([picture, second as object]).run("dot");
    expect((await failure("config", () => save(folder))).message).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });
});
