/**
 * The presets on data that people have: real MNIST and a folder of photographs, a glimpse of each; and what β does.
 * The full trainings and their published numbers are in docs/.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Config } from "../src/config/index.ts";
import { resolveConfig } from "../src/config/node.ts";
import { OpenRun } from "../src/trained/index.ts";
import type { Evaluation } from "../src/training/index.ts";
import { createWorkbench } from "../src/workbench/index.ts";
import { realFolder } from "./helpers/data.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let runs = 0;

/** Trains to the end; the last evaluation and where the run is. */
async function trained(
  config: Config,
  dataDirectory?: string,
): Promise<Omit<Evaluation, "noted"> & { path: string }> {
  const path = join(folder, `run-${runs++}`);
  const workbench = createWorkbench({}, { environment: { BETALAB_CACHE: join(folder, "cache") } });
  const { value } = await workbench.train(config, { out: path, data: dataDirectory });
  return { ...value.heldOut!, path };
}

const mnist = realFolder("mnist");
const photographs = realFolder("bccd_photos");

test.skipIf(mnist === undefined)(
  "mnist-mlp-20 learns MNIST: 3000 images, six times, take it below 180 nats",
  async () => {
    const set = ["threads=1", "data.limit=3000", "training.epochs=6"];
    const found = await trained(resolveConfig("mnist-mlp-20", { set }).config, mnist);
    // The mean image alone gives about 206 nats; ten epochs of all images give 105.8.
    expect(found.images).toBe(10_000);
    expect(found.negativeElbo).toBeLessThan(180);
    expect(found.negativeElbo).toBeGreaterThan(105);
  },
);

test.skipIf(photographs === undefined)(
  "the folder preset trains photographs at 64×64 in colour",
  async () => {
    const set = ["threads=1", "data.limit=96", "training.epochs=2"];
    const found = await trained(resolveConfig("folder", { set }).config, photographs);
    const { vae } = OpenRun.open(found.path);
    expect(vae.image).toEqual({ height: 64, width: 64, channels: 3 });
    // σ = 0.1: a decoder that is right everywhere has −ln p = 12 288·ln(0.1·√2π), about −17 000 nats.
    expect(found.reconstruction).toBeGreaterThan(12_288 * Math.log(0.1 * Math.sqrt(2 * Math.PI)));
    expect(Number.isFinite(found.negativeElbo)).toBe(true);
  },
);

describe("β", () => {
  test("β = 10 has the lower KL and the worse reconstruction than β = 1", async () => {
    const at = (beta: number) =>
      trained(
        resolveConfig("demo", {
          set: [
            `objective.beta=${beta}`,
            "threads=1",
            "data.count=1500",
            "training.epochs=6",
            "model.hidden=[64]",
          ],
        }).config,
      );
    const [one, ten] = [await at(1), await at(10)];
    expect(ten.kl).toBeLessThan(one.kl / 2);
    expect(ten.reconstruction).toBeGreaterThan(one.reconstruction);
    expect(ten.negativeElbo).toBe(ten.reconstruction + ten.kl);
  });
});
