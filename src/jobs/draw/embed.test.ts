/** What a map of real data keeps: t-SNE of MNIST latents against the latent space itself. */

import { join } from "node:path";
import { expect, test } from "vitest";
import { realFolder } from "../../../test/helpers/data.ts";
import { temporaryFolders } from "../../../test/helpers/folders.ts";
import { finish } from "../../../test/helpers/jobs.ts";
import { shipped } from "../../config/node.ts";
import { nearestNeighbourAccuracy } from "../../latent/index.ts";
import { train } from "../train.ts";
import { embed } from "./embed.ts";

const temporaryFolder = temporaryFolders();
const mnist = realFolder("mnist");

test.skipIf(mnist === undefined)(
  "labels' 1-nearest-neighbour accuracy on the map is at least 0.85 of that in the latent space",
  async () => {
    const folder = temporaryFolder();
    const out = join(folder, "run");
    const outside = { registries: shipped, jobs: {}, environment: { BETALAB_CACHE: join(folder, "cache") } };
    const settings = train.options.parse({ data: mnist, out, epochs: 4, set: ["data.limit=5000"] });
    const trained = await finish(train.run({ ...outside, subject: "mnist-mlp-20" }, settings));
    expect(trained.outcome.value).toMatchObject({ path: out, status: "finished", epochs: 4 });
    expect(trained.outcome.value.step).toBe(trained.outcome.value.steps);

    const { outcome, events } = await finish(
      embed.run({ ...outside, subject: out }, embed.options.parse({ data: mnist })),
    );
    const shares = events.flatMap((event) =>
      event.type === "stage" && event.stage === "t-SNE" ? [event.done] : [],
    );
    expect(shares.length).toBeGreaterThan(10);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(100);
    expect(outcome.stem).toBe("embed-tsne");
    expect(outcome.value).toMatchObject({ method: "tsne", count: 1000, color: "label" });
    expect(outcome.value.facts.kl).toBeLessThan(1.6);

    const table = outcome.artifacts?.find((artifact) => artifact.kind === "table");
    const rows = table!.rows;
    expect(rows).toHaveLength(1000);
    const labels = rows.map((row) => Number(row[3]));
    const map = nearestNeighbourAccuracy(
      rows.flatMap((row) => [Number(row[1]), Number(row[2])]),
      2,
      labels,
    );
    const latents = rows.flatMap((row) => row.slice(4).map(Number));
    const space = nearestNeighbourAccuracy(latents, table!.heading.length - 4, labels);
    expect(space).toBeGreaterThan(0.75);
    expect(map / space).toBeGreaterThan(0.85);
  },
);
