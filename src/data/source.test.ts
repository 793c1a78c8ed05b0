import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { encodeNpy } from "./formats/npy.ts";
import { memoryImages, parseSection, source, takeImages } from "./index.ts";
import { fetchDataset, inspectDataset, listSources, makeDataset, openDataset, sources } from "./node.ts";

/** A source as a user brings it: `count` images of one pixel, the value of `grey`. */
const plain = source({
  name: "plain",
  summary: "even grey",
  options: z.strictObject({
    count: z.int().min(2).default(10).describe("how many images"),
    grey: z.int().default(7).describe("their value"),
    path: z.string().optional().describe("a place"),
  }),
  make: {
    options: z.strictObject({ count: z.int().default(3).describe("how many") }),
    white: 255,
    draw: ({ count = 3 }) => ({
      images: memoryImages(new Uint8Array(count as number), {
        count: count as number,
        height: 1,
        width: 1,
        channels: 1,
      }),
    }),
  },
  async open({ count, grey, path }, { dataDirectory }) {
    const images = memoryImages(new Uint8Array(count).fill(grey), {
      count,
      height: 1,
      width: 1,
      channels: 1,
    });
    return {
      name: `plain from ${path ?? dataDirectory ?? "nowhere"}`,
      fingerprint: `${grey}`,
      notes: [],
      sets: { all: { images } },
      close() {},
    };
  },
});

describe("a user's source", () => {
  const list = [...sources, plain];

  it("needs only its own options: the section, its defaults and what every source has come with it", async () => {
    const parsed = parseSection({ source: "plain", batchSize: 3 }, list).options;
    expect(parsed).toEqual({
      source: "plain",
      batchSize: 3,
      binarize: "none",
      flip: false,
      count: 10,
      grey: 7,
    });
    const data = await openDataset({ source: "plain", grey: 200, limit: 5, binarize: "static" }, {}, list);
    expect([data.train.images.count, data.heldOut.images.count]).toEqual([4, 1]);
    expect([...takeImages(data.train.images, [0]).pixels]).toEqual([255]);
    const error = await failure("config", () => openDataset({ source: "plain", gray: 1 }, {}, list));
    expect([error.message, error.hint]).toEqual(["unknown key data.gray", 'did you mean "grey"?']);
  });

  it("is listed, inspected and made like the others; fetched only where it says so", async () => {
    expect(listSources({}, list).at(-1)).toEqual({
      name: "plain",
      summary: "even grey",
      fetchable: false,
      available: true,
    });
    expect((await inspectDataset({ source: "plain" }, {}, list)).pixels.mean[0]).toBeCloseTo(7 / 255, 6);
    const path = join(temporaryFolder(), "p.npz");
    expect((await makeDataset("plain", { count: 4 }, path, {}, list)).shape).toEqual([4, 1, 1]);
    const error = await failure("usage", () => fetchDataset("plain", {}, {}, list));
    expect(error.message).toBe('there is nothing to fetch for "plain"');
  });

  it("cannot take the name of a key that every source has", async () => {
    const error = await failure("config", () =>
      source({ ...plain, options: plain.options.extend({ flip: z.boolean().describe("mine") }) }),
    );
    expect(error.message).toBe('the source "plain" has an option "flip", which every source has already');
  });
});

describe("data.path and the place that a call names", () => {
  const open = async (path: string | undefined, context: object) =>
    (await openDataset({ source: "plain", ...(path && { path }) }, context, [plain])).name;

  it("a place named for the call outranks the file's; one of the environment does not", async () => {
    expect(await open("file", { dataDirectory: "flag", explicit: true })).toBe("plain from flag");
    expect(await open("file", { dataDirectory: "environment" })).toBe("plain from file");
    expect(await open(undefined, { dataDirectory: "environment" })).toBe("plain from environment");
    expect(await open("file", { explicit: true })).toBe("plain from file");
  });

  it("the pixels are those of the place that was named", async () => {
    const folder = temporaryFolder();
    const path = (name: string, value: number) => {
      writeFileSync(join(folder, name), encodeNpy("|u1", [4, 1, 1], [value, value, value, 255]));
      return join(folder, name);
    };
    const [here, there] = [path("here.npy", 10), path("there.npy", 20)];
    const data = await openDataset({ source: "npz", path: here }, { dataDirectory: there, explicit: true });
    expect(Math.min(...takeImages(data.train.images, [0, 1, 2]).pixels)).toBe(20);
  });
});

it("every option of every source that ships has a description", () => {
  for (const { name, options } of sources) {
    for (const [key, value] of Object.entries(options.shape)) {
      expect(`${name}.${key}: ${(value as z.ZodType).description ?? ""}`).toMatch(/: .+/);
    }
  }
});
