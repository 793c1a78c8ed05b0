/** The small inputs that people bring, from `../shared/cases` where it is; its README says what should come out. */
import { existsSync, lstatSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { inspectDataset } from "./node.ts";

const cases = fileURLToPath(new URL("../../../shared/cases", import.meta.url));
const there = existsSync(cases);
if (!there) console.warn("tests with cases are skipped: there is no ../shared/cases beside the repository");

const inspect = (source: string, place: string, options: object = {}) =>
  inspectDataset(
    { source, ...options },
    { dataDirectory: join(cases, place), explicit: true, cacheDirectory: temporaryFolder() },
  );

/** The discs as they are in 8 bits. */
const MEAN = 0.1824;

describe.skipIf(!there)("cases", () => {
  const grey = { channels: 1, size: 28 };
  it.each<[string, string, object, number, string]>([
    [
      "folder",
      "folders/tiff-float",
      grey,
      MEAN,
      "12 pictures with values of float32, 0…0.9961 read as [0, 1]",
    ],
    ["folder", "folders/tiff-12-in-16", grey, MEAN / 16.06, "set data.range: [0, 4095]"],
    ["folder", "folders/tiff-12-in-16", { ...grey, range: [0, 4095] }, MEAN, "read as [0, 4095]"],
    ["folder", "folders/skipped", grey, MEAN, "split here: 1 of 12 images"],
    ["folder", "folders/splits", { ...grey, split: "all" }, MEAN, "8 train, 2 val, 2 test"],
    ["npz", "arrays/over-one.npy", {}, 1.02 * MEAN, "52 values clipped"],
    ["npz", "arrays/float16.npy", {}, MEAN, "float16, 0…0.9961 read as [0, 1]"],
    ["npz", "arrays/images-and-attributes.npz", {}, MEAN, "labels left out"],
    ["npz", "arrays/one-hot.npz", {}, MEAN, "split here"],
    ["npz", "arrays/splits-of-two-ranges.npz", { range: [0, 255] }, MEAN / 2, "12 train, 12 test"],
    ["idx", "idx-binary", {}, 0.2217, "uint8, 0…1 read as [0, 1]"],
  ])("%s %s %j", async (source, place, options, mean, note) => {
    const { pixels, notes } = await inspect(source, place, options);
    expect(pixels.mean[0]! / mean).toBeCloseTo(1, 2);
    expect(notes.join("\n")).toContain(note);
  });

  it("splits of two ranges are refused, one-hot labels are 0…9, splits are not classes", async () => {
    const error = await failure("data", () => inspect("npz", "arrays/splits-of-two-ranges.npz"));
    expect(error.message).toContain("x_train (uint8) has 0…254");
    expect((await inspect("npz", "arrays/one-hot.npz")).labels).toEqual([..."0123456789"]);
    const { labels, train, heldOut } = await inspect("folder", "folders/splits", grey);
    expect([labels, train.count, heldOut.count]).toEqual([["cats", "dogs"], 8, 2]);
  });

  it("a place named for the call outranks the one in the file", async () => {
    const [here, there] = [await inspect("npz", "arrays/here.npy"), await inspect("npz", "arrays/there.npy")];
    expect((await inspect("npz", "arrays/there.npy", { path: "here.npy" })).fingerprint).toBe(
      there.fingerprint,
    );
    expect(here.fingerprint).not.toBe(there.fingerprint);
  });

  it.skipIf(process.platform === "win32")("class folders that are links are followed", async () => {
    const folder = temporaryFolder();
    const target = join(cases, "folders", "linked-target");
    for (const name of ["a", "b"]) symlinkSync(join(target, name), join(folder, name));
    expect(lstatSync(join(folder, "a")).isSymbolicLink()).toBe(true);
    const context = { dataDirectory: folder, cacheDirectory: temporaryFolder() };
    const { labels, pixels } = await inspectDataset({ source: "folder", ...grey }, context);
    expect([labels, pixels.images]).toEqual([["a", "b"], 12]);
  });

  it.each(["header-length-0.npy", "labels-10-to-the-12.npz", "names-without-size.npz"])(
    "%s",
    async (name) => {
      expect((await failure("data", () => inspect("npz", `hostile/${name}`))).message).toMatch(
        /^.*\.np[zy]: /,
      );
    },
  );
});
