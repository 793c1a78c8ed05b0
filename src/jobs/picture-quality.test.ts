/** Measures of pictures through the jobs that take them: one run of drawn digits, and a small net to look at them with. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { failure, temporaryFolder } from "../../test/helpers/data.ts";
import { featureNet } from "../../test/helpers/feature-net.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { smallConfig } from "../../test/helpers/small-run.ts";
import { frechetDistance } from "../metrics/index.ts";
import { createRuntime } from "../runtime/node.ts";
import { openModel } from "../trained/index.ts";
import type { Artifact } from "./artifacts.ts";
import { reconstruct } from "./draw/reconstruct.ts";
import { sample } from "./draw/sample.ts";
import { evaluate } from "./evaluate.ts";
import { describeEvaluation } from "./evaluation-rows.ts";
import { openFeatures } from "./picture-quality.ts";
import { train } from "./train.ts";

const tableOf = (artifacts: readonly Artifact[] = []) => {
  const table = artifacts.find((one) => one.kind === "table")!;
  return table.rows as readonly (readonly number[])[];
};

test("FID, KID and LPIPS by a net; the worst reconstructions and the best draws by each measure", async () => {
  const folder = temporaryFolder();
  const [run, features] = [join(folder, "run"), join(folder, "net.onnx")];
  await runJob(train, smallConfig("data.count=300", "training.epochs=3"), { out: run });
  writeFileSync(features, featureNet({ size: "7", mean: "[0.5]", std: "[0.25]" }));
  const { value, artifacts } = await runJob(evaluate, run, { samples: 2, features });
  const { pictures } = value;
  expect(pictures!.net).toBe("net.onnx: 7×7, mean 0.5, 0.5, 0.5, std 0.25, 0.25, 0.25");
  const shown = describeEvaluation(value).sections.find(({ title }) => title === "Pictures")!;
  expect(shown.rows.slice(3).map(([name]) => name)).toEqual([
    "FID, 30 draws and 30 held-out images",
    "KID, 1 subset of 30",
  ]);
  expect(shown.notes.map((note) => /^.*\d{4}\)/.exec(note)?.[0])).toEqual([
    "each at its posterior mean; SSIM of whole 11×11 windows (Wang et al. 2004)",
    undefined,
    "LPIPS (Zhang et al. 2018)",
    "FID (Heusel et al. 2017)",
    "KID (Bińkowski et al. 2018)",
  ]);
  expect(pictures!.features).toMatchObject({
    samples: 30,
    images: 30,
    dimensions: 4,
    kid: { images: 30, subsets: 1 },
  });

  // The same by hand: 8-bit draws and the images themselves, seen by the net.
  const opened = openModel(run);
  const [data, model] = [await opened.data(), await opened.compile()];
  const net = (await openFeatures({ features }, { runtime: await createRuntime() }))!;
  const { images } = data.heldOut;
  const pixels = new Uint8Array(images.count * images.height * images.width);
  images.read(
    Array.from({ length: images.count }, (_, i) => i),
    pixels,
  );
  const drawn = await model.sample(images.count, opened.config.seed);
  const seen = await Promise.all(
    [pixels, drawn.pixels].map((levels) =>
      net.see(
        Float32Array.from(levels, (level) => level / 255),
        30,
        images,
      ),
    ),
  );
  const fid = await frechetDistance(seen[0]!.features!, seen[1]!.features!);
  expect(pictures!.features!.fid / fid).toBeCloseTo(1, 2);
  expect(fid).toBeGreaterThan(0);
  await net.release();

  const rows = tableOf(artifacts);
  for (const [column, measure, better] of [
    [1, "psnr", 1],
    [2, "ssim", 1],
    [3, "lpips", -1],
  ] as const) {
    const worst = rows.toSorted((a, b) => better * (a[column]! - b[column]!)).map(([image]) => image);
    const given = { by: "worst", count: 5, measure, features } as const;
    const { artifacts } = await runJob(reconstruct, run, given);
    const title = artifacts!.flatMap((one) =>
      one.kind === "picture" ? one.picture.captions.map(({ text }) => text) : [],
    );
    expect(title.join()).toContain(`the worst 5 held-out images by ${measure.toUpperCase()}, `);
    const found = tableOf(artifacts);
    expect(
      found.map(([name]) => Number(/\d+/.exec(String(name))![0])),
      measure,
    ).toEqual(worst.slice(0, 5));
  }
  // Of some images each line is still that of its image.
  const some = tableOf((await runJob(evaluate, run, { samples: 1, limit: 4 })).artifacts);
  expect(some.map(([image]) => image)).not.toEqual([0, 1, 2, 3]);
  for (const [image, decibels] of some) expect(decibels).toBeCloseTo(rows[image!]![1]!, 4);

  const lost = await failure("usage", () => runJob(reconstruct, run, { by: "worst", measure: "lpips" }));
  expect(lost.message).toContain("a net that gives feature maps");

  // The nearest held-out picture of each of six draws by hand; the best two of them, in order.
  const all = tableOf((await runJob(sample, run, { count: 6, seed: 3 })).artifacts);
  const six = await model.decode(Float32Array.from(all.flatMap(([, ...latents]) => latents)));
  const squares = all.map((_, i) => {
    const own = six.pixels.subarray(i * 784, (i + 1) * 784);
    const distances = Array.from({ length: images.count }, (_, j) =>
      own.reduce((sum, value, k) => sum + (value - pixels[j * 784 + k]!) ** 2, 0),
    );
    return Math.min(...distances);
  });
  const order = squares.map((_, i) => i).sort((a, b) => squares[a]! - squares[b]!);
  const best = tableOf((await runJob(sample, run, { count: 2, seed: 3, bestOf: 3 })).artifacts);
  expect(best.map(([, ...latents]) => latents)).toEqual(order.slice(0, 2).map((i) => all[i]!.slice(1)));
  for (const measure of ["ssim", "lpips"] as const) {
    const { artifacts } = await runJob(sample, run, { count: 2, bestOf: 2, measure, features });
    expect(tableOf(artifacts)).toHaveLength(2);
  }
  await model.release();
  data.close();
});
