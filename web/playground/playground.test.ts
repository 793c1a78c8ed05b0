import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { unzipSync, zipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeSafetensors } from "../../src/base/safetensors.ts";
import { resolveConfig } from "../../src/config/node.ts";
import { encodeIdx } from "../../src/data/formats/idx.ts";
import { evaluate } from "../../src/jobs/evaluate.ts";
import { inferenceState, OpenRun, prepareTraining } from "../../src/trained/index.ts";
import { Evaluator, State, train } from "../../src/training/index.ts";
import { accessibilityProblems } from "../../test/helpers/axe.ts";
import { browserPages, hasBrowser, killGpuProcess } from "../../test/helpers/browser.ts";
import { runJob } from "../../test/helpers/jobs.ts";
import { portable } from "../../test/helpers/portable.ts";
import { notBuilt } from "../../test/helpers/processes.ts";
import { serve } from "../../test/helpers/site.ts";
import { buildSite } from "../site.js";

const folder = mkdtempSync(join(tmpdir(), "betalab-test-"));
const site = join(folder, "site");
const open = browserPages();
const openWithGpu = browserPages({ webgpu: true });
let url = "";
let close = async (): Promise<void> => {};

/** A small training: the page's first config with these. */
const small = [
  "model.hidden=[32]",
  "data.count=600",
  "data.batchSize=32",
  "model.latentDim=4",
  "training.epochs=5000",
];
const address = (...more: string[]): string =>
  `${url}#${[...small, ...more].map(encodeURIComponent).join("&")}`;

const inSite = (address: string): string => address.slice(url.length);
const gzipped = (names: ReadonlySet<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(site, name))).length, 0);

const number = async (page: Page, name: string): Promise<number> =>
  Number(await page.getAttribute(`[data-metric=${name}]`, "data-value"));
const ready = (page: Page, timeout = 30_000) =>
  page.getByRole("button", { name: "Train", exact: true }).and(page.locator(":enabled")).waitFor({ timeout });
const stepTo = (page: Page, step: number) =>
  page.waitForFunction(`Number(document.querySelector("[data-metric=step]").dataset.value) >= ${step}`);

/** Takes single steps; −ELBO of each. */
async function steps(page: Page, count: number): Promise<number[]> {
  const values: number[] = [];
  const first = await number(page, "step");
  for (let i = 1; i <= count; i++) {
    await page.getByRole("button", { name: "Step" }).click();
    await stepTo(page, first + i);
    values.push(await number(page, "negativeElbo"));
  }
  return values;
}

/** What Node's portable lowering finds at each of the first steps. */
async function stepsInNode(count: number, ...more: string[]): Promise<number[]> {
  const begin = JSON.parse(readFileSync(new URL("first.json", import.meta.url), "utf8"));
  const set = [...begin.set, ...small, ...more, "training.stepsPerCall=1", "device=cpu"];
  const { config } = resolveConfig(begin.preset, { set });
  const values: number[] = [];
  const job = await prepareTraining(config);
  for await (const event of train({ ...job, runtime: portable(job.runtime) })) {
    if (event.type === "step") values.push(event.terms.negativeElbo as number);
    if (values.length === count) break;
  }
  return values;
}

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
  const { preset, set } = JSON.parse(readFileSync(new URL("first.json", import.meta.url), "utf8"));
  const { config } = resolveConfig(preset, { set: [...set, "device=cpu"] });
  const job = await prepareTraining(config);
  const state = State.restore(inferenceState(job.vae), Object.fromEntries(wide));
  const evaluator = await Evaluator.create(job.runtime, job.vae);
  const { reconstruction, kl } = await evaluator.evaluate(state, job.data.heldOut, config.seed);
  return { reconstruction: expect.closeTo(reconstruction, 2), kl: expect.closeTo(kl, 3) };
}

/** The step at which what the browser keeps stands, or null. */
const keptStep = `new Promise((resolve) => {
  const opening = indexedDB.open("keyval-store");
  opening.onsuccess = () => {
    const asked = opening.result.transaction("keyval").objectStore("keyval").get("betalab last session");
    asked.onsuccess = () => { opening.result.close(); resolve(asked.result?.checkpoints[0].step ?? null); };
  };
})`;

const bring = (page: Page, ...files: { name: string; buffer: Uint8Array }[]) =>
  page.setInputFiles(
    "input[aria-label='Data or a run']",
    files.map(({ name, buffer }) => ({
      name,
      mimeType: "application/octet-stream",
      buffer: Buffer.from(buffer),
    })),
  );
const says = (page: Page, text: string | RegExp) =>
  page.getByRole("status").filter({ hasText: text }).waitFor();

describe.skipIf(!hasBrowser || notBuilt !== undefined)("the playground in a browser", () => {
  beforeAll(async () => {
    await buildSite(site, { steps: 40 });
    ({ url, close } = await serve(site));
  }, 180_000);
  afterAll(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });

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

  // Plain gradient descent, for why see test/page-training.test.ts.
  const conv = ["model.architecture=conv", "model.width=4", "model.hidden=32", "data.size=16"];
  const descent = ["data.batchSize=8", "optimizer.kind=sgd", "optimizer.learningRate=1e-4"];
  test.for([
    ["a conv net", "cpu", [...conv, ...descent]],
    ["the MLP", "webgpu", ["data.batchSize=8"]],
    ["a conv net", "webgpu", [...conv, ...descent]],
  ] as const)(
    "takes the fifty steps that Node takes: %s, %s",
    { timeout: 240_000 },
    async ([_, device, more], context) => {
      const { page } = await (device === "cpu" ? open : openWithGpu)(address(...more, `device=${device}`));
      if (device === "webgpu" && !(await page.evaluate("navigator.gpu?.requestAdapter().then(Boolean)")))
        return context.skip("this Chromium has no WebGPU in software");
      await ready(page, 120_000);
      await page
        .getByText(device === "cpu" ? /^betalab's WebAssembly/ : /^onnxruntime-web .*webgpu/i)
        .waitFor();
      const found = await steps(page, 50);
      const wanted = await stepsInNode(50, ...more);
      expect(Math.max(...found.map((value, i) => Math.abs(value / wanted[i]! - 1)))).toBeLessThan(1e-5);
    },
  );

  test("takes the fifty steps that Node takes, and goes on while β moves", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    const found = await steps(page, 50);
    const wanted = await stepsInNode(50);
    expect(Math.max(...found.map((value, i) => Math.abs(value / wanted[i]! - 1)))).toBeLessThan(1e-5);
    await page.getByRole("button", { name: "Train" }).click();
    await stepTo(page, 110);
    const before = await number(page, "kl");
    const beta = page.getByRole("spinbutton", { name: "beta as a number" });
    await beta.fill("30");
    await beta.press("Enter");
    await page.waitForFunction(
      `Number(document.querySelector("[data-metric=kl]").dataset.value) < ${before / 2}`,
    );
    await page.getByRole("button", { name: "Pause" }).click();
    await ready(page);
    const at = await number(page, "step");
    expect(at).toBeGreaterThan(110);
    expect(decodeURIComponent(page.url())).toContain("objective.beta=30");

    // Whoever opens the address gets the same config, from the beginning; reset is the same.
    await page.reload();
    await ready(page);
    expect(await number(page, "step")).toBe(0);
    expect(await beta.inputValue()).toBe("30");
    const [again] = await steps(page, 1);
    expect(again).toBe(found[0]);
    await page.getByRole("button", { name: "Reset" }).click();
    await page.waitForFunction(`document.querySelector("[data-metric=step]").dataset.value === "0"`);
    expect(problems).toEqual([]);
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
    expect(drawn).toMatch(/^z[₀-₉]: μ (-?[\d.]+), σ [\d.]+, z \1$/);
    await page.getByRole("button", { name: "Draw z again" }).click();
    // The last of the stroke may still be on its way, with z = μ: what is asked for is a z that is not.
    await page.waitForFunction(
      `!/μ (-?[\\d.]+), σ [\\d.]+, z \\1$/.test(document.querySelector(".latent").title)`,
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

  test("a run that is taken along opens in Node, and goes on when it is dropped again", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await steps(page, 3);
    await page.getByText("Take it with you").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Run directory (zip)" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("playground.zip");
    const zipped = readFileSync(await download.path());
    for (const [path, bytes] of Object.entries(unzipSync(zipped))) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    const run = OpenRun.open(join(folder, "playground"));
    expect([run.step, run.notes]).toEqual([3, []]);
    const { value } = await runJob(evaluate, join(folder, "playground"), { samples: 2 });
    expect(value.images).toBe(60);

    const fourth = (await steps(page, 1))[0]!;
    const { page: other } = await open(address("seed=7"));
    await ready(other);
    await bring(other, { name: "playground.zip", buffer: zipped });
    await says(other, "playground is open at step 3; Train goes on.");
    await ready(other);
    expect(await steps(other, 1)).toEqual([fourth]);
    expect(await number(other, "step")).toBe(4);
    expect(problems).toEqual([]);
  });

  test("a report is taken along that runs by itself, and decodes", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await steps(page, 2);
    await page.getByText("Take it with you").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Report (HTML)" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("playground-report.html");
    const file = join(folder, "report.html");
    writeFileSync(file, readFileSync(await download.path()));
    const { page: report, problems: others, requests } = await open(file);
    expect(await report.locator(".summary p").first().innerText()).toBe(
      "A VAE with 4 latents, trained in a page for 2 steps on 540 images of digits.",
    );
    await expect.poll(() => report.locator("#timing").innerText()).toMatch(/^decoded in \d/);
    expect(await report.getByRole("slider").count()).toBeGreaterThanOrEqual(4);
    expect(await report.locator("#explorer a.word").allInnerTexts()).toEqual(["KL"]);
    const footnote = report.locator((await report.locator("#explorer a.word").first().getAttribute("href"))!);
    expect(await footnote.locator("dt").innerText()).toContain("KL");
    expect(await accessibilityProblems(report)).toEqual([]);
    expect(requests.filter((one) => !/^(file|data|blob):/.test(one))).toEqual([]);
    expect([...problems, ...others]).toEqual([]);
  });

  test("the last session is kept: it goes on after a reload as if nothing had been", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await stepTo(page, 20);
    await page.getByRole("button", { name: "Pause" }).click();
    await ready(page);
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
    expect(decodeURIComponent(other.url())).toContain("model.latentDim=4");
    const [next] = await steps(other, 1);
    expect(await steps(page, 1)).toEqual([next]);
    await other.reload();
    await other.getByRole("button", { name: "Forget it" }).click();
    await expect.poll(() => page.evaluate(keptStep)).toBeNull();
    expect(problems).toEqual([]);
  });

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

  test("no room for the session: said once, and training goes on", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.evaluate(
      `IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); }`,
    );
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await stepTo(page, 5);
    await page.getByRole("button", { name: "Pause" }).click();
    await says(page, "The browser can’t keep this session (there is no room for it). Training goes on");
    const at = await number(page, "step");
    await steps(page, 1);
    expect(await number(page, "step")).toBe(at + 1);
    expect(problems).toEqual([]);
  });

  test("the second of two models is kept as it is", async () => {
    const { page, problems } = await open(address("b.objective.beta=8"));
    await page.waitForFunction("document.querySelectorAll('[data-metric=step]').length === 2");
    await ready(page);
    await page.getByRole("checkbox", { name: "keep B as it is" }).check();
    await page.getByRole("button", { name: "Step" }).click();
    await stepTo(page, 1);
    await page.getByRole("button", { name: "Step" }).click();
    await stepTo(page, 2);
    const both = "[...document.querySelectorAll('[data-metric=step]')].map((one) => one.dataset.value)";
    expect(await page.evaluate(both)).toEqual(["2", "0"]);
    expect(problems).toEqual([]);
  });

  test("WebGPU that is lost in mid-training: WebAssembly goes on from the last checkpoint, and it is said", async (context) => {
    const { page } = await openWithGpu(address("device=webgpu", "data.batchSize=8"));
    if (!(await page.evaluate("navigator.gpu?.requestAdapter().then(Boolean)")))
      return context.skip("this Chromium has no WebGPU in software");
    await ready(page, 120_000);
    await page.getByText(/^onnxruntime-web .*webgpu/i).waitFor({ timeout: 60_000 });
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

  test("two models, side by side", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    await page.getByRole("button", { name: "Compare two models" }).click();
    await page.waitForFunction("document.querySelectorAll('[data-metric=step]').length === 2");
    await page.getByText("B · β = 8").waitFor();
    await ready(page);
    await page.waitForFunction("document.querySelectorAll('.flow').length === 2");
    await page.getByRole("button", { name: "Step" }).click();
    await page.waitForFunction(
      "[...document.querySelectorAll('[data-metric=step]')].every((one) => one.dataset.value === '1')",
    );
    const values: string[] = await page.evaluate(
      "[...document.querySelectorAll('[data-metric=negativeElbo]')].map((one) => one.dataset.value)",
    );
    expect(values[0]).toBe(values[1]);

    // The second one's worker is kept busy: the first waits for it.
    await page
      .workers()
      .filter((one) => /worker-/.test(one.url()))
      .at(-1)!
      .evaluate(
        "setInterval(() => { const end = performance.now() + 60; while (performance.now() < end); }, 60)",
      );
    await page.getByRole("button", { name: "Train", exact: true }).click();
    const both = `[...document.querySelectorAll('[data-metric=step]')].map((one) => Number(one.dataset.value))`;
    for (let least = 0; least < 150; ) {
      const [a, b] = await page.evaluate<[number, number]>(both);
      // What is on the screen of either may be a few calls old.
      expect(Math.abs(a - b)).toBeLessThan(32 + 40);
      least = Math.min(a, b);
      await page.waitForTimeout(50);
    }
    await page.getByRole("button", { name: "Pause" }).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("data that is dropped, and what can't be used", async () => {
    const { page, problems } = await open(address());
    await ready(page);
    const count = 40;
    const pixels = Uint8Array.from({ length: count * 64 }, (_, i) => (i * 37) % 256);
    const images = encodeIdx([count, 8, 8], pixels);
    await bring(page, { name: "notes.txt", buffer: new TextEncoder().encode("no picture") });
    await says(page, "notes.txt is not a picture that this browser can read");
    await bring(page, { name: "t10k-images-idx3-ubyte", buffer: images.subarray(0, 900) });
    await says(page, "truncated, its header promises 2560 bytes of values and it has 884");
    await bring(page, { name: "bomb.zip", buffer: bomb() });
    await says(page, "bomb.zip would unpack to more than 1 GB");
    await bring(
      page,
      { name: "t10k-images-idx3-ubyte", buffer: images },
      {
        name: "t10k-labels-idx1-ubyte",
        buffer: encodeIdx(
          [count],
          Uint8Array.from({ length: count }, (_, i) => i % 3),
        ),
      },
    );
    await says(page, "t10k-images-idx3-ubyte: 40 images of 8 × 8, 0…255, with labels");
    await page.getByText("[8, 8, 1]").first().waitFor();
    expect(decodeURIComponent(page.url())).toContain("data.source=idx");
    await ready(page);
    const [loss] = await steps(page, 1);
    expect(loss).toBeGreaterThan(40);
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

  test("a broken address is said, and the page begins", async () => {
    const { page, problems } = await open(`${url}#model.latentDim=-3`);
    await says(page, /The address holds a config that can’t be used: model\.latentDim/);
    await ready(page);
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
    expect(away.filter((name) => !name.startsWith("ort") && !name.startsWith("tutorial"))).toEqual([]);
    await own.close();
    await page.reload();
    await ready(page);
    expect(await steps(page, 3)).toEqual(found);
    expect(problems).toEqual([]);
  });
});

/** A zip whose directory claims 2 GB for its one member. */
function bomb(): Uint8Array {
  const zip = zipSync({ "a.npy": new Uint8Array(100) });
  const view = new DataView(zip.buffer, zip.byteOffset);
  for (let at = 0; at < zip.length - 4; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 2e9, true);
  }
  return zip;
}
