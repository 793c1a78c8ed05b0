import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { arrays, joinSplits, takeImages, toPixels } from "../index.ts";

const values = [0, 0.5, 1, 0.2, 0.4, 0.6, 0.8, 1, 0, 0, 0.1, 0.3];
const shape = [3, 2, 2];

/** All images' pixels, in the order of their first two values. */
function pixels(data: ReturnType<typeof arrays>): number[][] {
  const { images } = joinSplits(data.train, data.heldOut);
  const all = Array.from({ length: images.count }, (_, i) => [...takeImages(images, [i]).pixels]);
  return all.sort((a, b) => a[0]! - b[0]! || a[1]! - b[1]!);
}

describe("arrays", () => {
  it("floats of each kind with their range, and bytes as they are", () => {
    const expected = [
      [0, 0, 26, 77],
      [0, 128, 255, 51],
      [102, 153, 204, 255],
    ];
    // 0.1 · 255 is 25.5: half rounds up, but not the float32 or float64 that lies just below.
    for (const images of [values, Float32Array.from(values), Float64Array.from(values)]) {
      const read = pixels(arrays({ images, shape, range: [0, 1] }));
      expect(read.flat().every((value, i) => Math.abs(value - expected.flat()[i]!) <= 1)).toBe(true);
      expect(read[1]).toEqual(expected[1]);
    }
    expect(pixels(arrays({ images: Uint8Array.from(expected.flat()), shape }))).toEqual(expected);
    const signed = Float32Array.from(values, (value) => 2 * value - 1);
    expect(pixels(arrays({ images: signed, shape, range: [-1, 1] }))[1]).toEqual(expected[1]);
  });

  it("says what it reads, clips and doubts", () => {
    const over = arrays({ images: [0, 1.2, 0.3, 1], shape: [2, 1, 2], range: [0, 1] });
    expect(over.notes).toContain("float64, 0…1.2 read as [0, 1], 1 value clipped");
    const dark = arrays({ images: Uint8Array.from([0, 1, 1, 0]), shape: [2, 1, 2] });
    expect(dark.notes.join()).toContain("nearly black");
    expect(
      pixels(arrays({ images: Uint8Array.from([0, 1, 1, 0]), shape: [2, 1, 2], range: [0, 1] })),
    ).toEqual([
      [0, 255],
      [255, 0],
    ]);
  });

  it("labels by number or name, factors by value, channels first, a fraction held out", () => {
    const data = arrays({
      images: Uint8Array.from({ length: 4 * 3 * 5 * 5 }, (_, i) => i),
      shape: [4, 3, 5, 5],
      labels: ["dog", "cat", "dog", "cat"],
      factors: { names: ["angle", "size"], values: [0.5, 1, 0.5, 2, 0.7, 1, 0.7, 2] },
      heldOut: 0.5,
      name: "mine",
    });
    expect([data.name, data.train.images.count, data.heldOut.images.count]).toEqual(["mine", 2, 2]);
    const whole = joinSplits(data.train, data.heldOut);
    expect([whole.images.height, whole.images.width, whole.images.channels]).toEqual([5, 5, 3]);
    expect(whole.factors!.complete).toBe(true);
    expect(whole.factors!.factors).toEqual([
      { name: "angle", kind: "ordinal", values: [0.5, 0.7] },
      { name: "size", kind: "ordinal", values: [1, 2] },
    ]);
    for (let i = 0; i < 4; i++) {
      const first = takeImages(whole.images, [i]).pixels[0]!;
      const which = [0, 75, 150, 225].indexOf(first);
      expect(whole.labels!.names[whole.labels!.values[i]!]).toBe(which % 2 === 0 ? "dog" : "cat");
      expect([...whole.factors!.levels.subarray(2 * i, 2 * i + 2)]).toEqual([which >> 1, which & 1]);
    }
  });

  it("has a fingerprint of what it is given, and nothing else", () => {
    const of = (more: object) => arrays({ images: values, shape, range: [0, 1], ...more }).fingerprint;
    expect(of({ name: "other" })).toBe(of({}));
    const others = [
      { images: [...values.slice(1), 0] },
      { labels: [0, 1, 0] },
      { labels: [0, 1, 1] },
      { heldOut: 0.4 },
    ];
    expect(new Set([of({}), ...others.map(of)]).size).toBe(5);
  });

  const two = { images: [0, 1], shape: [2, 1, 1], range: [0, 1] as const };
  it.each<[string, Parameters<typeof arrays>[0], string]>([
    ["no range", { images: [0, 1], shape: [2, 1, 1] }, "range is missing"],
    ["a wrong length", { ...two, images: [0, 1, 1] }, "images: 3 values, where the shape 2 × 1 × 1 has 2"],
    ["a range upside down", { ...two, range: [1, 0] }, "range: [1, 0]"],
    ["labels of another count", { ...two, labels: [1] }, "labels: 1 label for 2 images"],
    ["a class that is none", { ...two, labels: [1, 0.5] }, "labels: 0.5 is not a class number"],
    [
      "factors of another count",
      { ...two, factors: { names: ["a"], values: [1, 2, 3] } },
      "3 rows for 2 images",
    ],
    ["nothing to train on", { ...two, images: [0.5], shape: [1, 1, 1] }, "leaves nothing to train on"],
  ])("refuses %s", async (_, input, message) => {
    expect((await failure("config", () => arrays(input))).message).toContain(message);
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "the input of `arrays` is undefined: expected { images, shape, range }"],
    [
      "big integers",
      { ...two, images: new BigInt64Array(2) },
      "`images` is a BigInt64Array of 2: expected a typed",
    ],
    [
      "bytes without a type",
      { ...two, images: new DataView(new ArrayBuffer(2)) },
      "`images` is a DataView of 2",
    ],
    ["a list of lists", { ...two, images: [[0], [1]] }, "`images` is [[0],[1]]"],
    [
      "no shape",
      { images: new Uint8Array(2) },
      "`shape` is undefined: expected whole numbers: [count, height, width]",
    ],
    ["a negative shape", { ...two, shape: [-2, -1, 1] }, "`shape` is [-2,-1,1]"],
    [
      "a range in words",
      { ...two, range: "0..1" },
      '`range` is "0..1": expected two numbers, black and white: [0, 1]',
    ],
    ["a number of images to hold out", { ...two, heldOut: 2 }, "`heldOut` is 2: expected a fraction"],
    ["labels by class", { ...two, labels: { a: 1 } }, '`labels` is {"a":1}'],
    [
      "factors by name",
      { ...two, factors: { x: [0, 1] } },
      '`factors` is {"x":[0,1]}: expected { names: ["x", …]',
    ],
  ])("from JavaScript, refuses %s", async (_, input, message) => {
    expect((await failure("usage", () => arrays(input as never))).message).toContain(message);
  });

  it("refuses what is not finite, and shapes that are no images", async () => {
    const nan = await failure("data", () => arrays({ ...two, images: [0, Number.NaN] }));
    expect(nan.message).toBe("images: 1 value of 2 not finite (NaN or infinity)");
    await failure("data", () => arrays({ ...two, shape: [2] }));
  });
});

it("takes images out by numbers that the set has, and no others", async () => {
  const { images } = arrays({ images: new Uint8Array(12), shape: [3, 2, 2] }).train;
  for (const wrong of [-1, 0.5, images.count, Number.NaN]) {
    const error = await failure("shape", () => takeImages(images, [wrong]));
    expect([error.message, error.hint]).toEqual([
      `there is no image ${wrong}`,
      `this set has ${images.count}, from 0`,
    ]);
  }
  await failure("usage", () => toPixels([1], [1, 0]));
});

it("toPixels scales once: what is 0.5 of white is 128, never 0.5/255", () => {
  expect([...toPixels(Float32Array.from([0, 0.5, 1, -1, 2]), [0, 1])]).toEqual([0, 128, 255, 0, 255]);
});
