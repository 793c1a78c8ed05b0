/**
 * How long the site's pages keep their own thread from a click: the tasks of the main thread while a page loads and while models
 * train in it, in a headless Chromium of 1280×800, by the clock and by the processor's time, which other programs lengthen less.
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { BetalabError } from "../src/base/errors.ts";
import { serve } from "../test/helpers/site.ts";
import type { Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import { chromiums } from "./page.ts";

const site = fileURLToPath(new URL("../../site", import.meta.url));

/** A page may keep a click waiting for so many milliseconds. */
const MOST = 50;

interface Scene {
  readonly name: string;
  /** Below the site. */
  readonly address: string;
  /** Before it is looked at; without one the loading is looked at. */
  readonly prepare?: (page: Page) => Promise<void>;
}

const click = (page: Page, name: string): Promise<void> =>
  page.getByRole("button", { name, exact: true }).first().click();

const scenes: readonly Scene[] = [
  { name: "the playground, loading", address: "" },
  { name: "the tutorial's first step, loading", address: "tutorial/recognition/" },
  { name: "the tutorial's `objective`, loading", address: "tutorial/objective/" },
  { name: "one MLP, training", address: "", prepare: (page) => click(page, "Train") },
  {
    name: "two MLPs side by side, training",
    address: "",
    async prepare(page) {
      await click(page, "Compare two models");
      await click(page, "Train");
    },
  },
];

interface Row {
  readonly name: string;
  /** ms of the largest task: of the processor, and by the clock. */
  readonly processor: number;
  readonly clock: number;
  /** Tasks that took more than MOST by the clock, and by the processor. */
  readonly late: number;
  readonly busy: number;
  /** Steps that the first model took, a second; where it trains. */
  readonly steps?: number;
}

export interface WaitsReport {
  readonly browser: string;
  readonly rows: readonly Row[];
}

export async function measureWaits(
  { seconds, rounds }: BenchOptions,
  progress: (text: string) => void,
): Promise<WaitsReport> {
  if (!existsSync(join(site, "index.html")))
    throw new BetalabError("config", "there is no site/ to look at", "npm run build && npm run site");
  const executablePath = chromiums.find(existsSync);
  if (executablePath === undefined) throw new BetalabError("device", "there is no Chromium here");
  const host = await serve(site, { isolated: true });
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless", "--no-sandbox", "--disable-gpu"],
  });
  const rows: Row[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      for (const { name, address, prepare } of scenes) {
        progress(`round ${round + 1} of ${rounds}: ${name}`);
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        await page.goto(prepare === undefined ? "about:blank" : host.url + address);
        await prepare?.(page);
        // What a training begins with is compiled by then.
        if (prepare !== undefined) await wait(4000);
        const step = () => page.locator("[data-metric=step]").first().textContent();
        const before = prepare && (await step());
        await browser.startTracing(page, {
          categories: ["disabled-by-default-devtools.timeline", "devtools.timeline", "toplevel"],
        });
        if (prepare === undefined) await page.goto(host.url + address);
        await wait((seconds / rounds) * 1000);
        const trace = JSON.parse((await browser.stopTracing()).toString()) as {
          traceEvents: readonly TraceEvent[];
        };
        const after = prepare && (await step());
        const count = (text: string | null | undefined) => Number((text ?? "").replace(/\D/g, ""));
        rows.push({
          name,
          ...tasksOf(trace.traceEvents),
          ...(prepare && { steps: (count(after) - count(before)) / (seconds / rounds) }),
        });
        await page.close();
      }
    }
    return { browser: `Chromium ${browser.version()}`, rows };
  } finally {
    await browser.close();
    await host.close();
  }
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** Of the page's main thread: the one that did the most, since others of that name stand by. */
function tasksOf(events: readonly TraceEvent[]): Pick<Row, "processor" | "clock" | "late" | "busy"> {
  const key = ({ pid, tid }: TraceEvent): string => `${pid} ${tid}`;
  const mains = new Set(
    events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain").map(key),
  );
  const tasks = new Map([...mains].map((main): [string, TraceEvent[]] => [main, []]));
  for (const event of events) if (event.name === "RunTask") tasks.get(key(event))?.push(event);
  const [own = []] = [...tasks.values()].sort((a, b) => total(b) - total(a));
  const clock = own.map(({ dur = 0 }) => dur / 1000);
  const processor = own.map(({ tdur = 0 }) => tdur / 1000);
  return {
    processor: Math.max(0, ...processor),
    clock: Math.max(0, ...clock),
    late: clock.filter((one) => one > MOST).length,
    busy: processor.filter((one) => one > MOST).length,
  };
}

const total = (tasks: readonly TraceEvent[]): number => tasks.reduce((sum, { tdur = 0 }) => sum + tdur, 0);

export function formatWaits(
  report: WaitsReport & { readonly machine: Machine; readonly command: string; readonly date: string },
): string {
  const { browser, rows, machine, command, date } = report;
  return [
    `${date}  ${command}`,
    `${browser}; ${machine.cpu}, ${machine.cores} cores, load before ${machine.load.toFixed(1)}`,
    "largest task: processor    clock   over 50 ms: clock, processor   steps/s",
    ...rows.map(
      ({ name, processor, clock, late, busy, steps }) =>
        `${name.padEnd(40)} ${processor.toFixed(1).padStart(6)} ms ${clock.toFixed(1).padStart(6)} ms ${String(late).padStart(4)} ${String(busy).padStart(4)} ${steps?.toFixed(1).padStart(8) ?? ""}`,
    ),
  ].join("\n");
}
