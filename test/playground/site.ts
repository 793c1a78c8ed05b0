/** The built page, served, and what the tests do with it. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { buildSite } from "../../web/site.js";
import { browserPages } from "../helpers/browser.ts";
import { serve } from "../helpers/site.ts";

export const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
export const site = join(folder, "site");
export const open = browserPages();
export const openWithGpu = browserPages({ webgpu: true });
/** Of the page, once it is served. */
export let url = "";
let close = async (): Promise<void> => {};

export async function start(): Promise<void> {
  await buildSite(site, { steps: 40 });
  ({ url, close } = await serve(site));
}

export async function stop(): Promise<void> {
  await close();
  rmSync(folder, { recursive: true, force: true });
}

/** A small training: the page's first config with these. */
export const small = [
  "model.hidden=[32]",
  "data.count=600",
  "data.batchSize=32",
  "model.latentDim=4",
  "training.epochs=5000",
];
export const address = (...more: string[]): string =>
  `${url}#${[...small, ...more].map(encodeURIComponent).join("&")}`;

export const number = async (page: Page, name: string): Promise<number> =>
  Number(await page.getAttribute(`[data-metric=${name}]`, "data-value"));
export const ready = (page: Page, timeout = 30_000) =>
  page.getByRole("button", { name: "Train", exact: true }).and(page.locator(":enabled")).waitFor({ timeout });
export const stepTo = (page: Page, step: number) =>
  page.waitForFunction(`Number(document.querySelector("[data-metric=step]").dataset.value) >= ${step}`);

/** Pauses, and waits until the numbers on the screen, which come a moment after the button's, are the last step's. */
export async function pause(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Pause" }).click();
  await ready(page);
  for (let before = Number.NaN, now = await number(page, "step"); now !== before; ) {
    await page.waitForTimeout(300);
    before = now;
    now = await number(page, "step");
  }
}

/** Takes single steps; −ELBO of each. */
export async function steps(page: Page, count: number): Promise<number[]> {
  const values: number[] = [];
  const first = await number(page, "step");
  for (let i = 1; i <= count; i++) {
    await page.getByRole("button", { name: "Step" }).click();
    await stepTo(page, first + i);
    values.push(await number(page, "negativeElbo"));
  }
  return values;
}

export const bring = (page: Page, ...files: { name: string; buffer: Uint8Array }[]) =>
  page.setInputFiles(
    "input[aria-label='Data or a run']",
    files.map(({ name, buffer }) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(buffer),
    })),
  );
export const says = (page: Page, text: string | RegExp) =>
  page.getByRole("status").filter({ hasText: text }).waitFor();
