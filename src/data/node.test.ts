import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { failure, realFolder, temporaryFolder } from "../../test/helpers/data.ts";
import { digits } from "./index.ts";
import {
  cacheDirectory,
  inspectDataset,
  listSources,
  makeDataset,
  measurePixels,
  memoryImages,
  openDataset,
  sources,
} from "./node.ts";
import { parseSection } from "./section.ts";
import { joinSplits } from "./split.ts";

const context = () => ({ cacheDirectory: temporaryFolder() });

describe("the section data", () => {
  it("fills in defaults for every source", () => {
    for (const { name } of sources) {
      expect(parseSection({ source: name }, sources).options).toMatchObject({
        source: name,
        batchSize: 64,
        flip: false,
      });
    }
    expect(parseSection({ source: "folder" }, sources).options).toMatchObject({
      size: 64,
      channels: 3,
      heldOut: 0.1,
    });
    expect(parseSection({ source: "mnist" }, sources).options).not.toHaveProperty("heldOut");
  });

  it.each([
    [{}, "data.source is missing", "choose one of: sprites"],
    [{ source: "minst" }, 'unknown data.source "minst"', 'did you mean "mnist"?'],
    [{ source: "mnist", limt: 5 }, "unknown key data.limt", 'did you mean "limit"?'],
    [{ source: "mnist", limit: 0 }, "data.limit is 0: expected", undefined],
    [{ source: "folder", heldOut: 1 }, "data.heldOut is 1: expected", undefined],
    [{ source: "folder", channels: 2 }, "data.channels is 2: expected", undefined],
    [{ source: "folder", size: [64] }, "data.size is [64]: expected", undefined],
  ])("refuses %j", async (config, message, hint) => {
    const error = await failure("config", () => openDataset(config as never, context()));
    expect(error.message).toContain(message);
    if (hint !== undefined) expect(error.hint).toContain(hint);
  });
});

describe("openDataset", () => {
  it("divides alike every time, draws alike, and fingerprints options that change pixels", async () => {
    const open = (more: object) => openDataset({ source: "digits", count: 50, ...more }, context());
    const [one, two] = [await open({}), await open({ flip: true, batchSize: 3 })];
    expect(one.fingerprint).toBe(two.fingerprint);
    const read = ({ images }: typeof one.train) => {
      const into = new Uint8Array(images.count * 784);
      images.read(
        Array.from({ length: images.count }, (_, i) => i),
        into,
      );
      return into;
    };
    expect(read(one.heldOut)).toEqual(read(two.heldOut));
    expect([one.train.images.count, one.heldOut.images.count]).toEqual([45, 5]);
    expect(one.notes).toEqual(["split here: 5 of 50 images are held out, the same ones for every seed"]);
    const others = [{ seed: 1 }, { limit: 40 }, { heldOut: 0.2 }, { count: 51 }, { size: 32 }];
    const prints = await Promise.all(others.map(async (more) => (await open(more)).fingerprint));
    expect(new Set([one.fingerprint, ...prints]).size).toBe(6);
  });

  it("fingerprints the binarisation, and applies it to both splits", async () => {
    const open = (binarize: "none" | "static" | "dynamic") =>
      openDataset({ source: "digits", count: 40, binarize }, context());
    const [none, still, drawn] = [await open("none"), await open("static"), await open("dynamic")];
    expect(new Set([none, still, drawn].map((one) => one.fingerprint)).size).toBe(3);
    expect((await open("dynamic")).fingerprint).toBe(drawn.fingerprint);
    const values = ({ images }: typeof none.train) => {
      const into = new Uint8Array(2 * 784);
      images.read([0, 1], into);
      return new Set(into);
    };
    for (const { train, heldOut } of [still, drawn]) {
      expect([values(train), values(heldOut)]).toEqual([new Set([0, 255]), new Set([0, 255])]);
    }
    expect(values(none.train).size).toBeGreaterThan(10);
  });

  it("refuses a limit that leaves nothing to hold out", async () => {
    const error = await failure("config", () => openDataset({ source: "digits", limit: 1 }, context()));
    expect(error.message).toContain("0.1 of 1 image leaves nothing to train on");
  });
});

describe("makeDataset", () => {
  it("writes what npz reads back: the same images, factors, labels", async () => {
    const path = join(temporaryFolder(), "digits.npz");
    const made = await makeDataset("digits", { count: 30 }, path);
    expect(made).toMatchObject({ path, shape: [30, 28, 28] });
    const original = digits({ count: 30 });
    const read = await openDataset({ source: "npz", path }, context());
    const whole = joinSplits(read.train, read.heldOut);
    expect(whole.labels!.names).toEqual(original.labels.names);
    expect(whole.factors!.factors.map((factor) => factor.name)).toEqual(made.factors);
    // Back to the original order by what the images look like.
    const pixelsOf = (images: typeof whole.images, i: number) => {
      const into = new Uint8Array(784);
      images.read([i], into);
      return into.join();
    };
    const position = new Map(Array.from({ length: 30 }, (_, i) => [pixelsOf(original.images, i), i]));
    for (let i = 0; i < 30; i++) {
      const at = position.get(pixelsOf(whole.images, i))!;
      expect(whole.labels!.values[i]).toBe(original.labels.values[at]);
      whole.factors!.factors.forEach((factor, column) => {
        const level = whole.factors!.levels[i * whole.factors!.factors.length + column]!;
        const originalLevel = original.factors.levels[at * original.factors.factors.length + column]!;
        expect(factor.values[level]).toBe(original.factors.factors[column]!.values[originalLevel]);
      });
    }
  });

  it("writes sprites as dSprites has them, and dsprites reads them", async () => {
    const path = join(temporaryFolder(), "sprites.npz");
    await makeDataset("sprites", { size: 16, orientations: 2, positions: 2, scales: 2 }, path);
    const inspection = await inspectDataset({ source: "dsprites", path }, context());
    expect(inspection).toMatchObject({
      height: 16,
      labels: ["square", "ellipse", "heart"],
      factors: {
        complete: true,
        factors: [{ name: "shape", levels: 3 }, {}, {}, {}, { name: "y", levels: 2 }],
      },
      pixels: { images: 48, binary: true, grey: true },
    });
  });

  it("refuses other names, wrong options, and places that can't be written", async () => {
    expect((await failure("usage", () => makeDataset("sprite", {}, "x"))).hint).toBe(
      'did you mean "sprites"?',
    );
    await failure("config", () => makeDataset("digits", { cuont: 3 }, "x"));
    const large = await failure("config", () => makeDataset("sprites", { size: 512 }, "x"));
    expect(large.message).toContain("46080 × 512 × 512 are 12079595520 bytes");
    const folder = temporaryFolder();
    const error = await failure("disk", () =>
      makeDataset("digits", { count: 2 }, join(folder, "no", "x.npz")),
    );
    expect(error.message).toContain(join(folder, "no", "x.npz"));
  });

  it.skipIf(!existsSync("/dev/full"))("writes no file in the place of a device", async () => {
    const error = await failure("disk", () => makeDataset("digits", { count: 50 }, "/dev/full"));
    expect(error.message).toBe("can't write /dev/full: it is not a file");
  });
});

describe("inspectDataset", () => {
  it("one grey pixel among all that are measured is enough", async () => {
    const shape = { count: 50_000, height: 32, width: 32, channels: 1 } as const;
    const pixels = new Uint8Array(1024 * shape.count);
    // Of a set above 32 MiB a quick look at whether it is binary would pass over some.
    for (const image of [20_001, 20_002, 20_003]) {
      pixels.fill(0).fill(100, 1024 * image, 1024 * image + 1);
      expect((await measurePixels(memoryImages(pixels, shape), {})).binary).toBe(false);
    }
  });

  it("counts, measures and describes", async () => {
    const inspection = await inspectDataset({ source: "digits", count: 20, size: 16 }, context());
    expect(inspection).toMatchObject({ name: "digits", height: 16, width: 16, channels: 1 });
    expect(inspection.train.count + inspection.heldOut.count).toBe(20);
    expect(inspection.train.labelCounts!.reduce((a, b) => a + b)).toBe(18);
    expect(inspection.pixels).toMatchObject({ images: 20, binary: false, grey: true });
    expect(inspection.pixels.mean[0]).toBeGreaterThan(0.02);
  });
});

describe("listSources", () => {
  it("tells what is there and how to get the rest", () => {
    const list = listSources(context());
    const of = (name: string) => list.find((one) => one.name === name)!;
    expect(of("sprites")).toMatchObject({ available: true, fetchable: false });
    expect(of("mnist")).toMatchObject({ available: false, fetchable: true });
    expect(of("mnist").obtain).toContain("betalab data fetch mnist");
    expect(of("folder").available).toBe(false);
  });

  const real = realFolder("mnist");
  it.skipIf(!real)("names the place", () => {
    const list = listSources({ ...context(), dataDirectory: real });
    expect(list.find((one) => one.name === "mnist")).toMatchObject({ available: true, place: real });
    expect(list.find((one) => one.name === "dsprites")).toMatchObject({ available: false });
  });

  it("is not stopped by a folder that one source complains about", () => {
    const folder = temporaryFolder();
    for (const name of ["a", "b"]) writeFileSync(join(folder, `${name}-images-idx3-ubyte`), "");
    writeFileSync(join(folder, "x.npz"), "no archive");
    const list = listSources({ ...context(), dataDirectory: folder });
    expect(list.find((one) => one.name === "idx")!.available).toBe(false);
  });
});

describe("cacheDirectory", () => {
  it("follows the system's habits", () => {
    const of = (env: Record<string, string>, platform: NodeJS.Platform) =>
      cacheDirectory(env, platform).replaceAll("\\", "/");
    expect(of({ BETALAB_CACHE: "/c", XDG_CACHE_HOME: "/x" }, "linux")).toBe("/c");
    expect(of({ XDG_CACHE_HOME: "/x" }, "linux")).toBe("/x/betalab");
    expect(of({ HOME: "/home/a" }, "linux")).toBe("/home/a/.cache/betalab");
    expect(of({ HOME: "/Users/a" }, "darwin")).toBe("/Users/a/Library/Caches/betalab");
    expect(of({ LOCALAPPDATA: "/l" }, "win32")).toBe("/l/betalab");
  });
});

/** Files that `file` imports, types aside, directly or through others. */
function imported(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, clause, from] of readFileSync(file, "utf8").matchAll(
    /^(?:import|export) ([^;]*?)from "([^"]+)";/gms,
  )) {
    if (clause!.startsWith("type ")) continue;
    if (from!.startsWith(".")) imported(resolve(dirname(file), from!), seen);
    else seen.add(from!);
  }
  return seen;
}

it("index.ts imports nothing of Node, and node.ts loads sharp only for a folder", () => {
  const here = dirname(fileURLToPath(import.meta.url));
  const packages = (door: string) => [...imported(join(here, door))].filter((name) => !name.startsWith(here));
  const outside = packages("index.ts").filter((name) => !/[/\\]base[/\\]/.test(name));
  expect(outside).toEqual(["zod"]);
  expect(packages("node.ts")).toContain("node:fs");
  expect(packages("node.ts")).not.toContain("sharp");
});
