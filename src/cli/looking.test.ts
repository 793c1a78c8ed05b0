/** The commands that draw, on a small real run of digits: what they write, what they say, what they refuse. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { commandLine } from "../../test/helpers/command-line.ts";

const { folder, finished, cli, failing, train, copyOfRun } = commandLine();

/** Runs a command and reads its JSON; every file that it names is there and not empty. */
async function draw(...argv: string[]) {
  const { status, out, err } = await cli(...argv, "--json");
  expect([status, err.includes("betalab:")]).toEqual([0, false]);
  const value = JSON.parse(out) as { paths: string[]; step: number } & Record<string, unknown>;
  for (const path of value.paths) expect(readFileSync(path).length).toBeGreaterThan(10);
  return value;
}

const table = (path: string): string[][] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split(","));
const inRun = (...parts: string[]): string => join(finished, ...parts);

describe("reconstruct", () => {
  test("by index, by label, from files; numbers beside the picture", async () => {
    await draw("reconstruct", finished, "--index", "3,1");
    const rows = table(inRun("tables", "reconstruct.csv"));
    expect(rows[0]).toEqual(["image", "reconstruction_nats", "kl_nats"]);
    expect(rows.slice(1).map(([image]) => image!.replace(/ .*/, ""))).toEqual(["3", "1"]);
    for (const [, nats, kl] of rows.slice(1)) {
      expect(Number(nats)).toBeGreaterThan(20);
      expect(Number(kl)).toBeGreaterThan(0);
    }
    const label = /\((\d)\)/.exec(rows[1]![0]!)![1]!;
    await draw("reconstruct", finished, "--label", label);
    for (const [image] of table(inRun("tables", "reconstruct.csv")).slice(1))
      expect(image).toContain(`(${label})`);
    const file = inRun("figures", "sample.png");
    await draw("sample", finished);
    expect(await draw("reconstruct", finished, file, "--out", join(folder, "own.png"))).toMatchObject({
      count: 1,
    });
    expect(table(join(folder, "own.csv"))[1]![0]).toBe("sample.png");
  });

  test("worst and best are the ends of the order by likelihood", async () => {
    const nats = async (by: string) => {
      await draw("reconstruct", finished, "--by", by, "--count", "12");
      return table(inRun("tables", "reconstruct.csv"))
        .slice(1)
        .map((row) => Number(row[1]));
    };
    const worst = await nats("worst");
    expect(worst).toEqual(worst.toSorted((a, b) => b - a));
    expect((await nats("best")).toReversed()).toEqual(worst);
  });

  test("refuses what isn't there and says what is", async () => {
    expect(await failing("reconstruct", finished, "--index", "12")).toMatchObject({
      status: 2,
      message: "there is no image 12",
      hint: "the split has 12: 0 to 11",
    });
    expect(await failing("reconstruct", finished, "--label", "ten")).toMatchObject({
      message: 'there is no label "ten"',
      hint: "choose one of: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    });
    expect(await failing("reconstruct", finished, "--index", "a")).toMatchObject({
      message: '--index: "a" is not a whole number from 0',
    });
    const missing = join(folder, "missing.png");
    const error = await failing("reconstruct", finished, missing);
    expect([error.status, error.message.includes(missing)]).toEqual([3, true]);
    expect(await failing("sample", finished, "--class", "3")).toMatchObject({
      message: "this model is not conditional: it has no classes",
    });
  });
});

describe("interpolate", () => {
  test("strip, loop, grids and the latents along the way", async () => {
    const drawn = await draw("interpolate", finished, "--index", "0,1,2,3", "--steps", "5");
    expect(drawn.paths.map((path) => path.split("/").at(-1))).toEqual([
      "interpolate.png",
      "interpolate.gif",
      "interpolate-grid-linear.png",
      "interpolate-grid-spherical.png",
      "interpolate.csv",
    ]);
    const { pages, delay, loop } = await sharp(drawn.paths[1]!, { pages: -1 }).metadata();
    // 3 · 5 − 2 = 13 moments there and 11 back.
    expect([pages, new Set(delay), loop]).toEqual([24, new Set([80]), 0]);
    const rows = table(drawn.paths[4]!);
    expect(rows[0]!.slice(0, 4)).toEqual(["kind", "step", "t", "z0"]);
    expect(rows.filter(([kind]) => kind === "linear").map((row) => Number(row[2]))).toEqual([
      0, 0.25, 0.5, 0.75, 1,
    ]);
    const at = (kind: string, step: number): number[] =>
      rows
        .find((row) => row[0] === kind && row[1] === String(step))!
        .slice(3)
        .map(Number);
    at("linear", 2).forEach((value, d) => {
      expect(value).toBeCloseTo((at("linear", 0)[d]! + at("linear", 4)[d]!) / 2, 5);
    });
    expect(at("spherical", 0)).toEqual(at("linear", 0));
  });

  test("refuses one end, and three", async () => {
    expect((await failing("interpolate", finished, "--from-label", "3")).hint).toBe(
      "give both --from-label and --to-label",
    );
    expect((await failing("interpolate", finished, "--index", "1,2,3")).message).toContain(
      "3 numbers in --index",
    );
  });
});

describe("traverse", () => {
  test("a loop for each dimension, all in one, a sheet sorted by KL", async () => {
    const { paths, dimensions } = (await draw("traverse", finished, "--steps", "5")) as unknown as {
      paths: string[];
      dimensions: { dimension: number; kl: number }[];
    };
    const kl = dimensions.map((one) => one.kl);
    expect(kl).toEqual(kl.toSorted((a, b) => b - a));
    expect(paths.filter((path) => /-dim\d\d\.gif$/.test(path))).toHaveLength(dimensions.length);
    for (const path of paths.filter((one) => one.endsWith(".gif"))) {
      const { pages, delay, loop } = await sharp(path, { pages: -1 }).metadata();
      expect([pages, new Set(delay), loop]).toEqual([8, new Set([80]), 0]);
    }
  });

  test("steps of either sign from images, one way", async () => {
    const out = join(folder, "steps");
    const argv = [
      "--step",
      "-0.2",
      "--steps",
      "6",
      "--one-way",
      "--delay",
      "50",
      "--dims",
      "1",
      "--only",
      "loops",
    ];
    const drawn = await draw("traverse", finished, "--index", "0,1", ...argv, "--out", out);
    expect(drawn.dimensions).toMatchObject([{ dimension: 1, from: 0, to: expect.closeTo(-1.2, 9) }]);
    expect(readdirSync(out).sort()).toEqual(["traverse-dim01.gif", "traverse.csv"]);
    const { pages, delay } = await sharp(join(out, "traverse-dim01.gif"), { pages: -1 }).metadata();
    expect([pages, new Set(delay)]).toEqual([7, new Set([50])]);
  });

  test.each([["sigma", "--reach", "1"], ["minmax"], ["quantiles"]])("range %s", async (...range) => {
    const out = join(folder, `range-${range[0]}`);
    const drawn = await draw("traverse", finished, "--only", "sheet", "--range", ...range, "--out", out);
    const [first] = drawn.dimensions as { dimension: number; from: number; to: number }[];
    const row = table(join(out, "traverse.csv"))[1]!.map(Number);
    const [, , from, to, mean, deviation, smallest, largest] = row as [number, ...number[]];
    expect(first!.from).toBeCloseTo(from!, 6);
    if (range[0] === "sigma") expect(to! - mean!).toBeCloseTo(deviation!, 5);
    if (range[0] === "minmax") expect([from, to]).toEqual([smallest, largest]);
    if (range[0] === "quantiles") expect(to).toBeCloseTo(2.3263, 3);
  });

  test("refuses a dimension beyond the latent, and two ways at once", async () => {
    expect(await failing("traverse", finished, "--dims", "99")).toMatchObject({
      status: 2,
      message: "there is no latent dimension 99",
    });
    expect((await failing("traverse", finished, "--step", "0")).message).toBe("--step is 0: 0 moves nothing");
    expect((await failing("traverse", finished, "--step", "1", "--range", "minmax")).message).toContain(
      "exclude",
    );
  });
});

test("traverse: rows in the order that is asked for", async () => {
  const rows = async (...args: string[]) => {
    const out = join(folder, "order");
    const { dimensions } = await draw("traverse", finished, "--only", "sheet", "--out", out, ...args);
    return (dimensions as { dimension: number }[]).map(({ dimension }) => dimension);
  };
  const [first, second] = await rows();
  expect([first, second].toSorted()).toEqual([0, 1]);
  expect(await rows("--order", "index")).toEqual([0, 1]);
  expect(await rows("--dims", "1,0")).toEqual([1, 0]);
  expect(await rows("--dims", "0,1")).toEqual([0, 1]);
  expect(await rows("--dims", "1,0", "--order", "index")).toEqual([0, 1]);
  expect(await rows("--dims", `${second},${first}`, "--order", "kl")).toEqual([first, second]);
});

describe("embed", () => {
  test.each(["pca", "tsne", "umap"])("%s: chart, images, coordinates", async (method) => {
    const { paths, color, count } = await draw("embed", finished, "--method", method, "--images");
    expect([color, count]).toEqual(["label", 12]);
    expect(paths.map((path) => path.split(".").at(-1))).toEqual(["png", "svg", "png", "csv"]);
    const rows = table(inRun("tables", `embed-${method}.csv`));
    expect(rows).toHaveLength(13);
    expect(rows[0]!.slice(0, 5)).toEqual(["image", "x", "y", "label", "z0"]);
    for (const [, x, y] of rows.slice(1)) expect(Number.isFinite(Number(x) + Number(y))).toBe(true);
  });

  test("refuses a colour that isn't known", async () => {
    const error = await failing("embed", finished, "--color", "zzzzzz");
    expect([error.status, error.message]).toEqual([
      2,
      'can\'t colour by zzzzzz: this data has no factor "zzzzzz"',
    ]);
    expect(error.hint).toMatch(/^choose one of: label, .*, none$/);
  });
});

describe("usage, manifold, curves, progress", () => {
  test("usage: bars, heat map, numbers that add up", async () => {
    const { paths, kl, dimensions } = await draw("usage", finished, "--order", "kl");
    expect(paths).toHaveLength(5);
    const each = (dimensions as { kl: number }[]).map((one) => one.kl);
    expect(each.reduce((sum, one) => sum + one, 0)).toBeCloseTo(kl as number, 6);
    expect(readFileSync(inRun("figures", "usage.svg"), "utf8")).toContain("KL (nats/image)");
  });

  test("usage: soft free bits' weights over training are a heat map of their own", async () => {
    const soft = join(folder, "soft");
    await cli(...train("--set", "objective={kind: softFreeBits}", "--out", soft));
    const { paths } = await draw("usage", soft);
    expect(paths).toContain(join(soft, "figures", "usage-gamma-over-training.png"));
    expect(readFileSync(join(soft, "figures", "usage-gamma-over-training.svg"), "utf8")).toContain("z₁");
  });

  test("manifold: any two dimensions, and it says which when there are more", async () => {
    const { paths } = await draw("manifold", finished, "--dims", "1,0", "--size", "4");
    expect(table(paths[1]!)[0]).toEqual(["position", "z1", "z0"]);
    await draw("manifold", finished, "--size", "3"); // It has two latents.
    const three = join(folder, "three");
    await cli(...train("--set", "model.latentDim=3", "--out", three));
    const error = await failing("manifold", three);
    expect(error.message).toBe("a manifold has two dimensions; this model has 3 latents");
    expect(error.hint).toMatch(/choose two by --dims: \d,\d carry the most/);
    expect((await failing("manifold", finished, "--dims", "1")).message).toContain(
      "expected at least 2 values",
    );
  });

  test("curves: every term of several runs, also of a run without a checkpoint", async () => {
    const bare = copyOfRun((path) => rmSync(join(path, "checkpoints"), { recursive: true }));
    const { terms } = (await draw("curves", finished, bare)) as unknown as { terms: string[] };
    expect(terms).toEqual(expect.arrayContaining(["reconstruction", "kl", "negativeElbo"]));
    const rows = table(inRun("tables", "curves.csv"));
    expect(rows[0]).toEqual(["run", "split", "term", "step", "value"]);
    expect(new Set(rows.slice(1).map(([run]) => run)).size).toBe(2);
    expect((await failing("curves", finished, "--term", "kll")).hint).toContain("kl,");
  });

  test("progress: a frame an epoch, the last one longer; a traversal from checkpoints", async () => {
    const { paths, moments } = await draw("progress", finished, "--of", "samples");
    expect(moments).toEqual([1, 2]);
    const { pages, delay } = await sharp(paths[0]!, { pages: -1 }).metadata();
    expect([pages, delay]).toEqual([2, [200, 1600]]);
    await draw("progress", finished, "--of", "traversal");
    const worn = copyOfRun((path) => {
      writeFileSync(join(path, "figures", "samples-epoch-0001.png"), "no picture");
      writeFileSync(join(path, "checkpoints", "step-00000006.safetensors"), "no weights");
    });
    const pictures = JSON.parse((await cli("progress", worn, "--of", "samples", "--json")).out);
    expect(pictures.moments).toEqual([2]);
    expect(pictures.notes.join()).toMatch(/samples-epoch-0001\.png can't be read .*: it is left out/);
    const walked = JSON.parse((await cli("progress", worn, "--of", "traversal", "--json")).out);
    expect(walked.moments).toEqual([12]);
    expect(walked.notes.join()).toMatch(/step-00000006\.safetensors .*: it is left out/);
    const bare = copyOfRun((path) => rmSync(join(path, "figures"), { recursive: true }));
    expect((await failing("progress", bare)).message).toContain("has no pictures of reconstructions yet");
  });
});

describe("an exported model", () => {
  test("is looked at like a run", async () => {
    const model = join(folder, "model");
    await cli("export", finished, "--out", model);
    await draw("sample", model, "--count", "9", "--bare");
    const pixels = (path: string) => sharp(path).raw().toBuffer();
    await draw("sample", finished, "--count", "9", "--bare");
    expect(
      (await pixels(join(model, "figures", "sample.png"))).equals(
        await pixels(inRun("figures", "sample.png")),
      ),
    ).toBe(true);
    await draw("usage", model);
    expect(existsSync(join(model, "figures", "usage-over-training.png"))).toBe(false);
    await draw("traverse", model, "--only", "sheet");
  });

  test("with a file missing, it says which", async () => {
    const model = join(folder, "half-a-model");
    await cli("export", finished, "--out", model);
    rmSync(join(model, "weights.safetensors"));
    const error = await failing("sample", model);
    expect([error.status, error.code]).toEqual([3, "run"]);
    expect(error.message).toContain("weights.safetensors");
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect((await failing("sample", empty)).message).toContain("is not a run");
  });
});
