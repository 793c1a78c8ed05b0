/** What is there before anybody trains, and pictures that are drawn. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeSafetensors } from "../../src/base/safetensors.ts";
import { resolveConfig } from "../../src/config/node.ts";
import { inferenceState, prepareTraining } from "../../src/trained/index.ts";
import { Evaluator, State } from "../../src/training/index.ts";
import { accessibilityProblems } from "../helpers/axe.ts";
import { address, number, open, ready, site, stepTo, url } from "./site.ts";

const inSite = (address: string): string => address.slice(url.length);
const gzipped = (names: ReadonlySet<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(site, name))).length, 0);

/** What the weights that come with the page are worth, by Node. */
async function shippedInNode() {
  const { tensors, metadata } = decodeSafetensors(readFileSync(join(site, "model.bin")), "model.bin");
  const wide = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const scale = dtype === "I8" ? Number(metadata[`scale ${name}`]) : 1;
    return [
      name,
      { dtype: "F32", shape, data: Float32Array.from(data as Float32Array, (value) => value * scale) },
    ] as const;
  });
  const { preset, set } = JSON.parse(
    readFileSync(new URL("../../web/playground/first.json", import.meta.url), "utf8"),
  );
  const { config } = resolveConfig(preset, { set: [...set, "device=cpu"] });
  const job = await prepareTraining(config);
  const state = State.restore(inferenceState(job.vae), Object.fromEntries(wide));
  const evaluator = await Evaluator.create(job.runtime, job.vae);
  const { reconstruction, kl } = await evaluator.evaluate(state, job.data.heldOut, config.seed);
  return { reconstruction: expect.closeTo(reconstruction, 2), kl: expect.closeTo(kl, 3) };
}

export function beginning(): void {
  test("is alive before anybody trains, asks nobody but its host, and keeps axe content", async () => {
    const { page, problems, requests } = await open(url, { width: 1280, height: 800 });
    await ready(page);
    // Calls of eight steps, after the epoch's odd ones: the 40 that were asked for, or the next call's end.
    await page.getByText("This model comes with the page, trained for 44 steps.").waitFor();
    expect(await number(page, "step")).toBe(44);
    // Its numbers are there too: what those weights are worth on the held-out images.
    await page.waitForFunction(`document.querySelector("[data-metric=kl]").dataset.value !== undefined`);
    const numbers = { reconstruction: await number(page, "reconstruction"), kl: await number(page, "kl") };
    expect(numbers).toEqual(await shippedInNode());
    expect(await number(page, "negativeElbo")).toBeCloseTo(numbers.reconstruction + numbers.kl, 9);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollHeight")).toBe(800);
    const words = await page.locator("a.word").evaluateAll((all) => all.map(({ href }) => href));
    expect(words).toEqual(expect.arrayContaining([`${url}glossary/#kl`, `${url}glossary/#beta`]));
    expect((await page.request.get(`${url}glossary/`)).ok()).toBe(true);
    expect(requests.filter((one) => !one.startsWith(url))).toEqual([]);
    expect(problems).toEqual([]);

    // What has come over the wire: the page, and what its worker asked for beside that.
    const fetched = await page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map(({ name }) => name)",
    );
    const worker = fetched.findIndex((one) => /\/worker-[^/]+$/.test(one));
    expect(worker).toBeGreaterThan(0);
    const isEngine = (one: string, i: number) => i >= worker && one.endsWith(".js");
    const own = new Set(["index.html", ...fetched.filter((one, i) => !isEngine(one, i)).map(inSite)]);
    const engine = new Set(
      fetched
        .filter(isEngine)
        .map(inSite)
        .filter((one) => !own.has(one)),
    );
    // Weights after 40 steps are noise, which does not pack; those of the real site are 83 kB.
    expect(own.delete("model.bin")).toBe(true);
    expect(engine.size).toBeGreaterThan(2);
    expect(gzipped(own)).toBeLessThan(400_000 - 83_000);
    expect(gzipped(engine)).toBeLessThan(100_000);
  });

  test("a picture that is drawn goes through the model; z is drawn again", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    const pad = page.getByRole("img", { name: "The picture that is followed" });
    const mean = (): Promise<string | null> => page.getAttribute(".latent >> nth=0", "title");
    const before = await mean();
    const box = (await pad.boundingBox())!;
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.mouse.move(box.x + 40, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 90, { steps: 5 });
    await page.mouse.up();
    await page.waitForFunction(`document.querySelector(".latent").title !== ${JSON.stringify(before)}`);
    const drawn = await mean();
    expect(drawn).toMatch(/^z[₀-₉]: μ (−?[\d.]+), σ [\d.]+, z \1$/);
    await page.getByRole("button", { name: "Draw z again" }).click();
    // The last of the stroke may still be on its way, with z = μ: what is asked for is a z that is not.
    await page.waitForFunction(
      `!/μ (−?[\\d.]+), σ [\\d.]+, z \\1$/.test(document.querySelector(".latent").title)`,
    );
    expect(problems).toEqual([]);
  });

  test("what is drawn while it trains stays, and is where the pen was, on a projector too", async () => {
    const { page, problems } = await open(address(), { width: 1600 });
    await ready(page);
    await page.getByRole("button", { name: "Aa" }).click();
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await stepTo(page, 5);
    const pad = page.getByRole("img", { name: "The picture that is followed" });
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    const { x, y, width, height } = (await pad.boundingBox())!;
    const line = async (...points: readonly (readonly [number, number])[]): Promise<void> => {
      for (const [i, [across, down]] of points.entries()) {
        await page.mouse.move(x + across * width, y + down * height, { steps: 4 });
        if (i === 0) await page.mouse.down();
        await stepTo(page, (await number(page, "step")) + 20);
      }
      await page.mouse.up();
    };
    await line([0.2, 0.2], [0.8, 0.2]);
    await line([0.8, 0.8], [0.2, 0.8]);
    await stepTo(page, (await number(page, "step")) + 40);
    const seen = await page.evaluate<number[]>(`(() => {
      const canvas = document.querySelector("canvas.pad");
      const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      return [0.2, 0.5, 0.8].map((down) => data[4 * (28 * Math.floor(28 * down) + 14)]);
    })()`);
    expect(seen[0]).toBeGreaterThan(128);
    expect(seen[1]).toBe(0);
    expect(seen[2]).toBeGreaterThan(128);
    expect(problems).toEqual([]);
  });
}
