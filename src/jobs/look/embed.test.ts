/** What a map of real data keeps: t-SNE of MNIST latents against the latent space itself. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realFolder } from "../../../test/helpers/data.ts";
import { temporaryFolders } from "../../../test/helpers/folders.ts";
import { resolveConfig } from "../../config/node.ts";
import { nearestNeighbourAccuracy } from "../../latent/index.ts";
import { train } from "../train.ts";
import { drawEmbedding } from "./embed.ts";

const temporaryFolder = temporaryFolders();
const mnist = realFolder("mnist");

test.skipIf(mnist === undefined)(
  "labels' 1-nearest-neighbour accuracy on the map is at least 0.85 of that in the latent space",
  async () => {
    const folder = temporaryFolder();
    const run = join(folder, "run");
    const place = { dataDirectory: mnist, cacheDirectory: join(folder, "cache") };
    const flags = { "training.epochs": 4, "data.limit": 5000 };
    const { config } = resolveConfig("mnist-mlp-20", { flags });
    for await (const event of train(config, { out: run, ...place })) expect(event.type).not.toBe("failed");
    const told: number[] = [];
    const { paths, facts } = await drawEmbedding(run, {
      ...place,
      onProgress: ({ done }) => told.push(done),
    });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(facts.kl).toBeLessThan(1.6);
    const [heading, ...rows] = readFileSync(paths.at(-1)!, "utf8")
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    expect(rows).toHaveLength(1000);
    const labels = rows.map((row) => Number(row[3]));
    const map = nearestNeighbourAccuracy(
      rows.flatMap((row) => [Number(row[1]), Number(row[2])]),
      2,
      labels,
    );
    const latents = rows.flatMap((row) => row.slice(4).map(Number));
    const space = nearestNeighbourAccuracy(latents, heading!.length - 4, labels);
    expect(space).toBeGreaterThan(0.75);
    expect(map / space).toBeGreaterThan(0.85);
  },
);
