/** What drawing jobs say: what was kept, what was not used, in which unit; and that they can be stopped. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { commandLine } from "../../../test/helpers/command-line.ts";
import { failure } from "../../../test/helpers/data.ts";
import { runJob } from "../../../test/helpers/jobs.ts";
import { type ImageArray, memoryImages } from "../../data/index.ts";
import type { LatentModel } from "../../latent/index.ts";
import type { OpenModel } from "../../trained/index.ts";
import { reconstructions, type Shown, traversals } from "../report/pictures.ts";
import { bestDraws } from "./best-of.ts";
import { embed } from "./embed.ts";
import { describeTerm } from "./history.ts";
import { interpolate } from "./interpolate.ts";
import { traverse } from "./traverse.ts";
import { stepWalk } from "./walk.ts";
import type { Drawing, MeasuredLatents } from "./with-model.ts";

const { finished, folder, cli, train } = commandLine();

test("embed: an option that the method has not", async () => {
  const notesOf = async (options: object) => (await runJob(embed, finished, options)).notes;
  expect(await notesOf({ method: "pca", perplexity: 5 })).toEqual([
    "`perplexity` changes nothing: PCA has none",
  ]);
  expect(await notesOf({ method: "tsne", perplexity: 2 })).toEqual([]);
});

test("interpolate: a conditional model keeps the class of the first image", async () => {
  const run = join(folder, "conditional");
  expect((await cli(...train("--out", run, "--set", "objective.kind=conditional"))).status).toBe(0);
  const between = async (...labels: string[]) => {
    const [fromLabel, toLabel] = labels;
    return (await runJob(interpolate, run, { split: "train", steps: 2, fromLabel, toLabel })).notes;
  };
  expect(await between("3", "8")).toEqual([
    "the model is conditional: all the way is drawn in class 3, the first image's",
  ]);
  expect(await between("3", "3")).toEqual([]);
});

test("traverse: a latent that is named twice", async () => {
  expect((await failure("usage", () => runJob(traverse, finished, { dims: [1, 0, 1] }))).message).toBe(
    "`dims` names latent 1 twice",
  );
});

test("a step that is a fraction is said in as many digits as it has", () => {
  expect([0.1 * 21, 2, -5].map((tenfold) => stepWalk(tenfold / 10, 10).description)).toEqual([
    "in steps of 0.21 from its start",
    "in steps of 0.2 from its start",
    "in steps of −0.5 from its start",
  ]);
});

test("the report's reconstructions: as many classes as images", async () => {
  const images = { count: 40, height: 1, width: 1, channels: 1, pixels: new Uint8Array(40) };
  const given: unknown[] = [];
  const model = {
    reconstruct: async (some: ImageArray, classes: Int32Array) => {
      given.push(some.count, classes.length);
      return some;
    },
  } as unknown as LatentModel;
  await reconstructions(model, { images, classes: new Int32Array(40) } as unknown as Shown);
  expect(given).toEqual([32, 32]);
});

test("the report: how many latents have no row", async () => {
  const latentDim = 25;
  const model = {
    prior: async () => undefined,
    decode: async ({ length }: Float32Array) => {
      const count = length / latentDim;
      return { count, height: 2, width: 2, channels: 1, pixels: new Uint8Array(4 * count) };
    },
  } as unknown as LatentModel;
  const kl = Float64Array.from({ length: latentDim }, (_, d) => d);
  const statistics = { kl, meanVariance: kl, meanings: [] } as unknown as MeasuredLatents;
  const { caption } = await traversals({ vae: { latentDim } } as unknown as OpenModel, model, statistics);
  expect(caption).toMatch(/ 1 more with a smaller KL is in the live decoder\.$/);
});

test("terms that are pure numbers are not said to be nats", () => {
  const units = ["totalCorrelation", "mmd", "covariance", "variance", "innerUpdates"].map(
    (term) => describeTerm(term).unit,
  );
  expect(units).toEqual(["nats/image", undefined, undefined, undefined, undefined]);
});

test("the comparison of draws lets a stop through while it goes on", async () => {
  const size = { height: 32, width: 32, channels: 1 } as const;
  const noise = (count: number): ImageArray => ({
    count,
    ...size,
    pixels: Uint8Array.from({ length: count * 1024 }, (_, i) => (i * 2_654_435_761) % 251),
  });
  const stop = new AbortController();
  const done: number[] = [];
  const at = {
    opened: { runtime: async () => ({}) },
    split: async () => ({ images: memoryImages(noise(1000).pixels, noise(1000)) }),
    tell: {
      signal: stop.signal,
      stage: ({ done: count }: { done: number }) => done.push(count),
      onProgress: ({ done: count }: { done: number }) => done.push(count),
    },
  } as unknown as Drawing;
  setTimeout(() => stop.abort(), 100);
  const work = bestDraws(at, noise(4000), 1, { measure: "psnr" });
  await expect(work).rejects.toMatchObject({ code: "interrupted" });
  expect(done.at(-1)).toBeLessThan(4000);
});
