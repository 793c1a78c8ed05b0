import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { accessibilityProblems } from "../../test/helpers/axe.ts";
import { browserPages, hasBrowser } from "../../test/helpers/browser.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { smallSettings } from "../../test/helpers/small-run.ts";
import { formatFixed } from "../base/format.ts";
import { OpenRun } from "../trained/index.ts";
import { demo } from "./demo.ts";
import { evaluate } from "./evaluate.ts";
import { report } from "./report.ts";
import { train } from "./train.ts";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
const finished = join(folder, "finished");
const open = browserPages();

beforeAll(() => runJob(train, "demo", { set: [...smallSettings], epochs: 2, out: finished }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copyOfRun(name: string): string {
  const copy = join(folder, name);
  cpSync(finished, copy, { recursive: true });
  return copy;
}

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
    const path = (await saveJob(report, finished, {})).paths[0]!;
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

    const model = await OpenRun.open(finished).compile();
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

test.skipIf(!hasBrowser)(
  "in a browser: a picture that is drawn goes through the encoder; z is drawn again",
  async () => {
    const path = join(folder, "drawn.html");
    await saveJob(report, finished, {}, { out: path });
    const { page, problems } = await open(path);
    await decodedOf(page);
    const pad = page.getByRole("img", { name: "Draw a picture here" });
    await pad.scrollIntoViewIfNeeded();
    const box = (await pad.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height - 10, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction("document.getElementById('origin').textContent.includes('z = μ')");
    const { latent } = await decodedOf(page);
    const pixels = await page.evaluate<number[]>(`(() => {
    const canvas = document.querySelector(".pad");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data).filter((_, i) => i % 4 === 0);
  })()`);
    expect(Math.max(...pixels)).toBe(255);
    const opened = OpenRun.open(finished);
    const model = await opened.compile();
    const { height, width } = opened.vae.image;
    const drawn = { count: 1, height, width, channels: 1, pixels: Uint8Array.from(pixels) } as const;
    const posterior = await model.encode(drawn);
    await model.release();
    latent.forEach((value, d) => {
      expect(value).toBeCloseTo(posterior.mean[d]!, 4);
    });
    const band = await page.getAttribute("#sliders .band >> nth=0", "title");
    const first = Number(await page.getAttribute("#sliders input >> nth=0", "data-dimension"));
    expect(band).toBe(
      `μ ± σ = ${formatFixed(posterior.mean[first]!, 2)} ± ${Math.exp(posterior.logVariance[first]! / 2).toFixed(2)}`,
    );
    await page.getByRole("button", { name: "Draw z again" }).click();
    await page.waitForFunction("document.getElementById('origin').textContent.includes('draw 1')");
    expect((await decodedOf(page)).latent).not.toEqual(latent);

    // Of the map: one class hidden, zoomed in, a neighbour of a point picked.
    const three = page.getByRole("list", { name: "Colours: label" }).getByRole("button", { name: "3" });
    await three.click();
    expect(await three.getAttribute("aria-pressed")).toBe("false");
    await page.getByRole("button", { name: "Zoom in" }).click();
    await page.focus("dl.facts a.word >> text=KL");
    expect(await page.textContent(".tip")).toContain("How much about an image passes through the latents");
    await page.keyboard.press("Escape");
    expect(await page.isVisible(".tip")).toBe(false);
    expect(await page.isVisible("[aria-label='The whole map']")).toBe(true);
    await page.locator("#map").focus();
    await page.keyboard.press("ArrowUp");
    const neighbour = page.getByRole("button", { name: /^Neighbour, image \d+/ }).first();
    const [, image] = /image (\d+)/.exec((await neighbour.getAttribute("aria-label"))!)!;
    await neighbour.click();
    expect(await page.textContent("#origin")).toContain(`Image ${image}`);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  },
);

test.skipIf(!hasBrowser)("in a browser: light and dark, and no wider than a phone", async () => {
  const path = join(folder, "phone.html");
  await saveJob(report, finished, {}, { out: path });
  const { page, problems } = await open(path, { width: 390, height: 844, dark: true });
  await decodedOf(page);
  const background = (): Promise<string> => page.evaluate("getComputedStyle(document.body).backgroundColor");
  expect(await background()).toBe("rgb(13, 15, 18)");
  await page.getByRole("button", { name: "Colours: auto, as the system" }).click();
  expect(await background()).toBe("rgb(245, 246, 248)");
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
  expect(problems).toEqual([]);
});

test.skipIf(!hasBrowser)(
  "on paper: white, the decoded picture and the map on it, nothing to press",
  async () => {
    const path = join(folder, "paper.html");
    await saveJob(report, finished, {}, { out: path });
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
  const run = copyOfRun("whole");
  await saveJob(evaluate, run, { samples: 5 });
  const { value, paths } = await saveJob(report, run, {});
  expect(paths).toEqual([join(run, "report.html")]);
  const page = readFileSync(join(run, "report.html"), "utf8");
  expect(value).toEqual({ bytes: Buffer.byteLength(page), step: 12, images: 12 });
  expect(value.bytes).toBeLessThan(1e6);
  // Names of vocabularies are no addresses; nothing else begins like one.
  expect(page.replaceAll("http://www.w3.org/", "")).not.toMatch(/https?:\/\//);
  expect(
    [...page.matchAll(/(?:src|href)="([^"]{0,5})/g)].every(([, start]) => /^data:$|^#word$/.test(start!)),
  ).toBe(true);
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
  const text = page.replaceAll(/<a class="word"[^>]*>(.*?)<sup>\d+<\/sup><\/a>/g, "$1");
  expect(text).toContain("trained for 12 steps of 16 images on digits.");
  expect(text).toMatch(/On held-out images −ELBO is \d+\.\d\d nats per image at β = 1/);
  expect(page).toContain("latentDim: 2");
  await saveJob(report, run, {}, { out: join(folder, "again.html") });
  expect(readFileSync(join(folder, "again.html"), "utf8")).toBe(page);
});

test("a table that can't be read is told of", async () => {
  const run = copyOfRun("broken");
  mkdirSync(join(run, "tables"));
  writeFileSync(join(run, "tables", "evaluation.json"), "{");
  await saveJob(report, run, {});
  expect(readFileSync(join(run, "report.html"), "utf8")).toContain(join(run, "tables", "evaluation.json"));
});

test("an exported model has a report too, without curves", async () => {
  const path = join(folder, "exported.html");
  await saveJob(report, join(finished, "model"), {}, { out: path });
  const page = readFileSync(path, "utf8");
  expect(page).toContain("Live decoder");
  expect(page).not.toContain("<h2>Training</h2>");
});

test("the demo ends with a report and its path", async () => {
  const environment = { BETALAB_CACHE: join(folder, "cache"), BETALAB_EPOCHS: "1" };
  const run = join(folder, "demo");
  const { value, paths } = await saveJob(demo, undefined, { out: run }, { environment });
  expect(value).toMatchObject({ path: run, status: "finished", report: `${run}/report.html` });
  expect(paths).toEqual([`${run}/report.html`]);
  expect(statSync(join(run, "report.html")).size).toBeLessThan(5e6);
});
