/** Against scikit-image, scipy, numpy and PyTorch on made-up pictures: bench/parity/pictures.py. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { failure } from "../../../test/helpers/data.ts";
import { featureNet } from "../../../test/helpers/feature-net.ts";
import { made } from "../../../test/helpers/made.ts";
import { input, relu, writeOnnx } from "../../graph/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import { FeatureNet, type Features, frechetDistance, kernelDistance, lpips, psnr, ssim } from "./index.ts";
import { squaredDiscrepancy } from "./kernel-distance.ts";

const reference = JSON.parse(readFileSync(new URL("./reference.json", import.meta.url), "utf8")) as {
  quality: { shape: [number, number, number]; ssim: number; psnr: number }[];
  sets: Record<string, { sizes: [number, number, number]; fid: number; mmd: number }>;
  thin: number;
  seen: { maps: number[]; features: number[]; lpips: number; baseline: number };
};

/** Stripes with noise, `[height, width, channel]`. */
function picture(salt: number, [height, width, channels]: readonly [number, number, number]): Float32Array {
  return made(height * width * channels, salt, 0, 0.5).map((noise, at) => {
    const [i, j, c] = [Math.floor(at / (width * channels)), Math.floor(at / channels) % width, at % channels];
    return 0.5 * ((Math.floor(i / 3) + Math.floor(j / 4) + c) % 2) + noise;
  });
}

function features(salt: number, count: number, dimensions: number, shift: number): Features {
  const values = made(count * dimensions, salt, 0, 1).map((value, at) =>
    Math.fround(
      Math.fround(value * Math.fround(0.5 + (1.5 * (at % dimensions)) / (dimensions - 1))) +
        Math.fround(shift),
    ),
  );
  return { count, dimensions, values };
}

const rows = ({ dimensions: d, values }: Features, count: number) =>
  Array.from({ length: count }, (_, i) => values.subarray(i * d, (i + 1) * d));

describe("one picture against another", () => {
  it.each(reference.quality)("scikit-image's values at $shape", ({ shape, ...expected }) => {
    const one = picture(1, shape);
    const noise = made(one.length, 2, -0.2, 0.2);
    const other = one.map((value, i) => Math.min(1, Math.max(0, Math.fround(value + noise[i]!))));
    const [height, width, channels] = shape;
    expect(ssim(one, other, { height, width, channels })).toBeCloseTo(expected.ssim, 9);
    expect(psnr(one, other)).toBeCloseTo(expected.psnr, 6);
  });

  it("equal pictures, and sides that hold no window", () => {
    const one = picture(1, [12, 12, 1]);
    expect(ssim(one, one, { height: 12, width: 12, channels: 1 })).toBeCloseTo(1, 12);
    expect(psnr(one, one)).toBe(Number.POSITIVE_INFINITY);
    expect(ssim(one, one, { height: 10, width: 14, channels: 1 })).toBeNaN();
    // Half a grey step everywhere: MSE 0.01, 20 dB.
    expect(psnr(new Float64Array(9).fill(0.5), new Float64Array(9).fill(0.6))).toBeCloseTo(20, 9);
  });
});

describe("sets of pictures", () => {
  it.each(Object.entries(reference.sets))(
    "%s: scipy's FID and numpy's MMD",
    async (_, { sizes, fid, mmd }) => {
      const one = features(3, sizes[0], sizes[2], 0);
      const other = features(4, sizes[1], sizes[2], 0.3);
      expect(await frechetDistance(one, other)).toBeCloseTo(fid, 6);
      expect(await squaredDiscrepancy(rows(one, 12), rows(other, 12))).toBeCloseTo(mmd, 6);
      expect(await frechetDistance(one, one)).toBeCloseTo(0, 6);
    },
  );

  it("a feature that is always the same adds the square of its difference, and nothing else", async () => {
    const [one, other] = [features(3, 40, 2, 0), features(4, 40, 2, 0.3)];
    const wider = ({ count, values }: Features, still: number): Features => ({
      count,
      dimensions: 3,
      values: Float32Array.from({ length: 3 * count }, (_, i) =>
        i % 3 === 1 ? still : values[2 * Math.floor(i / 3) + (i % 3 === 0 ? 0 : 1)]!,
      ),
    });
    const distance = await frechetDistance(wider(one, 2), wider(other, 3.5));
    expect(distance).toBeCloseTo((await frechetDistance(one, other)) + 2.25, 9);
  });

  it("fewer pictures than features", async () => {
    expect(await frechetDistance(features(3, 5, 20, 0), features(4, 7, 20, 0.3))).toBeCloseTo(
      reference.thin,
      5,
    );
  });

  it("KID: the mean of subsets is near the whole's, unbiased about zero for sets that are alike", async () => {
    const [one, other] = [features(3, 60, 4, 0), features(4, 60, 4, 0.3)];
    const whole = await kernelDistance(one, other, { seed: 1 });
    expect(whole).toMatchObject({ images: 60, subsets: 1 });
    expect(whole.mean).toBeCloseTo(await squaredDiscrepancy(rows(one, 60), rows(other, 60)), 12);
    const parts = await kernelDistance(one, other, { seed: 1, largest: 20 });
    expect(parts).toMatchObject({ images: 20, subsets: 100 });
    expect(Math.abs(parts.mean - whole.mean)).toBeLessThan(4 * parts.standardError);
    const alike = await kernelDistance(features(3, 60, 4, 0), features(9, 60, 4, 0), {
      seed: 1,
      largest: 20,
    });
    expect(Math.abs(alike.mean)).toBeLessThan(0.1 * whole.mean);
  });
});

describe("a net that looks at pictures", () => {
  const metadata = { size: "7", mean: "[0.4, 0.5, 0.6]", std: "[0.2, 0.25, 0.3]" };
  const shape = { height: 10, width: 13, channels: 3 };
  const both = new Float32Array([...picture(5, [10, 13, 3]), ...picture(6, [10, 13, 3])]);

  it("scales and normalises as PyTorch does; features, maps, and LPIPS of both kinds", async () => {
    const runtime = await createRuntime();
    const { seen } = reference;
    const weighed = featureNet({ ...metadata, "lpips.maps": "[0.5, 0, 2, 1.25]" });
    for (const [bytes, expected] of [
      [weighed, seen.lpips],
      [featureNet(metadata), seen.baseline],
    ] as const) {
      const opened = await FeatureNet.open(runtime, bytes, "net.onnx");
      expect(opened.description.endsWith(", LPIPS weights of maps")).toBe(bytes === weighed);
      const { features: vector, maps } = await opened.see(both, 2, shape);
      expect(vector).toMatchObject({ count: 2, dimensions: 4 });
      for (const [i, value] of seen.features.entries()) expect(vector!.values[i]).toBeCloseTo(value, 4);
      const all = maps.flatMap(([one]) => [...one!.values]);
      for (const [i, value] of seen.maps.entries()) expect(all[i]).toBeCloseTo(value, 4);
      expect(lpips(maps[0]!, maps[1]!)).toBeCloseTo(expected, 5);
      expect(lpips(maps[0]!, maps[0]!)).toBe(0);
      await opened.release();
    }
  });

  it("refuses LPIPS weights of another number than the output has channels", async () => {
    const bytes = featureNet({ ...metadata, "lpips.maps": "[0.5, 0, 2]" });
    const opened = await FeatureNet.open(await createRuntime(), bytes, "net.onnx");
    const { message } = await failure("data", () => opened.see(both, 2, shape));
    expect(message).toBe("net.onnx: lpips.maps has 3 weights for 4 channels");
    await opened.release();
  });

  it("options come before metadata, grey pictures have three equal channels", async () => {
    const runtime = await createRuntime();
    const opened = await FeatureNet.open(runtime, featureNet(metadata, 5), "net.onnx", {
      size: 5,
      mean: [0],
      std: [1],
    });
    expect(opened.description).toBe("net.onnx: 5×5, mean 0, 0, 0, std 1, 1, 1");
    const grey = picture(5, [5, 5, 1]);
    const coloured = Float32Array.from({ length: 75 }, (_, i) => grey[Math.floor(i / 3)]!);
    const [one, other] = [
      await opened.see(grey, 1, { height: 5, width: 5, channels: 1 }),
      await opened.see(coloured, 1, { height: 5, width: 5, channels: 3 }),
    ];
    expect(one).toEqual(other);
    await opened.release();
  });

  it("takes colours as their luma where it has one channel, and refuses what has no meaning", async () => {
    const runtime = await createRuntime();
    const net = (channels: number) => {
      const x = input("x", ["batch", channels, "height", "width"]);
      return writeOnnx({ name: "net", inputs: [x], outputs: { maps: relu(x) }, metadata: {} });
    };
    const shape = { height: 1, width: 2, channels: 3 };
    const grey = await FeatureNet.open(runtime, net(1), "grey.onnx");
    const seen = await grey.see([1, 0, 0, 0.5, 1, 0.25], 1, shape);
    // Red; and 0.5 · 0.299 + 0.587 + 0.25 · 0.114 (ITU-R BT.601).
    expect(seen.maps[0]![0]!.values[0]).toBeCloseTo(0.299, 6);
    expect(seen.maps[0]![0]!.values[1]).toBeCloseTo(0.765, 6);
    const two = await FeatureNet.open(runtime, net(2), "two.onnx");
    expect((await failure("data", () => two.see(new Float32Array(6), 1, shape))).message).toBe(
      "pictures have 3 channels, and the input of two.onnx 2",
    );
    await grey.release();
    await two.release();
  });

  it("refuses what is no such net", async () => {
    const runtime = await createRuntime();
    const open = (bytes: Uint8Array) => failure("data", () => FeatureNet.open(runtime, bytes, "x.onnx"));
    expect((await open(Uint8Array.of(1, 2, 3))).message).toContain("it is not an ONNX model");
    expect((await open(featureNet({ size: "large" }))).message).toContain('metadata "size" is "large"');
    expect((await open(featureNet({ mean: "[1, 2]" }))).message).toContain(
      "mean has 2 numbers, and its input 3",
    );
    const x = input("x", ["batch", 4]);
    const flat = writeOnnx({ name: "flat", inputs: [x], outputs: { y: relu(x) } });
    expect((await open(flat)).message).toContain("[batch, channel, height, width]");
  });

  it("a picture is made larger by half-pixel centres, its edges going on: 0, ¼, ¾, 1 of two pixels", async () => {
    const runtime = await createRuntime();
    const x = input("x", ["batch", 1, 4, 4]);
    const net = writeOnnx({ name: "same", inputs: [x], outputs: { maps: relu(x) }, metadata: {} });
    const opened = await FeatureNet.open(runtime, net, "same.onnx");
    expect(opened.description).toBe("same.onnx: 4×4, mean 0, std 1");
    const { maps, features: none } = await opened.see([0, 1, 4, 5], 1, { height: 2, width: 2, channels: 1 });
    const across = [0, 0.25, 0.75, 1];
    expect([...maps[0]![0]!.values]).toEqual([0, 1, 3, 4].flatMap((down) => across.map((one) => down + one)));
    expect(maps[0]![0]).toMatchObject({ channels: 1, weights: undefined });
    expect(none).toBeUndefined();
    await opened.release();
  });

  it("a net that says nothing of its side takes pictures as they are; one number of mean and std is for all channels", async () => {
    const runtime = await createRuntime();
    const x = input("x", ["batch", 3, "height", "width"]);
    const net = writeOnnx({
      name: "any",
      inputs: [x],
      outputs: { maps: relu(x) },
      metadata: { std: "[0.5]" },
    });
    const opened = await FeatureNet.open(runtime, net, "any.onnx", { mean: [0.25] });
    expect(opened.description).toBe(
      "any.onnx: pictures of their own size, mean 0.25, 0.25, 0.25, std 0.5, 0.5, 0.5",
    );
    const seen = await opened.see([1, 0.75, 0.5, 0.25, 0.5, 1], 1, { height: 1, width: 2, channels: 3 });
    expect([...seen.maps[0]![0]!.values]).toEqual([1.5, 0, 1, 0.5, 0.5, 1.5]);
    await opened.release();
  });
});

it("LPIPS by hand: unit vectors across channels, squared differences weighed, the mean over places", () => {
  const map = (values: number[], weights?: number[]) => ({
    channels: 2,
    values: Float32Array.from(values),
    weights,
  });
  // Two places: (3, 4) and (1, 0) against (4, 3) and (0, 2).
  const [one, other] = [map([3, 1, 4, 0]), map([4, 0, 3, 2])];
  expect(lpips([one], [other])).toBeCloseTo((2 * 0.2 ** 2 + 2) / 2, 6);
  expect(lpips([map([3, 1, 4, 0], [10, 1])], [other])).toBeCloseTo((11 * 0.2 ** 2 + 11) / 2, 6);
  expect(lpips([one, one], [other, other])).toBeCloseTo(2 * lpips([one], [other]), 9);
  // A place without any feature is at no distance from itself.
  expect(lpips([map([0, 0, 0, 0])], [map([0, 0, 0, 0])])).toBe(0);
});

it("KID takes a thousand pictures a subset at most, as many of each as the smaller set has", async () => {
  const set = (salt: number, count: number) => features(salt, count, 2, 0);
  expect(await kernelDistance(set(1, 1001), set(2, 1200), { seed: 0, subsets: 1 })).toMatchObject({
    images: 1000,
    subsets: 1,
    standardError: Number.NaN,
  });
  expect(await kernelDistance(set(1, 12), set(2, 9), { seed: 0, subsets: 3 })).toMatchObject({
    images: 9,
    subsets: 3,
  });
});

describe("distances of sets that take minutes", () => {
  const large = (salt: number) => features(salt, 300, 260, 0);

  it.each([
    ["FID", (signal: AbortSignal) => frechetDistance(large(1), large(2), { signal })],
    ["KID", (signal: AbortSignal) => kernelDistance(large(1), large(2), { seed: 0, largest: 250, signal })],
  ])("%s stops soon after the signal, which comes through while it works", async (_, work) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 60);
    const started = performance.now();
    await failure("interrupted", () => work(stop.signal));
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("KID says how far it is", async () => {
    const seen: number[] = [];
    const onProgress = ({ done, total }: { done: number; total: number }) => seen.push(done / total);
    await kernelDistance(features(1, 9, 3, 0), features(2, 8, 3, 0), { seed: 0, subsets: 4, onProgress });
    expect(seen).toEqual([0, 0.25, 0.5, 0.75]);
  });
});
