import { expect, it } from "vitest";
import { z } from "zod";
import { failure } from "../../test/helpers/data.ts";
import { project, projection, projections } from "./project.ts";

const request = { data: Float32Array.of(0, 0, 1, 2, 2, 4, 3, 6), columns: 2, seed: 0 };

it("PCA of points on a line: one component has all of the variance; one latent is a line", async () => {
  const { map, metric, facts, axes } = await project({ ...request, method: "pca" });
  const step = Math.sqrt(5);
  [-1.5, -0.5, 0.5, 1.5].forEach((at, i) => {
    expect(map[2 * i]).toBeCloseTo(at * step, 9);
    expect(map[2 * i + 1]).toBeCloseTo(0, 9);
  });
  expect(facts.explainedVariance1).toBeCloseTo(1, 12);
  expect([metric, axes[0]]).toEqual([true, "principal component 1 (100.0 % of variance)"]);
  const line = await project({ method: "pca", data: Float32Array.of(1, 3), columns: 1, seed: 0 });
  expect([...line.map]).toEqual([-1, 0, 1, 0]);
});

it("a projection of one's own goes through the same call, its options checked", async () => {
  const firstTwo = projection({
    name: "first-two",
    title: "first two",
    summary: "the first two latents as they are",
    options: z.strictObject({ scale: z.number().positive().default(2).describe("of both axes") }),
    project: ({ data }, { scale }) => ({
      map: Float64Array.from(data, (value) => scale * value),
      axes: ["z0", "z1"],
      metric: true,
      facts: { scale },
    }),
  });
  const own = [...projections, firstTwo];
  const { map, facts } = await project({ ...request, method: "first-two" }, undefined, own);
  expect([[...map], facts]).toEqual([[...request.data].map((value) => 2 * value), { scale: 2 }]);
  const three = { ...request, method: "first-two", options: { scale: 3 } };
  expect((await project(three, undefined, own)).facts).toEqual({ scale: 3 });
  const wrong = () => project({ ...three, options: { scale: 0 } }, undefined, own);
  expect((await failure("config", wrong)).message).toBe("scale is 0: expected more than 0");
  const unknown = await failure("config", () => project({ ...request, method: "tsna" }));
  expect([unknown.message, unknown.hint]).toEqual(['unknown method "tsna"', 'did you mean "tsne"?']);
});

it("UMAP takes no distance beyond that of neighbours: its curve has no such shape, and the map none at all", async () => {
  const options = { minDistance: 2 };
  const { message } = await failure("config", () => project({ ...request, method: "umap", options }));
  expect(message).toBe("minDistance is 2: expected at most 1");
});

it("UMAP says by how many neighbours, where there are fewer points than were asked for", async () => {
  const data = Float32Array.from({ length: 16 }, (_, i) => Math.sin(i * i));
  const { facts, map } = await project({ data, columns: 2, seed: 0, method: "umap" });
  expect([facts, map.length]).toEqual([{ neighbours: 7 }, 16]);
});
