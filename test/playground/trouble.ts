/** What goes wrong, and hosts that give less. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { killGpuProcess } from "../helpers/browser.ts";
import { serve } from "../helpers/site.ts";
import { address, number, open, openWithGpu, ready, says, site, small, steps, stepTo, url } from "./site.ts";

export function trouble(): void {
  test("a worker that ends: what was asked of it is refused with a sentence, and Reset begins again", async () => {
    const { page } = await open(address());
    await ready(page);
    await steps(page, 1);
    const worker = page.workers().find((one) => /worker-/.test(one.url()))!;
    await worker.evaluate("globalThis.postMessage = () => {}");
    await page.getByText("Take it with you").click();
    await page.getByRole("button", { name: "Run directory (zip)" }).click();
    await worker.evaluate("setTimeout(() => { throw new Error('out of memory'); })");
    await says(page, "Uncaught Error: out of memory");
    await page.getByRole("alert").filter({ hasText: "out of memory" }).waitFor();
    await page.getByRole("button", { name: "Run directory (zip)" }).click();
    await says(page, "no model is open");
    await page.getByRole("button", { name: "Reset" }).click();
    await ready(page);
    expect((await steps(page, 1))[0]).toBeGreaterThan(100);
  });

  test("WebGPU that is lost in mid-training: WebAssembly goes on from the last checkpoint, and it is said", async (context) => {
    const { page } = await openWithGpu(address("device=webgpu", "data.batchSize=8"));
    if (!(await page.evaluate("navigator.gpu?.requestAdapter().then(Boolean)")))
      return context.skip("this Chromium has no WebGPU in software");
    await ready(page, 120_000);
    await page.getByText(/^betalab's WebGPU/).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.waitForFunction(
      `Number(document.querySelector("[data-metric=step]").dataset.value) >= 2`,
      null,
      { timeout: 120_000 },
    );
    killGpuProcess();
    await page
      .getByText(/^WebGPU was lost at step \d+ \(.*\): training goes on with WebAssembly from step \d+$/)
      .waitFor({ timeout: 60_000 });
    const at = await number(page, "step");
    await stepTo(page, at + 20);
    await page.getByText("betalab's WebAssembly, one thread").waitFor();
  }, 240_000);

  test("a broken address is said, and the page begins", async () => {
    const { page, problems } = await open(`${url}#model.latentDim=-3`);
    await says(page, /The address holds a config that can’t be used: model\.latentDim/);
    await ready(page);
    const field = page.getByLabel("Latents", { exact: true });
    const before = await field.inputValue();
    await field.fill("0");
    await field.press("Enter");
    await says(page, "model.latentDim is 0: expected at least 1.");
    expect(await field.inputValue()).toBe(before);
    await page.getByLabel("learning rate as a number").fill("1e9");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    const alert = page.getByRole("alert").filter({ hasText: "training diverged at step" });
    await alert.waitFor();
    expect((await alert.boundingBox())!.y).toBeLessThan(400);
    expect(problems).toEqual([]);
  });

  test("without a GPU WebAssembly is used, and the page says so", async () => {
    const { page } = await open(address("device=webgpu"));
    await ready(page);
    await page.getByText(/"webgpu" does not work here: .*: WebAssembly is used/).waitFor();
    expect((await steps(page, 1))[0]).toBeGreaterThan(100);
  });

  test("isolated by its host: threads, and the bits of one; and without a host once it is loaded", async () => {
    const own = await serve(site, { isolated: true, below: "some/where/" });
    const hash = [...small, "threads=3"].map(encodeURIComponent).join("&");
    const { page, problems } = await open(`${own.url}#${hash}`);
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    await ready(page);
    await page.getByText("betalab's WebAssembly, 3 threads").waitFor();
    const found = await steps(page, 3);
    expect(page.workers().filter((worker) => worker.url().startsWith("blob:"))).toHaveLength(2);
    const { page: other } = await open(address("threads=3"));
    await ready(other);
    await other.getByText("betalab's WebAssembly, one thread").waitFor();
    await other
      .getByText("more threads need a worker of a page that is served with the headers COOP")
      .waitFor();
    expect(await steps(other, 3)).toEqual(found);

    await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
    await page.waitForFunction("navigator.serviceWorker.controller !== null");
    // The engines of ONNX Runtime alone are kept no sooner than they are used.
    const kept = readFileSync(join(site, "sw.js"), "utf8");
    const scripts = readdirSync(join(site, "assets")).filter((name) => name.endsWith(".js"));
    const away = scripts.filter((name) => !kept.includes(`"assets/${name}"`));
    expect(away.filter((name) => !/^(ort|tutorial|Editor|steps)/.test(name))).toEqual([]);
    await own.close();
    await page.reload();
    await ready(page);
    expect(await steps(page, 3)).toEqual(found);
    expect(problems).toEqual([]);
  });
}
