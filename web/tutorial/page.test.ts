import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityProblems } from "../../test/helpers/axe.ts";
import { browserPages, hasBrowser } from "../../test/helpers/browser.ts";
import { notBuilt } from "../../test/helpers/processes.ts";
import { serve } from "../../test/helpers/site.ts";
import { buildSite } from "../site.js";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
const open = browserPages();
let url = "";
let close = async (): Promise<void> => {};

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function check(page: Page): Promise<string[]> {
  await button(page, "Check").click();
  await page.locator(".outcome li").first().waitFor({ timeout: 60_000 });
  return page.locator(".outcome li").allInnerTexts();
}

/** Replaces the learner's file. */
async function write(page: Page, text: string): Promise<void> {
  await page.locator(".cm-content").click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

describe.skipIf(!hasBrowser || notBuilt)("the tutorial in a browser", () => {
  beforeAll(async () => {
    await buildSite(folder, { steps: 0 });
    ({ url, close } = await serve(folder));
  }, 180_000);
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true });
  });

  test("the page's own thread loads no ONNX writer", async () => {
    const { page } = await open(`${url}tutorial/objective/`, { width: 1280, height: 800 });
    await page.locator(".cm-content").waitFor();
    const fetched = await page.evaluate<string[]>(
      "performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js'))",
    );
    expect(fetched.length).toBeGreaterThan(3);
    const texts = await Promise.all(fetched.map(async (one) => (await page.request.get(one)).text()));
    // What its protobuf says of a file that it can’t read.
    expect(fetched.filter((_, i) => texts[i]!.includes("illegal tag"))).toEqual([]);
  });

  test("a step from the start to its figure; what passed is remembered; nothing comes from elsewhere", async () => {
    const { page, requests, problems } = await open(`${url}tutorial/`);
    await page.waitForURL(`${url}tutorial/recognition/`);
    await page.goto(`${url}tutorial/reparametrization/`);
    expect(await check(page)).toEqual([expect.stringContaining("not written yet")]);
    expect(await page.locator("section figure").count()).toBe(0);

    await button(page, "Show the solution").click();
    const solution = (await page.locator(".cm-content").innerText()).replace("constant(0.5)", "constant(1)");
    await write(page, solution);
    expect((await check(page)).join("\n")).toContain("that is μ + σ²·ε");

    await button(page, "Show the solution").click();
    expect((await check(page)).every((line) => line.startsWith("✓"))).toBe(true);
    expect(await page.locator("section figure path").count()).toBe(400);
    expect(await accessibilityProblems(page)).toEqual([]);

    // Later steps import what passed last.
    await write(page, `${solution.replace("constant(1)", "constant(0.5)")}\n// again`);
    expect((await check(page)).every((line) => line.startsWith("✓"))).toBe(true);
    await page.waitForFunction(
      "localStorage.getItem('betalab-tutorial-reparametrization-solved').includes('// again')",
    );
    await button(page, "Show the solution").click();

    await page.reload();
    expect(await page.locator("nav a[aria-current]").innerText()).toContain("✓");
    expect(await page.locator(".cm-content").innerText()).toContain("constant(0.5)");
    await button(page, "Begin again").click();
    expect(await page.locator(".cm-content").innerText()).toContain("not written yet");
    expect(problems).toEqual([]);
    expect(requests.filter((address) => !address.startsWith(url) && !/^(data|blob):/.test(address))).toEqual(
      [],
    );
  });

  test("a step that looks at a trained model trains one in the page first", async () => {
    const { page } = await open(`${url}tutorial/samples/`);
    await button(page, "Show the solution").click();
    await button(page, "Check").click();
    await page.locator("section figure canvas").waitFor({ timeout: 120_000 });
    const [low, high] = await page.evaluate<[number, number]>(`(() => {
      const canvas = document.querySelector("section figure canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const values = data.filter((_, i) => i % 4 === 0);
      return [Math.min(...values), Math.max(...values)];
    })()`);
    expect(low).toBeLessThan(20);
    expect(high).toBeGreaterThan(150);
  });

  test("a file that doesn't compile, and one that doesn't end, leave the page alive", async () => {
    const { page } = await open(`${url}tutorial/schedule/`);
    await write(page, "export const x = ;");
    expect((await check(page)).join()).toContain("1:18");
    await write(page, "export function scheduledBeta() { for (;;) {} }");
    expect((await check(page)).join()).toContain("did not come to an end within 10 seconds");
    await button(page, "Show the solution").click();
    expect((await check(page)).every((line) => line.startsWith("✓"))).toBe(true);
  });

  test("a figure has a line for each series, its numbers along both axes, and letters that a phone shows in full", async () => {
    const { page } = await open(`${url}tutorial/objective/`, { width: 390, height: 844 });
    // Its formulas are set already, and none is wider than the phone.
    expect(await page.locator("article .katex-display math").count()).toBe(3);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await button(page, "Show the solution").click();
    await check(page);
    const lines = page.locator("section figure polyline");
    await lines.first().waitFor();
    const inks = await page.evaluate<string[]>(
      "[...document.querySelectorAll('section figure polyline')].map((line) => getComputedStyle(line).stroke)",
    );
    expect(new Set(inks).size).toBe(3);
    expect(inks).not.toContain("none");
    expect(await page.locator("section figure .axis").allTextContents()).toEqual([
      "σ",
      "KL of one latent (nats)",
    ]);
    const ticks = await page.locator("section figure .tick").allTextContents();
    expect(ticks).toEqual(expect.arrayContaining(["0", "2", "4", "6", "8"]));
    const { height } = (await page.locator("section figure .tick").first().boundingBox())!;
    expect(height).toBeGreaterThan(11);
  });

  test("two models train in the page: pictures and numbers move on, another attempt ends them, axe finds nothing", async () => {
    const { page, problems } = await open(`${url}tutorial/beta/`, { width: 390, height: 844 });
    const whole = page.locator("figcaption.whole");
    const row = (index: number) => page.locator("tbody tr").nth(index).locator("td").allInnerTexts();
    await button(page, "Show the solution").click();
    // The page itself writes the first look down: who asks for it from here may be late.
    await page.evaluate(`new MutationObserver((_, observer) => {
      if (!/^Step (28|56) of 672/.test(document.querySelector("figcaption.whole")?.textContent.trim() ?? "")) return;
      window.early = [...document.querySelectorAll("tbody tr:first-child td")].map((cell) => cell.innerText);
      observer.disconnect();
    }).observe(document.body, { subtree: true, childList: true, characterData: true })`);
    await button(page, "Check").click();
    await page.waitForFunction("window.early !== undefined");
    const early = await page.evaluate<string[]>("window.early");
    await page.locator(".verdict").waitFor();
    // Again from the start, and to the end.
    await button(page, "Check").click();
    await whole.filter({ hasText: "After 672 steps" }).waitFor({ timeout: 90_000 });
    const [cheap, dear] = [await row(0), await row(1)];
    expect(Number(cheap[2])).toBeLessThan(Number(early[2]) - 50);
    expect(Number(dear[1])).toBeLessThan(Number(cheap[1]) / 4);
    expect(await page.locator("section figure canvas").count()).toBe(2);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("a word leads to its place in the glossary, by the keyboard, in a tab of its own", async () => {
    const { page, problems } = await open(`${url}tutorial/objective/`);
    const word = page.locator("article").getByRole("link", { name: "nats", exact: true });
    expect(await word.getAttribute("aria-description")).toContain("unit of information");
    await word.focus();
    const [opened] = await Promise.all([page.waitForEvent("popup"), page.keyboard.press("Enter")]);
    await opened.waitForURL(`${url}glossary/#nats`);
    expect(await opened.locator("div:target dt").innerText()).toMatch(/^nats/);
    for (const colorScheme of ["light", "dark"] as const) {
      await opened.emulateMedia({ colorScheme });
      expect(await accessibilityProblems(opened), colorScheme).toEqual([]);
    }
    expect(problems).toEqual([]);
  });

  test.each(["light", "dark"] as const)("axe finds nothing in any step, %s", async (colorScheme) => {
    const { page } = await open(`${url}tutorial/recognition/`, { dark: colorScheme === "dark" });
    for (const slug of ["recognition", "objective", "capacity"]) {
      await page.goto(`${url}tutorial/${slug}/`);
      await page.locator(".cm-content").waitFor();
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 844 });
        expect(await accessibilityProblems(page), `${slug}, ${width}`).toEqual([]);
      }
    }
  });
});
