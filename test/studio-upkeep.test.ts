/** What the studio's page says when things are not as they should be: runs made by hand, no training. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MetricsFile, writeRecord } from "../src/runs/index.ts";
import { browserPages, hasBrowser } from "./helpers/browser.ts";
import { makeRuns } from "./helpers/many-runs.ts";
import { notBuilt } from "./helpers/processes.ts";
import { openStudio, type RunningStudio } from "./helpers/studio.ts";

const home = mkdtempSync(join(tmpdir(), "betalab-upkeep-"));
const folder = join(home, "runs");
const open = browserPages();
let studio: RunningStudio;

/** A run's or a sweep's file with something else in it. */
function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(join(folder, path), change(readFileSync(join(folder, path), "utf8")));
}

describe.skipIf(!hasBrowser || notBuilt !== undefined)("the studio's page", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    makeRuns(folder, 10);
    renameSync(join(folder, "single-9"), join(folder, "demo"));
    rewrite("demo/run.json", (text) => text.replaceAll("single-9", "demo"));
    for (const name of ["copy", "truncated", "damaged", "refused"])
      cpSync(join(folder, "demo"), join(folder, name), { recursive: true });
    rewrite("truncated/run.json", (text) => text.slice(0, 300));
    rewrite("damaged/metrics.jsonl", (text) => text.replace('"epoch":7', '"epoch":8'));
    rewrite("refused/run.json", (text) => text.replace('"beta": 16', '"beta": "many"'));
    for (const place of ["betas", "other/betas"]) writeRecord(join(folder, place), "betas", []);
    mkdirSync(join(folder, "broken"));
    writeFileSync(join(folder, "broken", "sweep.json"), '{"format": 2, "na');
    studio = await openStudio(folder, { environment: { BETALAB_CACHE: join(home, "cache") } });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test("copies of a run are told apart, in the table and beside each other; so are sweeps of one name", async () => {
    const { page, problems } = await open(studio.url);
    const sweeps = page.getByRole("navigation", { name: "Sweeps" }).getByRole("link");
    await expect
      .poll(() => sweeps.allInnerTexts())
      .toEqual([
        expect.stringMatching(/^betas\s*no runs$/),
        expect.stringMatching(/^broken\s*damaged: what to do$/),
        expect.stringMatching(/^betas\s*in other\s*no runs$/),
      ]);
    const cell = (id: string) => page.locator(`.name[title="${id}"]`);
    await cell("copy").waitFor();
    expect(await cell("copy").innerText()).toMatch(/^demo\s*copy$/);
    expect(await cell("demo").innerText()).toBe("demo");
    await page.goto(`${studio.url}compare?run=demo&run=copy`);
    await page.getByRole("link", { name: "Leave out copy" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("an unreadable run says why, without numbers that it has not", async () => {
    const { page } = await open(`${studio.url}runs/truncated?view=config`);
    await page.getByText("Its config can’t be read").waitFor();
    expect(await page.locator("header").last().innerText()).not.toMatch(/Epoch/);
    await page.goto(`${studio.url}runs/damaged`);
    const warning = page.getByText("1 line of metrics.jsonl can’t be read and is left out");
    await warning.waitFor();
    const metrics = new MetricsFile(join(folder, "damaged", "metrics.jsonl"));
    const more = page.waitForResponse((answer) => answer.url().includes("/api/runs/damaged"));
    metrics.append({ split: "train", step: 9999, epoch: 31, kl: 1 });
    metrics.close();
    await more;
    await page.waitForTimeout(500);
    expect(await warning.count()).toBe(1);
  });

  test("a sweep whose record is damaged says what to do", async () => {
    const { page, problems } = await open(studio.url);
    await page.getByRole("link", { name: /^broken/ }).click();
    await page.getByText("move it away and give the sweep's line again").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).innerText()).toBe("broken");
    expect(problems).toEqual([]);
  });

  test("a job that fails is told where it was asked for, on a phone in one broad line", async () => {
    const { page, problems } = await open(`${studio.url}runs/refused`, { width: 390, height: 844 });
    await page.getByRole("button", { name: "Evaluate" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start" }).click();
    const message = page.getByRole("alert").filter({ hasText: "Evaluate failed" });
    await message.waitFor({ timeout: 30_000 });
    expect(await message.innerText()).toContain("objective.beta");
    expect((await message.boundingBox())!.width).toBeGreaterThan(350);
    expect(problems).toEqual([]);
  });

  test("what could not be started can be tried again", async () => {
    const { page } = await open(`${studio.url}runs/demo`);
    let isDown = true;
    await page.route("**/api/jobs", (route) =>
      isDown && route.request().method() === "POST" ? route.abort() : route.continue(),
    );
    await page.getByRole("button", { name: "Evaluate" }).click();
    const start = page.getByRole("dialog").getByRole("button", { name: "Start" });
    await start.click();
    await page.getByRole("dialog").getByRole("alert").waitFor();
    isDown = false;
    await start.click();
    await page.getByText("Evaluate is in the queue.").waitFor();
  });

  test("a run that is deleted and put back elsewhere is followed again", async () => {
    const [first, second] = [await open(`${studio.url}runs/copy`), await open(`${studio.url}?select=copy`)];
    await second.page.getByRole("button", { name: "Delete" }).click();
    await second.page.getByRole("button", { name: "Delete…" }).press("Enter");
    const active = second.page.locator(":focus");
    expect(await active.innerText()).toBe("Cancel");
    await second.page.getByRole("button", { name: "Yes, delete demo" }).press("Enter");
    await first.page.getByText("copy is gone: it was deleted or moved.").waitFor();
    await first.page.getByRole("link", { name: "To the trash" }).waitFor();
    await second.page.getByRole("button", { name: "Undo" }).click();
    await first.page.getByRole("button", { name: "Evaluate" }).waitFor();
  });

  test("Escape closes a menu, and the focus is back on what opened it", async () => {
    const { page } = await open(`${studio.url}runs/demo`);
    const draw = page.getByText("Draw", { exact: true });
    await draw.press("Enter");
    await page.getByRole("button", { name: "traverse" }).focus();
    await page.keyboard.press("Escape");
    expect(await page.locator("details[open]").count()).toBe(0);
    expect(await page.locator(":focus").innerText()).toBe("Draw");
    await page.goto(studio.url);
    await page.getByText("Columns", { exact: true }).press("Enter");
    await page.getByLabel("Status", { exact: true }).focus();
    await page.keyboard.press("Escape");
    expect(await page.locator(":focus").innerText()).toBe("Columns");
  });

  test("a sweep that is not there says so, and one whose record is damaged what is wrong with it", async () => {
    writeRecord(join(folder, "broken"), "broken", []);
    rewrite("broken/sweep.json", (text) => text.slice(0, 20));
    const { page } = await open(`${studio.url}sweeps/broken`);
    await page.getByText("broken/sweep.json: ").waitFor();
    await page.goto(`${studio.url}sweeps/none`);
    await page.getByText("There is no sweep none in this folder").waitFor();
    expect(await page.getByRole("table").count()).toBe(0);
  });
});
