/**
 * The studio's table of a thousand runs in headless Chromium: how soon it is there, and how smoothly it scrolls.
 *
 *   node bench/studio.mjs RUN [COUNT]
 *
 * RUN is any run; COUNT runs (1000) with its files but its checkpoints, other settings and other numbers are made of it in a
 * folder that is deleted at the end. It needs `npm run build`.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [run, count = "1000"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "betalab-studio-bench-"));
const information = JSON.parse(readFileSync(join(run, "run.json"), "utf8"));
const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
for (let i = 0; i < Number(count); i++) {
  const home = join(folder, `betas-${i % 10}`, `run-${i}`);
  mkdirSync(home, { recursive: true });
  const config = structuredClone(information.config);
  config.objective.beta = 2 ** (i % 7);
  config.seed = i % 11;
  config.model.latentDim = 5 + (i % 5);
  const createdAt = new Date(Date.now() - i * 1e5).toISOString();
  writeFileSync(
    join(home, "run.json"),
    JSON.stringify({ ...information, name: `run-${i}`, config, seed: config.seed, createdAt }),
  );
  const records = lines.map((line) => {
    const { crc32, ...record } = JSON.parse(line);
    return JSON.stringify({ ...record, negativeElbo: record.negativeElbo + (i % 97) / 10 });
  });
  writeFileSync(join(home, "metrics.jsonl"), `${records.join("\n")}\n`);
}

const started = performance.now();
const server = spawn(
  process.execPath,
  ["bin/betalab.js", "studio", folder, "--port", "0", "--no-open", "--json"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
const url = await new Promise((resolve) =>
  server.stdout.once("data", (text) => resolve(JSON.parse(String(text).split("\n")[0]).url)),
);
console.log(`the studio's address after ${(performance.now() - started).toFixed(0)} ms`);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--headless", "--no-sandbox", "--disable-gpu"],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
for (let turn = 1; turn <= 4; turn++) {
  await page.goto(url, { waitUntil: "commit" });
  const shown = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const look = () =>
          document.querySelector("[role=rowheader]") === null
            ? requestAnimationFrame(look)
            : requestAnimationFrame(() =>
                resolve({
                  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
                  rows: performance.now(),
                }),
              );
        look();
      }),
  );
  console.log(
    `open ${turn}: first paint ${shown.first?.toFixed(0)} ms, all rows reachable ${shown.rows.toFixed(0)} ms`,
  );
}
const scrolled = await page.evaluate(
  () =>
    new Promise((resolve) => {
      const table = document.querySelector("[role=table]");
      const frames = [];
      const begun = performance.now();
      const step = (at) => {
        frames.push(at);
        const share = (performance.now() - begun) / 4000;
        table.scrollTop = share * (table.scrollHeight - table.clientHeight);
        if (share < 1) requestAnimationFrame(step);
        else resolve({ frames, inPage: document.querySelectorAll("[role=row]").length });
      };
      requestAnimationFrame(step);
    }),
);
const gaps = scrolled.frames.slice(1).map((at, i) => at - scrolled.frames[i]);
const late = gaps.filter((gap) => gap > 25).length;
const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
console.log(
  `scrolled ${count} runs in 4 s: ${(1000 / mean).toFixed(1)} frames a second, longest ${Math.max(...gaps).toFixed(0)} ms, ${late} of ${gaps.length} late; ${scrolled.inPage} rows in the page`,
);
const typed = await page.evaluate(async () => {
  const field = document.querySelector("input[type=search]");
  const begun = performance.now();
  field.value = "beta>8 seed:3";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return {
    took: performance.now() - begun,
    text: document.querySelector("[role=status].count, .count")?.textContent,
  };
});
console.log(`filtered in ${typed.took.toFixed(0)} ms: ${typed.text}`);
await browser.close();
server.kill();
rmSync(folder, { recursive: true, force: true });
