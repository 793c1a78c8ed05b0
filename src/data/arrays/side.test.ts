import { describe, expect, it } from "vitest";
import { imgs, open, two, whole } from "../../../test/helpers/array-files.ts";
import { failure } from "../../../test/helpers/data.ts";
import { encodeNpy, encodeNpyHeader, encodeText } from "../formats/npy.ts";

describe("labels", () => {
  const labelled = async (labels: Uint8Array, more: Record<string, Uint8Array> = {}) =>
    whole({ imgs, labels, ...more });
  it.each<[string, Uint8Array, string[]]>([
    ["class numbers", encodeNpy("<i8", [2], [3, 0]), ["3", "0"]],
    ["of any type", encodeNpy("<u2", [2], [1, 2]), ["1", "2"]],
    ["as floats", encodeNpy("<f4", [2], [1, 0]), ["1", "0"]],
    ["in a column", encodeNpy("|u1", [2, 1], [1, 0]), ["1", "0"]],
    ["−1 for none, which is a class of its own", encodeNpy("|i1", [2], [-1, 1]), ["none", "1"]],
    ["one-hot", encodeNpy("<f8", [2, 3], [0, 0, 1, 1, 0, 0]), ["2", "0"]],
    ["text", encodeText(["dog 10", "dog 2"]), ["dog 10", "dog 2"]],
    ["far apart", encodeNpy("<i8", [2], [9_000_000, 7]), ["9000000", "7"]],
  ])("%s", async (_, labels, expected) => {
    expect((await labelled(labels)).labels).toEqual(expected);
  });

  it("have the classes in natural order, and names where the file has them", async () => {
    const data = await open({ imgs, labels: encodeText(["dog 10", "dog 2"]) });
    expect(data.train.labels!.names).toEqual(["dog 2", "dog 10"]);
    const names = { label_names: encodeText(["cat", "dog"]) };
    expect((await labelled(encodeNpy("|u1", [2], [1, 0]), names)).labels).toEqual(["dog", "cat"]);
  });

  it.each<[string, Uint8Array, string]>([
    ["fractions", encodeNpy("<f4", [2], [1, 0.5]), "0.5 is not a class number (0, 1, 2 …; −1 for none)"],
    ["another count", encodeNpy("<i4", [3], [1, 0, 1]), "3 labels for 2 images"],
    ["no class at all", encodeNpy("<i4", [2], [-1, -1]), "no image has a class"],
  ])("%s: left out with a note, an error only where asked for, and off is off", async (_, labels, reason) => {
    const { images, labels: none, notes } = await labelled(labels);
    expect([images, none]).toEqual([[two.slice(0, 6), two.slice(6)], undefined]);
    expect(notes).toContain(`labels left out: a.npz: labels: ${reason}`);
    const error = await failure("data", () => open({ imgs, labels }, { labels: "labels" }));
    expect(error.message).toBe(`a.npz: labels: ${reason}`);
    expect((await whole({ imgs, labels }, { labels: "none" })).notes.join()).not.toContain("labels");
  });

  it.each([
    ["attributes", encodeNpy("<f8", [2, 2], [0.5, 1, 0, 0.1]), ["factor1", "factor2"]],
    ["several at once", encodeNpy("|u1", [2, 2], [1, 1, 0, 1]), ["factor1"]],
  ])("%s: read as factors, with a note, and an error where they were asked for", async (_, labels, names) => {
    const reason = "2 × 2 is neither one class an image nor one-hot";
    const { labels: none, notes } = await labelled(labels);
    expect(none).toBeUndefined();
    expect(notes).toContain(`labels left out: a.npz: labels: they are read as factors: ${reason}`);
    const read = await whole({ imgs, labels });
    expect(read.factors!.factors.map(({ name }) => name)).toEqual(names);
    const error = await failure("data", () => open({ imgs, labels }, { labels: "labels" }));
    expect(error.message).toBe(`a.npz: labels: ${reason}`);
    expect((await whole({ imgs, labels }, { labels: "none" })).factors).toBeUndefined();
  });

  it("a pickle in their place does no harm", async () => {
    const text = "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }".padEnd(117);
    const pickle = Buffer.from(`\x93NUMPY\x01\x00v\x00${text}\n`, "latin1");
    const { labels, notes } = await labelled(pickle);
    expect(labels).toBeUndefined();
    expect(notes[0]).toMatch(/^labels left out: a\.npz: labels: an array of Python objects/);
    const many = encodeNpyHeader("<i8", [10 ** 12]);
    expect((await failure("data", () => labelled(many))).message).toContain("promises 8000000000000 bytes");
  });
});

describe("factors", () => {
  it("are read from classes, from values alone, and by name; one that doesn't fit is left out with a note", async () => {
    const levels = (factors: { levels: Int32Array } | undefined) => factors && [...factors.levels].sort();
    const classes = encodeNpy("<i4", [2, 2], [0, 5, 1, 5]);
    expect(levels((await whole({ imgs, latents_classes: classes })).factors)).toEqual([0, 1]);
    const values = encodeNpy("<f8", [2, 2], [0.25, 1, 0.75, 1]);
    const read = await whole({ imgs, latents_values: values });
    expect(read.factors!.factors).toEqual([{ name: "factor1", kind: "ordinal", values: [0.25, 0.75] }]);
    const named = await whole(
      { imgs, mine: values, factor_names: encodeText(["angle", "colour"]) },
      { factors: "mine" },
    );
    expect(named.factors!.factors[0]!.name).toBe("angle");
    expect(named.notes).toContain("colour is left out of the factors: all images share its one level");
    const off = await whole({ imgs, factors: values }, { factors: "none" });
    expect(off.factors).toBeUndefined();
    expect(read.notes).toContain(
      "a.npz: latents_values has no names for its columns: factor1, factor2; data.factors.columns gives them others",
    );
    expect(named.notes.join()).not.toContain("no names");
    const short = await whole({ imgs, factors: encodeNpy("<i4", [3, 1], [0, 1, 2]) });
    expect(short.notes).toContain("factors left out: a.npz: factors: 3 factors for 2 images");
  });

  const angle = (2 * Math.PI) / 39;
  const [made, dsprites] = [
    [1, 2, 3, 4, 5].map((i) => `factor${i}`),
    ["shape", "scale", "orientation", "x", "y"],
  ];
  it.each<[string, string, Uint8Array, string[]]>([
    [
      "dSprites' classes",
      "latents_classes",
      encodeNpy("<i8", [2, 5], [0, 5, 39, 31, 0, 2, 0, 0, 0, 31]),
      dsprites,
    ],
    [
      "dSprites' values, whatever they are called",
      "factors",
      encodeNpy("<f8", [2, 5], [1, 0.5, angle, 1, 0, 3, 0.7, 39 * angle, 0, 2 / 31]),
      dsprites,
    ],
    ["five attributes", "factors", encodeNpy("|u1", [2, 5], [0, 1, 0, 1, 0, 1, 0, 1, 0, 1]), made],
    [
      "classes beyond dSprites'",
      "latents_classes",
      encodeNpy("<i8", [2, 5], [3, 5, 39, 31, 0, 2, 0, 0, 0, 31]),
      made,
    ],
    [
      "six of them, the colour not constant",
      "latents_classes",
      encodeNpy("<i8", [2, 6], [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]),
      [...made, "factor6"],
    ],
    [
      "other values",
      "latents_values",
      encodeNpy("<f8", [2, 5], [1, 0.5, 0.2, 1, 0, 3, 0.7, 0, 0, 0.5]),
      made,
    ],
  ])("columns without names: %s", async (_, key, table, names) => {
    const { factors, notes } = await whole({ imgs, [key]: table });
    expect(factors!.factors.map(({ name }) => name)).toEqual(names);
    expect(notes.join()).toContain(`no names for its columns: ${names.join(", ")};`);
  });
});
