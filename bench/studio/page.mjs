/**
 * The studio's table of many runs in headless Chromium: how soon it is there, and how smoothly it scrolls.
 *
 *   npm run crowd -- 1000 --folder DIR && node bench/studio/page.mjs DIR
 */
import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [folder] = process.argv.slice(2);
const runs = readdirSync(folder, { recursive: true }).filter((path) => /(^|\/)run\.json$/.test(path)).length;
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
const session = await page.context().newCDPSession(page);
await session.send("Performance.enable", { timeDomain: "threadTicks" });
/** Seconds of a core that the page's main thread has had. */
const worked = async () =>
  (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value;
for (let turn = 1; turn <= 4; turn++) {
  await page.goto(url, { waitUntil: "commit" });
  const begun = await worked();
  const shown = await page.evaluate(
    (count) =>
      new Promise((resolve) => {
        let first;
        const look = () => {
          if (document.querySelector("[role=rowheader]") !== null) first ??= performance.now();
          if (document.querySelector(".count")?.textContent !== `${count} runs`) requestAnimationFrame(look);
          else requestAnimationFrame(() => resolve({ first, all: performance.now() }));
        };
        look();
      }),
    runs,
  );
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) =>
        new PerformanceObserver((list) => {
          for (const { name, startTime } of list.getEntries())
            if (name === "first-contentful-paint") resolve(startTime);
        }).observe({ type: "paint", buffered: true }),
      ),
  );
  console.log(
    `open ${turn}: first paint ${paint.toFixed(0)} ms, first rows ${shown.first.toFixed(0)} ms, all ${runs} there ${shown.all.toFixed(0)} ms, ${(1000 * ((await worked()) - begun)).toFixed(0)} ms of the main thread`,
  );
}
const before = await worked();
const scrolled = await page.evaluate(
  () =>
    new Promise((resolve) => {
      const table = document.querySelector("[role=table]");
      const frames = [];
      const step = (at) => {
        frames.push(at);
        table.scrollTop += 150; // 9,000 pixels a second at 60 frames.
        if (table.scrollTop < table.scrollHeight - table.clientHeight - 1) requestAnimationFrame(step);
        else resolve({ frames, inPage: document.querySelectorAll("[role=row]").length });
      };
      requestAnimationFrame(step);
    }),
);
const work = (1000 * ((await worked()) - before)) / scrolled.frames.length;
const gaps = scrolled.frames.slice(1).map((at, i) => at - scrolled.frames[i]);
const late = gaps.filter((gap) => gap > 25).length;
const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
console.log(
  `scrolled, 4 rows a frame: ${(1000 / mean).toFixed(1)} frames a second, longest ${Math.max(...gaps).toFixed(0)} ms, ${late} of ${gaps.length} late; ${work.toFixed(1)} ms of the main thread a frame; ${scrolled.inPage} rows in the page`,
);
const typed = await page.evaluate(async () => {
  const field = document.querySelector("input[type=search]");
  const begun = performance.now();
  field.value = "beta>8 seed:2";
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
