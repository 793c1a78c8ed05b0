/**
 * Figures from numbers that are made here, against the reviewed pictures in docs/pictures, which docs/gallery.md
 * shows. `BETALAB_UPDATE_PICTURES=1 npx vitest run src/figures` draws them anew: look at them before committing.
 */
import { readFile, writeFile } from "node:fs/promises";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fillNormal } from "../base/random.ts";
import { digits, type Split, sprites } from "../data/index.ts";
import {
  barChart,
  type Chart,
  curvesFigure,
  encodeGif,
  encodePng,
  gridFrames,
  heatmap,
  type ImageStack,
  imageMap,
  interpolationStrip,
  labelledSheet,
  lineChart,
  manifoldPicture,
  type Picture,
  paintCaptions,
  panels,
  scatter,
  themes,
  usageFigure,
  usageSideBySide,
} from "./node.ts";

function normals(count: number, seed: number): Float64Array {
  const values = new Float64Array(count);
  fillNormal(values, { seed, stream: "gallery" });
  return values;
}

function take({ images }: Split, indices: readonly number[]): ImageStack {
  const { height, width, channels } = images;
  const pixels = new Uint8Array(indices.length * height * width * channels);
  images.read(indices, pixels);
  return { count: indices.length, height, width, channels, pixels };
}

/** The sprite with these levels of shape, scale, orientation, x and y. */
const drawn = sprites();
const places = new Map(
  Array.from({ length: drawn.images.count }, (_, i) => {
    const width = drawn.factors!.factors.length;
    return [drawn.factors!.levels.subarray(i * width, (i + 1) * width).join(), i];
  }),
);
const factors = drawn.factors!.factors;
const middle = factors.map(({ values }) => values.length >> 1);
/** Factor `which` through `steps` levels, the others in the middle. */
function through(which: number, steps: number): number[] {
  const last = factors[which]!.values.length - 1;
  return Array.from({ length: steps }, (_, i) => {
    const level = Math.round((i * last) / (steps - 1));
    return places.get(middle.map((one, d) => (d === which ? level : one)).join())!;
  });
}

const falling = (from: number, to: number, rate: number, count: number, seed: number) => {
  const noise = normals(count, seed);
  return Array.from({ length: count }, (_, i): [number, number] => {
    const value = to + (from - to) * Math.exp(-i * rate) + (noise[i]! * (from - to)) / 120;
    return [100 * (i + 1), value];
  });
};
const kl = [2.31, 0.02, 1.9, 0.01, 2.1, 1.2, 0.03, 0.7, 0.01, 1.5];
const clusters = () => {
  const noise = normals(2 * 400, 7);
  const labels = Array.from({ length: 400 }, (_, i) => i % 10);
  const at = (axis: 0 | 1) => (i: number) => {
    const angle = (2 * Math.PI * labels[i]!) / 10;
    return 4 * (axis === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.5 * noise[2 * i + axis]!;
  };
  const index = labels.map((_, i) => i);
  return { labels, x: index.map(at(0)), y: index.map(at(1)) };
};

const charts: Record<string, () => Promise<Chart>> = {
  "chart-lines": () =>
    lineChart({
      title: "Held-out −ELBO",
      subtitle: "two runs of the same model",
      x: { label: "training step" },
      y: { label: "−ELBO", unit: "nats/image" },
      series: [
        { name: "β = 1", points: falling(230, 106, 0.12, 50, 1) },
        { name: "β = 4", points: falling(240, 131, 0.1, 50, 2) },
        {
          name: "β = 4, diverged",
          points: falling(240, 131, 0.1, 20, 3).map(([x, y], i) => [x, i === 12 ? Number.NaN : y]),
        },
      ],
      references: [{ value: 104.8, label: "published: 104.8" }],
    }),
  "chart-lines-dark": () =>
    lineChart({
      theme: themes.dark,
      title: "Learning rate",
      x: { label: "training step" },
      y: { label: "learning rate", scale: "log" },
      series: [
        {
          name: "Adam",
          points: Array.from({ length: 20 }, (_, i): [number, number] => [i * 50, 10 ** (-2 - i / 8)]),
        },
      ],
    }),
  "chart-bars": () =>
    barChart({
      title: "Mutual information gap",
      subtitle: "mean and standard error over five seeds",
      x: { label: "preset" },
      y: { label: "MIG" },
      bars: [
        { label: "VAE", value: 0.08, error: 0.01 },
        { label: "β-VAE", value: 0.19, error: 0.03 },
        { label: "FactorVAE", value: 0.24, error: 0.05 },
        { label: "β-TCVAE", value: 0.27, error: 0.02 },
      ],
      reference: { value: 0.05, label: "untrained" },
    }),
  "chart-usage": () =>
    usageFigure({
      kl,
      weights: { name: "decoder.fc1.weight", norms: kl.map((value) => 0.9 + 1.4 * Math.sqrt(value)) },
      order: kl.map((_, d) => d).sort((a, b) => kl[b]! - kl[a]!),
      title: "a run, step 4,690",
      subtitle: "9.8 nats/image in 10 latents, 6 of them active",
    }),
  "chart-usage-side-by-side": () =>
    usageSideBySide(
      [
        { name: "β = 1", share: (value: number) => value },
        { name: "annealed", share: (value: number) => 0.9 * value },
        { name: "soft free bits", share: () => 0.9 },
      ].map(({ name, share }) => ({
        name,
        kl: kl.map(share),
        weights: {
          name: "decoder.fc1.weight",
          norms: kl.map((value) => 0.9 + 1.4 * Math.sqrt(share(value))),
        },
      })),
      { title: "What each latent carries", subtitle: "held-out images; each model’s latents by KL" },
    ),
  "chart-heatmap": () =>
    heatmap({
      title: "KL of each latent over training",
      x: { label: "training step" },
      y: { label: "latent dimension" },
      columns: Array.from({ length: 30 }, (_, i) => 469 * (i + 1)),
      rows: kl.map((_, d) => String(d)),
      values: kl.flatMap((value, d) =>
        Array.from({ length: 30 }, (_, i) => value * (1 - Math.exp(-(i + 1) / (3 + d)))),
      ),
      color: { label: "KL (nats)" },
    }),
  "chart-matrix": () =>
    heatmap({
      title: "Correlation of latents and factors",
      x: { label: "factor" },
      y: { label: "latent dimension" },
      columns: ["shape", "scale", "orientation", "x", "y"],
      rows: ["0", "1", "2", "3", "4"],
      values: Array.from({ length: 25 }, (_, i) => (i % 6 === 0 ? 0.95 - i / 40 : Math.sin(i * 2.3) / 4)),
      color: { label: "correlation", domain: [-1, 1], kind: "diverging" },
    }),
  "chart-scatter": () => {
    const { labels, x, y } = clusters();
    return scatter({
      title: "PCA of 400 posterior means",
      x: { label: "principal component 1 (41.0 % of variance)" },
      y: { label: "principal component 2 (39.5 % of variance)" },
      points: { x, y },
      categories: { names: [..."0123456789"], values: labels },
      width: 640,
    });
  },
  "chart-scatter-values": () => {
    const { x, y } = clusters();
    return scatter({
      title: "t-SNE of 400 posterior means",
      x: { label: "t-SNE 1" },
      y: { label: "t-SNE 2" },
      points: { x, y },
      values: { label: "orientation", values: x.map((value, i) => Math.atan2(y[i]!, value)) },
      ticks: false,
      width: 640,
    });
  },
  "chart-curves": () =>
    curvesFigure(
      ["β = 1", "β = 4"].flatMap((run, r) =>
        (["train", "heldOut"] as const).flatMap((split, s) => [
          {
            run,
            split,
            term: "reconstruction",
            unit: "nats/image",
            points: falling(210, 80 + 40 * r + 2 * s, 0.15, 40, 4 + r),
          },
          { run, split, term: "KL", unit: "nats/image", points: falling(1, 25 - 12 * r - s, 0.2, 40, 6 + r) },
        ]),
      ),
      { title: "2 runs", subtitle: "learning rate 0.001 throughout" },
    ),
};

const pictures: Record<string, () => Picture> = {
  "sheet-sprites": () =>
    labelledSheet(
      take(
        drawn,
        factors.flatMap((_, d) => through(d, 9)),
      ),
      {
        title: "sprites",
        subtitle: "each factor over its range; the others in the middle",
        rows: factors.map(({ name, values }) => ({ label: name, note: `${values.length} levels` })),
        columns: 9,
        columnTitles: Array.from({ length: 9 }, (_, i) =>
          i === 0 ? "first" : i === 4 ? "middle" : i === 8 ? "last" : "",
        ),
        targetWidth: 600,
      },
    ),
  "map-digits": () => {
    const { labels } = digits({ count: 400 });
    const [x, y] = [normals(400, 11), normals(400, 12)];
    const map = Array.from({ length: 800 }, (_, i) => {
      const angle = (2 * Math.PI * labels!.values[i >> 1]!) / 10;
      return i % 2 === 0
        ? 3.4 * Math.cos(angle) + 0.5 * x[i >> 1]!
        : 3.4 * Math.sin(angle) + 0.5 * y[i >> 1]!;
    });
    return imageMap(
      take(
        digits({ count: 400 }),
        Array.from({ length: 400 }, (_, i) => i),
      ),
      map,
      {
        title: "The images themselves as points",
        subtitle: "placed by their labels here, by t-SNE in a run",
        categories: labels,
        size: 720,
      },
    );
  },
  "strip-sprites": () => {
    const steps = through(3, 10);
    const ends = take(drawn, [steps[0]!, steps[9]!]);
    return interpolationStrip(ends, [{ label: "x", images: take(drawn, steps) }], ["image 0", "image 9"]);
  },
  "manifold-sprites": () => {
    const [xs, ys] = [factors[3]!.values, factors[4]!.values];
    const pick = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => Math.round((i * (xs.length - 1)) / 7));
    const cells = pick
      .toReversed()
      .flatMap((y) => pick.map((x) => places.get([...middle.slice(0, 3), x, y].join())!));
    const along = (values: readonly number[]) => pick.map((level) => values[level]!);
    return manifoldPicture(take(drawn, cells), {
      x: along(xs),
      y: along(ys),
      xLabel: "x",
      yLabel: "y",
      title: "the plane of two factors",
      targetWidth: 512,
    });
  },
};

const folder = new URL("../../docs/pictures/", import.meta.url);
const update = process.env.BETALAB_UPDATE_PICTURES === "1";

describe("the gallery's charts", () => {
  it.each(Object.entries(charts))("%s", async (name, draw) => {
    const { svg, width, height } = await draw();
    const file = new URL(`${name}.svg`, folder);
    if (update) await writeFile(file, svg);
    expect(svg).toBe(await readFile(file, "utf8"));
    expect(svg).toMatch(`width="${width}" height="${height}"`);
    expect(svg).not.toContain("NaN");
    expect(svg.length).toBeLessThan(150_000);
  });

  it("draw the same twice, in any order", async () => {
    expect((await charts["chart-scatter"]!()).svg).toBe((await charts["chart-scatter"]!()).svg);
  });

  it("stand together on a sheet", async () => {
    const one = await charts["chart-bars"]!();
    const sheet = panels([one, one, one], { columns: 2 });
    expect([sheet.width, sheet.height]).toEqual([2 * one.width, 2 * one.height]);
    expect(sheet.svg.match(/<svg/g)).toHaveLength(1);
  });
});

describe("the gallery's pictures", () => {
  it.each(Object.entries(pictures))("%s", async (name, draw) => {
    const png = await encodePng(draw());
    const file = new URL(`${name}.png`, folder);
    if (update) await writeFile(file, png);
    expect(png.length).toBeLessThan(200_000);
    const decode = (bytes: Uint8Array) => sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    const [now, reviewed] = [await decode(png), await decode(await readFile(file))];
    expect([now.info.width, now.info.height]).toEqual([reviewed.info.width, reviewed.info.height]);
    expect(Buffer.compare(now.data, reviewed.data)).toBe(0);
  });

  it("traversal-sprites, an animation", async () => {
    const moments = [...Array(12).keys(), 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
    const grids = factors.map(({ name }, d) => {
      const levels = through(d, 12);
      return {
        images: take(
          drawn,
          moments.map((moment) => levels[moment]!),
        ),
        titles: moments.map((moment) => `${name}: ${moment + 1}`),
      };
    });
    const frames = gridFrames(grids, { imageColumns: 1, targetWidth: 96 });
    const gif = await encodeGif(frames.map(paintCaptions));
    const file = new URL("traversal-sprites.gif", folder);
    if (update) await writeFile(file, gif);
    expect(Buffer.compare(gif, await readFile(file))).toBe(0);
    const { pages, delay, loop } = await sharp(gif, { pages: -1 }).metadata();
    expect([pages, new Set(delay), loop]).toEqual([22, new Set([80]), 0]);
    expect(gif.length).toBeLessThan(100_000);
  });
});
