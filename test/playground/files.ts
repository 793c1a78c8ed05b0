/** What is taken along, and what is brought. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { expect, test } from "vitest";
import { encodeIdx } from "../../src/data/formats/idx.ts";
import { evaluate } from "../../src/jobs/evaluate.ts";
import { OpenRun } from "../../src/trained/index.ts";
import { accessibilityProblems } from "../helpers/axe.ts";
import { runJob } from "../helpers/jobs.ts";
import { address, bring, folder, number, open, ready, says, steps } from "./site.ts";

/** A zip whose directory claims 2 GB for its one member. */
function bomb(): Uint8Array {
  const zip = zipSync({ "a.npy": new Uint8Array(100) });
  const view = new DataView(zip.buffer, zip.byteOffset);
  for (let at = 0; at < zip.length - 4; at++) {
    if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 2e9, true);
  }
  return zip;
}

export function files(): void {
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
    await says(page, "with so few, the batch size is 16");
    await page.waitForURL(/data\.source=idx.*data\.batchSize=16/);
    await ready(page);
    const [loss] = await steps(page, 1);
    expect(loss).toBeGreaterThan(40);
    expect(problems).toEqual([]);
  });
}
