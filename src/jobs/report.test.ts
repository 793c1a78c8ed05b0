import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { browserPages, hasBrowser } from "../../test/helpers/browser.ts";
import { commandLine } from "../../test/helpers/command-line.ts";
import { memoryIo } from "../../test/helpers/io.ts";
import { runCli } from "../cli/main.ts";
import { OpenRun } from "../trained/index.ts";
import { writeReport } from "./report.ts";

const { folder, finished, cli, copyOfRun } = commandLine();
const open = browserPages();

/** What the page shows large once it shows what was asked for last: the latent it belongs to, and its pixels. */
async function decodedOf(page: Page): Promise<{ latent: number[]; pixels: number[] }> {
  await page.waitForSelector('#decoded[aria-busy="false"]');
  return page.evaluate(`(() => {
    const canvas = document.getElementById("decoded");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return {
      latent: canvas.dataset.latent.split(",").map(Number),
      pixels: Array.from(data).filter((_, i) => i % 4 === 0),
    };
  })()`);
}

test.skipIf(!hasBrowser)(
  "in a browser: nothing fails, sliders and map decode what the run's decoder does",
  async () => {
    const { path } = await writeReport(finished);
    const { page, problems, requests } = await open(path);
    const first = await decodedOf(page);

    const slider = page.getByRole("slider", { name: "Latent 0" });
    await slider.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press("ArrowRight");
    const moved = await decodedOf(page);
    expect(moved.latent[0]).toBeGreaterThan(first.latent[0]! + 0.2);
    expect(moved.latent[1]).toBe(first.latent[1]);
    expect(moved.pixels).not.toEqual(first.pixels);

    await page.getByRole("button", { name: "Random draw" }).click();
    const random = await decodedOf(page);
    const map = page.locator("#map");
    await map.focus();
    await page.keyboard.press("ArrowUp");
    const fromMap = await decodedOf(page);
    expect(await page.textContent("#origin")).toMatch(/^Image \d+, label \d$/);

    await page.getByRole("button", { name: "Lock B" }).click();
    await page.getByRole("button", { name: "50 percent of the way" }).click();
    const halfway = await decodedOf(page);
    expect(halfway.latent[0]).toBeCloseTo((first.latent[0]! + fromMap.latent[0]!) / 2, 5);

    const model = await OpenRun.open(finished).model();
    for (const { latent, pixels } of [first, moved, random, fromMap, halfway]) {
      const expected = await model.decode(Float32Array.from(latent));
      expect(
        Math.max(...pixels.map((value, i) => Math.abs(value - expected.pixels[i]!))),
      ).toBeLessThanOrEqual(1);
    }
    await model.release();

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save picture" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("finished-decoded.png");
    expect(
      readFileSync(await download.path())
        .subarray(1, 4)
        .toString(),
    ).toBe("PNG");
    expect(problems).toEqual([]);
    expect(requests).toEqual([`file://${path}`]);
  },
);

test.skipIf(!hasBrowser)("in a browser: light and dark, and no wider than a phone", async () => {
  const { path } = await writeReport(finished, { out: join(folder, "phone.html") });
  const { page, problems } = await open(path, { width: 390, height: 844, dark: true });
  await decodedOf(page);
  const background = (): Promise<string> => page.evaluate("getComputedStyle(document.body).backgroundColor");
  expect(await background()).toBe("rgb(13, 15, 18)");
  await page.getByRole("button", { name: "Colours: as the system" }).click();
  expect(await background()).toBe("rgb(245, 246, 248)");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(problems).toEqual([]);
});

test.skipIf(!hasBrowser)(
  "on paper: white, the decoded picture and the map on it, nothing to press",
  async () => {
    const { path } = await writeReport(finished, { out: join(folder, "paper.html") });
    const { page, problems } = await open(path, { dark: true });
    await decodedOf(page);
    await page.emulateMedia({ media: "print" });
    expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe("rgb(255, 255, 255)");
    for (const shown of ["#decoded", "#map", "#strip canvas >> nth=4"]) {
      expect(await page.isVisible(shown), shown).toBe(true);
    }
    for (const hidden of ["#sliders input >> nth=0", "#save", "#lock-a", "#starts"]) {
      expect(await page.isVisible(hidden), hidden).toBe(false);
    }
    expect(problems).toEqual([]);
  },
);

test("a report is one file that holds all there is, and reaches for nothing", async () => {
  const run = copyOfRun();
  expect((await cli("evaluate", run, "--samples", "5")).status).toBe(0);
  const { status, out } = await cli("report", run, "--json");
  expect(status).toBe(0);
  const written = JSON.parse(out) as { path: string; bytes: number; step: number };
  const page = readFileSync(join(run, "report.html"), "utf8");
  expect(written).toEqual({ path: join(run, "report.html"), bytes: Buffer.byteLength(page), step: 12 });
  expect(written.bytes).toBeLessThan(1e6);
  // Names of vocabularies are no addresses; nothing else begins like one.
  expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:\/\//);
  expect([...page.matchAll(/(?:src|href)="([^"]{0,5})/g)].every(([, start]) => start === "data:")).toBe(true);
  for (const title of [
    "Live decoder",
    "Reconstructions",
    "Samples",
    "One latent at a time",
    "Training",
    "Likelihood and KL",
  ]) {
    expect(page).toContain(`>${title}`);
  }
  expect(page).toContain("trained for 12 steps of 16 images on digits.");
  expect(page).toMatch(/On held-out images −ELBO is \d+\.\d\d nats per image at β = 1/);
  expect(page).toContain("latentDim: 2");
  expect((await cli("report", run, "--out", join(folder, "again.html"))).status).toBe(0);
  expect(readFileSync(join(folder, "again.html"), "utf8")).toBe(page);
});

test.each([
  ["{", /tables\/evaluation.json can’t be used: .*JSON/],
  [
    '{"format":2,"step":12}',
    "tables/evaluation.json can’t be used: its format 2 is of a newer betalab; this one reads 1",
  ],
  ['{"format":1,"step":12}', "tables/evaluation.json can’t be used: run is missing: expected a text"],
])("in the place of a table that can't be used stands why: %s", async (text, why) => {
  const run = copyOfRun((path) => {
    mkdirSync(join(path, "tables"));
    writeFileSync(join(path, "tables", "evaluation.json"), text);
  });
  expect((await cli("report", run)).status).toBe(0);
  expect(readFileSync(join(run, "report.html"), "utf8")).toMatch(why);
});

test("an exported model has a report too, without curves", async () => {
  const folder = join(finished, "model");
  const { path } = await writeReport(folder, { out: join(folder, "..", "..", "exported.html") });
  const page = readFileSync(path, "utf8");
  expect(page).toContain("Live decoder");
  expect(page).not.toContain("<h2>Training</h2>");
});

test("the demo ends with a report and its path", async () => {
  const io = memoryIo({ environment: { BETALAB_CACHE: join(folder, "cache"), BETALAB_EPOCHS: "1" } });
  const run = join(folder, "demo");
  expect(await runCli(["demo", "--out", run], io)).toBe(0);
  expect(io.out()).toContain(`report    ${join(run, "report.html")}`);
  expect(statSync(join(run, "report.html")).size).toBeLessThan(4e6);
});
