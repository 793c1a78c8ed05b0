/** What the browser keeps. */

import { expect, test } from "vitest";
import { address, number, open, pause, ready, says, steps, stepTo } from "./site.ts";

/** The step at which what the browser keeps stands, or null. */
const keptStep = `new Promise((resolve) => {
  const opening = indexedDB.open("keyval-store");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("keyval").objectStore("keyval").get("betalab last session");
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result?.checkpoints[0].step ?? null); };
  };
})`;

export function sessions(): void {
  test("the last session is kept: it goes on after a reload as if nothing had been", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await stepTo(page, 20);
    await pause(page);
    await expect.poll(() => page.evaluate(keptStep)).toBeGreaterThan(19);
    const at = await page.evaluate<number>(keptStep);
    expect(await number(page, "step")).toBe(at);
    // Another tab, and another address: it is the session that says what is trained.
    const other = await page.context().newPage();
    await other.goto(address("model.latentDim=3"));
    await says(other, `Your last session stopped at step ${at}.`);
    await other.getByRole("button", { name: "Go on with it" }).click();
    await other.waitForFunction(`document.querySelector("[data-metric=step]").dataset.value === "${at}"`);
    await ready(other);
    await other.waitForURL(/model\.latentDim=4/);
    const [next] = await steps(other, 1);
    expect(await steps(page, 1)).toEqual([next]);
    await other.reload();
    await other.getByRole("button", { name: "Forget it" }).click();
    await expect.poll(() => page.evaluate(keptStep)).toBeNull();
    expect(problems).toEqual([]);
  });

  test("a session whose config is none any more is said, and the page stays", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.evaluate(`new Promise((resolve) => {
      const opening = indexedDB.open("keyval-store", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("keyval");
      opening.onsuccess = () => {
        const session = { format: 1, hash: "model.latents=4", checkpoints: [{ step: 7 }] };
        const store = opening.result.transaction("keyval", "readwrite").objectStore("keyval");
        store.put(session, "betalab last session").onsuccess = () => { opening.result.close(); resolve(); };
      };
    })`);
    await page.reload();
    await says(page, "Your last session stopped at step 7.");
    await page.getByRole("button", { name: "Go on with it" }).click();
    await says(page, "The last session has a config that can’t be used any more: unknown key model.latents");
    expect((await steps(page, 1))[0]).toBeGreaterThan(100);
    expect(problems).toEqual([]);
  });

  test("no room for the session: said once, and training goes on", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.evaluate(
      `IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }`,
    );
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await stepTo(page, 5);
    await pause(page);
    await says(page, "The browser can’t keep this session (there is no room for it). Training goes on");
    const at = await number(page, "step");
    await steps(page, 1);
    expect(await number(page, "step")).toBe(at + 1);
    expect(problems).toEqual([]);
  });

  test("a tab in the background trains on, and is kept", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await stepTo(page, 5);
    const hide = (isHidden: boolean) =>
      page.evaluate(`
        Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));`);
    // A page that is not shown has no frames.
    await page.evaluate(
      "{ const shown = requestAnimationFrame; const held = []; globalThis.show = () => { globalThis.requestAnimationFrame = shown; held.forEach(shown); }; globalThis.requestAnimationFrame = (draw) => held.push(draw); }",
    );
    await hide(true);
    await expect.poll(() => page.evaluate(keptStep)).toBeGreaterThan(4);
    const kept = await page.evaluate<number>(keptStep);
    const seen = await number(page, "step");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await number(page, "step")).toBeLessThanOrEqual(seen + 1);
    await hide(false);
    await page.evaluate("show()");
    await stepTo(page, kept + 20);
    expect(problems).toEqual([]);
  });
}
