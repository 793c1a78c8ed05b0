/** The studio as a person meets it: the built command's server, and its page in a browser. */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessibilityProblems } from "./helpers/axe.ts";
import { browserPages, hasBrowser } from "./helpers/browser.ts";
import { betalab, notBuilt, type Running, start } from "./helpers/processes.ts";
import { smallSettings } from "./helpers/small-run.ts";

if (notBuilt !== undefined) console.warn(`the studio's page is not tested: ${notBuilt}`);

/** Milliseconds that a job may take to begin, on a machine with other things to do. */
const PATIENCE = 30_000;
const home = mkdtempSync(join(tmpdir(), "betalab-studio-"));
const folder = join(home, "runs");
const open = browserPages();
const servers: Running[] = [];
let url = "";

/** Opens a studio; its first line says where. */
async function studio(...flags: string[]): Promise<string> {
  const server = start(["studio", folder, "--port", "0", "--no-open", "--json", ...flags], {
    BETALAB_CACHE: join(home, "cache"),
  });
  servers.push(server);
  const line = await new Promise<string>((resolve) => {
    let text = "";
    server.child.stdout!.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
  });
  return (JSON.parse(line) as { url: string }).url;
}

const information = (run: string) => JSON.parse(readFileSync(join(folder, run, "run.json"), "utf8"));

/** The number that a fact at the head of a run's view shows. */
async function fact(page: Page, name: string): Promise<number> {
  const text = await page
    .locator("dl div", { has: page.locator(`dt:text-is("${name}")`) })
    .locator("b")
    .innerText();
  return Number(text.replaceAll(",", ""));
}

async function reaches(page: Page, name: string, least: number): Promise<void> {
  await expect
    .poll(() => fact(page, name), { timeout: PATIENCE, interval: 100 })
    .toBeGreaterThanOrEqual(least);
}

const status = (page: Page, text: string) =>
  page.locator("article header .status", { hasText: text }).waitFor({ timeout: PATIENCE });

describe.skipIf(!hasBrowser || notBuilt !== undefined)("the studio's page", { timeout: 120_000 }, () => {
  beforeAll(async () => {
    mkdirSync(folder);
    url = await studio();
  }, PATIENCE);
  afterAll(async () => {
    for (const { child } of servers) child.kill("SIGTERM");
    await Promise.all(servers.map(({ ended }) => ended));
    rmSync(home, { recursive: true, force: true });
  });

  test("starts a training from a form, follows it through a reload, shows that it was killed, and resumes it as the command line does", async () => {
    const { page, problems, requests } = await open(url);
    await page.getByRole("link", { name: "Train a model" }).click();
    await page.getByLabel("Preset, or a file").selectOption("demo");
    await page.getByText("Settings", { exact: true }).click();
    for (const setting of [...smallSettings, "data.count=400"]) {
      const [key, value] = setting.split("=") as [string, string];
      const field = page.getByRole("textbox", { name: key, exact: true });
      const isThere = (await field.count()) === 1;
      await (isThere ? field : page.getByLabel("Another setting")).fill(isThere ? value : setting);
      await page.keyboard.press("Enter");
    }
    await page.getByLabel("epochs", { exact: true }).fill("none");
    await expect.poll(() => page.getByRole("alert").innerText(), { timeout: 5000 }).toContain("--epochs");
    await page.getByLabel("epochs", { exact: true }).fill("16");
    await page
      .getByText(/^digits: 360 images to train on, 40 held out, 28 × 28 × 1/)
      .waitFor({ timeout: PATIENCE });
    const command = page.locator("code", { hasText: "betalab train demo" });
    await command.waitFor();
    expect(await command.innerText()).toContain("--epochs 16");
    await page.getByRole("button", { name: "Start training" }).click();
    await page.waitForURL("**/runs/demo", { timeout: PATIENCE });

    await reaches(page, "Epoch", 2);
    const curve = page.getByRole("slider", { name: "−ELBO by step" });
    const first = await curve.getAttribute("aria-valuemin");
    await page.reload();
    await reaches(page, "Epoch", 3);
    expect(await curve.getAttribute("aria-valuemin")).toBe(first);
    const before = Number(await curve.getAttribute("aria-valuemax"));
    await expect
      .poll(async () => Number(await curve.getAttribute("aria-valuemax")), { timeout: PATIENCE })
      .toBeGreaterThan(before);

    process.kill(information("demo").attempts.at(-1).pid, "SIGKILL");
    await status(page, "dead");
    expect(await page.getByRole("alert").innerText()).toContain("Whoever trained it is gone");
    const twin = join(home, "twin");
    cpSync(join(folder, "demo"), twin, { recursive: true });
    await page.getByRole("button", { name: "Resume" }).click();
    await page.getByRole("dialog").locator("code", { hasText: "betalab resume" }).waitFor();
    await page.getByRole("button", { name: "Start training" }).click();
    await status(page, "finished");
    await page.getByRole("link", { name: "Pictures" }).click();
    await page.getByRole("img", { name: "samples of epoch 16" }).waitFor();
    expect((await betalab("resume", twin, "-q")).status).toBe(0);
    const weights = (run: string) => readFileSync(join(run, "model/weights.safetensors"));
    expect(weights(join(folder, "demo")).equals(weights(twin))).toBe(true);
    expect(problems).toEqual([]);
    expect(requests.filter((address) => !address.startsWith(url))).toEqual([]);
  });

  test("starts a sweep of six runs from a form, shows it as it goes, and compares them", async () => {
    const { page, problems } = await open(`${url}start/sweep`);
    await page.getByRole("button", { name: "A grid of one’s own" }).click();
    await page.getByLabel("Name of the sweep").fill("betas");
    await page.getByLabel("Values 1").fill("1, 2, 4");
    await page.getByText("6 runs", { exact: true }).waitFor();
    await page.getByLabel("set", { exact: true }).fill(smallSettings.join("\n"));
    await page.getByLabel("epochs", { exact: true }).fill("1");
    await page.getByLabel("jobs", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Start training" }).click();
    await page.waitForURL("**/sweeps/betas", { timeout: PATIENCE });
    await page.getByText("6 finished", { exact: true }).first().waitFor({ timeout: 60_000 });
    expect(readdirSync(join(folder, "betas")).filter((name) => name.startsWith("beta-"))).toHaveLength(6);
    await page.getByRole("slider", { name: "−ELBO by objective.beta" }).waitFor();
    await page.getByRole("link", { name: "Compare its runs" }).click();
    await page.getByRole("button", { name: "Compare", exact: true }).click();
    await page.locator(".says").waitFor({ timeout: 60_000 });
    const frame = page.frameLocator("iframe");
    await frame.getByRole("heading", { name: "By the numbers" }).waitFor({ timeout: PATIENCE });
    const address = page.url();
    await page.goto(address);
    await page.locator(".says").waitFor();
    expect(problems).toEqual([]);
  });

  test("finds and chooses runs, deletes one and takes that back", async () => {
    const { page, problems } = await open(`${url}?q=beta%3E1`);
    const rows = page.getByRole("row");
    await page.getByText("4 of 7 runs").waitFor();
    await page.getByLabel("Filter").fill("beta:4 seed:1 status:fin");
    await page.getByText("1 of 7 runs").waitFor();
    await page.waitForURL("**/?q=beta%3A4+seed%3A1+status%3Afin");
    await page.getByLabel("Select beta-4_seed-1").check();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete…" }).click();
    await page.getByRole("button", { name: "Yes, delete beta-4_seed-1" }).click();
    await page.getByText("0 of 6 runs").waitFor();
    expect(readdirSync(join(folder, "betas"))).not.toContain("beta-4_seed-1");
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("1 of 7 runs").waitFor();
    expect(readdirSync(join(folder, "betas"))).toContain("beta-4_seed-1");
    await page.getByLabel("Filter").fill("nonsense>3");
    await page.getByText("no run has a field nonsense").waitFor();
    await page.getByLabel("Filter").fill("");
    await page.getByLabel("Group by").selectOption("sweep");
    await page.getByRole("button", { name: "betas 6" }).click();
    await expect.poll(() => rows.count()).toBe(4);
    expect(problems).toEqual([]);
  });

  test("evaluates a run and explores it in the page, from what its report holds", async () => {
    const { page, problems } = await open(`${url}runs/demo?view=evaluation`);
    const word = page.locator("dl").getByRole("link", { name: "KL", exact: true });
    expect(await word.getAttribute("href")).toBe("/glossary/index.html#kl");
    const glossary = await page.request.get(`${url}glossary/index.html`);
    expect(glossary.headers()["content-type"]).toMatch(/^text\/html/);
    expect(await glossary.text()).toContain('<div id="kl">');
    await page.getByRole("button", { name: "Evaluate" }).click();
    await page.getByLabel("samples", { exact: true }).fill("10");
    await page.getByRole("dialog").locator("code", { hasText: "--samples 10" }).waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText("NLL, 10 importance samples").waitFor({ timeout: PATIENCE });
    const [size, note] = [
      page.viewportSize()!,
      page.getByText("is one standard error over the images").first(),
    ];
    await page.setViewportSize({ width: 390, height: 844 });
    expect((await note.boundingBox())!.width).toBeLessThan(390);
    await page.setViewportSize(size);
    await page.getByRole("link", { name: "Explore" }).click();
    await page.getByRole("button", { name: "Make the report" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start", exact: true }).click();
    await page.getByLabel("The decoded image").waitFor({ timeout: 60_000 });
    await expect
      .poll(() => page.locator("#timing").innerText(), { timeout: PATIENCE })
      .toMatch(/^decoded in \d/);
    expect(problems).toEqual([]);
  });

  test("a figure's PNG is what the page shows, letters included", async () => {
    const { page } = await open(`${url}runs/demo`, { width: 1280, height: 900 });
    const svg = page.locator("figure", { hasText: "−ELBO" }).first().locator("svg[data-figure]");
    await svg.waitFor();
    const shown = await svg.screenshot();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "−ELBO as PNG" }).click(),
    ]);
    /** Where the legend's last letter ends, as a share of the width: other letters are wider or narrower. */
    const end = async (image: Buffer): Promise<number> => {
      const { data, info } = await sharp(image).greyscale().raw().toBuffer({ resolveWithObject: true });
      const rows = Math.round((14 * info.width) / width);
      const columns = Array.from({ length: rows * info.width }, (_, i) =>
        data[i]! < 128 ? i % info.width : 0,
      );
      return Math.max(...columns) / info.width;
    };
    const { width } = await sharp(shown).metadata();
    const saved = readFileSync(await file.path());
    expect((await sharp(saved).metadata()).width).toBe(2 * width);
    expect(await end(shown)).toBeGreaterThan(0.1);
    expect(Math.abs((await end(saved)) - (await end(shown))) * width).toBeLessThan(1.5);
  });

  test("read-only, a second studio on the folder shows all and offers nothing that acts", async () => {
    const second = await studio("--read-only");
    const { page, problems } = await open(second);
    await page.getByText("7 runs", { exact: true }).waitFor();
    await page.getByLabel("Select demo").check();
    for (const name of ["Delete", "Evaluate", "New"])
      expect(await page.getByText(name, { exact: true }).count()).toBe(0);
    await page.getByRole("link", { name: "Compare" }).waitFor();
    await page.goto(`${second}runs/demo`);
    await page.getByRole("heading", { name: "demo" }).waitFor();
    expect(await page.getByRole("group", { name: "Do with this run" }).count()).toBe(0);
    const view = await fetch(`${second}runs/betas/beta-0.5`);
    expect([view.status, view.headers.get("content-type")]).toEqual([
      200,
      expect.stringContaining("text/html"),
    ]);
    const refused = await page.evaluate(
      `fetch("/api/runs/demo", { method: "DELETE", headers: { "content-type": "application/json" }, body: "{}" }).then(({ status }) => status)`,
    );
    expect(refused).toBe(403);
    expect(problems.filter((text) => !text.includes("403"))).toEqual([]);
  });

  const views = [
    "",
    "runs/demo",
    "runs/demo?view=pictures",
    "runs/demo?view=latents",
    "runs/demo?view=explore",
    "runs/demo?view=evaluation",
    "runs/demo?view=config",
    "runs/demo?view=log",
    "runs/demo?view=files",
    "sweeps/betas",
    "compare?run=demo&run=betas%2Fbeta-1_seed-0",
    "start/train?subject=demo",
    "start/sweep",
    "queue",
    "trash",
    "nowhere",
  ];

  test.each([false, true])("every view is for everybody, and fits a phone (dark: %s)", async (dark) => {
    const { page } = await open(url, { width: 390, height: 844, dark });
    for (const view of dark ? views.filter((_, i) => i % 3 === 0) : views) {
      await page.goto(`${url}${view}`);
      await page.locator("h1").first().waitFor({ state: "attached" });
      await page.waitForTimeout(250);
      expect(await accessibilityProblems(page), view).toEqual([]);
      const beyond = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );
      expect(beyond, view).toBe(0);
    }
  });
});
