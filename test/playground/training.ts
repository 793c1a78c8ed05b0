/** Steps are those of Node; numbers that move; two models. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { resolveConfig } from "../../src/config/node.ts";
import { prepareTraining } from "../../src/trained/index.ts";
import { train } from "../../src/training/index.ts";
import { accessibilityProblems } from "../helpers/axe.ts";
import { portable } from "../helpers/portable.ts";
import { address, number, open, openWithGpu, pause, ready, small, steps, stepTo } from "./site.ts";

/** What Node's portable lowering finds at each of the first steps. */
async function stepsInNode(count: number, ...more: string[]): Promise<number[]> {
  const begin = JSON.parse(readFileSync(new URL("../../web/playground/first.json", import.meta.url), "utf8"));
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

export function training(): void {
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
      await page.getByText(device === "cpu" ? /^betalab's WebAssembly/ : /^betalab's WebGPU/).waitFor();
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
    await pause(page);
    const at = await number(page, "step");
    expect(at).toBeGreaterThan(110);
    await page.waitForURL(/objective\.beta=30/);

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
    await pause(page);
    // The one behind takes the steps that it lacks.
    await ready(page);
    await page.waitForFunction(`new Set(${both}).size === 1`);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("a training that has come to its end goes on, for as many epochs again", async () => {
    const { page, problems } = await open(address("training.epochs=1"));
    await ready(page);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByText("All 1 epoch of the config are done: Train goes on for as many again.").waitFor();
    // 540 images to train on, 32 a step.
    const ended = 16;
    await stepTo(page, ended);
    await ready(page);
    const [next] = await steps(page, 1);
    expect(await number(page, "step")).toBe(ended + 1);
    await page.waitForURL(/training\.epochs=2/);

    // The same step as that of a training of two epochs from the beginning.
    const { page: longer } = await open(address("training.epochs=2"));
    await ready(longer);
    expect((await steps(longer, ended + 1)).at(-1)).toBe(next);
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
}
