/**
 * Training in a page: each library in a worker of its own, all in one page of a headless Chromium, taking turns: by one
 * thread and by all, or on WebGPU in software. What a first step needs over the wire is counted where it is served, compressed.
 */

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { rolldown } from "rolldown";
import { BetalabError } from "../src/base/errors.ts";
import { median } from "../src/base/statistics.ts";
import type { Machine } from "./machine.ts";
import type { BenchOptions } from "./options.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const names = ["mlp-50", "conv28", "burgess"] as const;
export const chromiums = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A worker's script, and what it is asked for. */
interface Contestant {
  readonly name: string;
  readonly script: string;
  readonly how: {
    readonly device: "cpu" | "webgpu";
    /** Of betalab: the device's own when left out. */
    readonly engine?: string;
    readonly threads: number;
  };
}

function contestantsOf({
  threads = availableParallelism(),
  stepPeers,
  device,
}: Pick<BenchOptions, "threads" | "stepPeers" | "device">): Contestant[] {
  const wanted = stepPeers.map(({ name }) => name);
  const counts = device === "cpu" && threads > 1 ? [1, threads] : [1];
  const by = (name: string, script = name, engine?: string): Contestant[] =>
    counts.map((count) => ({
      name: count === 1 ? name : `${name}, ${count} threads`,
      script,
      how: { device, threads: count, ...(engine !== undefined && { engine }) },
    }));
  return [
    ...by("betalab", "betalab"),
    ...(wanted.length === 0 ? by("onnxruntime-web", "betalab", "onnxruntime-web") : []),
    ...["jax-js", "tfjs"]
      .filter((name) => wanted.length === 0 || wanted.includes(name))
      .flatMap((name) => by(name)),
  ];
}

interface Row {
  readonly net: string;
  readonly name: string;
  /** Why there are no numbers. */
  readonly problem?: string;
  /** ms a step of each round. */
  readonly rounds: number[];
  /** ms from the worker's start to the end of its first step. */
  readonly first: number;
  /** Bytes that were fetched until then, gzipped. */
  readonly bytes: number;
}

export interface PageReport {
  readonly browser: string;
  readonly rows: readonly Row[];
}

/** The workers' scripts by name; those of packages that are not installed are missing. */
async function bundles(modules: string, scripts: ReadonlySet<string>): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const script of scripts) {
    const bundle = await rolldown({
      input: { [script]: join(root, "bench/page", `${script}.mjs`) },
      platform: "browser",
      resolve: { modules: [join(resolve(modules), "node_modules"), join(root, "node_modules")] },
      logLevel: "silent",
    });
    const made = await bundle
      // tfjs gives its threads a function's text: compressed, that leaves out its checks for names that are not there.
      .generate({
        format: "esm",
        minify: { mangle: true, compress: script !== "tfjs", codegen: true },
        chunkFileNames: `${script}-[name].js`,
      })
      .catch(() => undefined);
    const chunks = (made?.output ?? []).flatMap((part) => (part.type === "chunk" ? [part] : []));
    const names = new Set(chunks.map(({ fileName }) => fileName));
    const isWhole = chunks.every(({ imports, dynamicImports }) =>
      [...imports, ...dynamicImports].every((name) => names.has(name)),
    );
    if (isWhole) for (const { fileName, code } of chunks) files.set(`/${fileName}`, code);
  }
  return files;
}

/** A browser, and a server of the workers' scripts and their engines. */
async function openStand({ modules, device }: BenchOptions, contestants: readonly Contestant[]) {
  const executablePath = chromiums.find(existsSync);
  if (executablePath === undefined) throw new BetalabError("device", "there is no Chromium here");
  const files = await bundles(modules, new Set(contestants.map(({ script }) => script)));
  let fetched = 0;
  const folders: Readonly<Record<string, string>> = {
    ort: join(root, "node_modules/onnxruntime-web/dist"),
    tfjs: join(resolve(modules), "node_modules/@tensorflow/tfjs-backend-wasm/dist"),
  };
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url!, "http://page");
    const [, folder, file] = /^\/(\w+)\/([\w.-]+)$/.exec(pathname) ?? [];
    const body =
      file === undefined
        ? (files.get(pathname) ?? "<!doctype html>")
        : readFileSync(join(folders[folder!]!, file));
    const types: Readonly<Record<string, string>> = {
      ".js": "text/javascript",
      ".mjs": "text/javascript",
      ".wasm": "application/wasm",
    };
    response.setHeader("Content-Type", types[extname(pathname)] ?? "text/html");
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    fetched += gzipSync(body).length;
    response.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      ...(device === "cpu"
        ? ["--disable-gpu"]
        : ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]),
    ],
  });
  return {
    browser,
    has: (script: string): boolean => files.has(`/${script}.js`),
    async newPage(): Promise<Page> {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      return page;
    },
    /** Bytes that were fetched since it was asked last. */
    fetched(): number {
      const bytes = fetched;
      fetched = 0;
      return bytes;
    },
    async close(): Promise<void> {
      await browser.close();
      server.close();
    },
  };
}

const missing: Answer = { error: "not installed: see --modules" };

export async function measurePage(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<PageReport> {
  const { only, seconds, rounds } = options;
  const contestants = contestantsOf(options);
  const stand = await openStand(options, contestants);
  try {
    const rows: Row[] = [];
    for (const net of names.filter((name) => only.length === 0 || only.includes(name))) {
      const page = await stand.newPage();
      const own: Row[] = [];
      for (const { name, script, how } of contestants) {
        progress(`${net}: opening ${name}`);
        stand.fetched();
        const opened = stand.has(script)
          ? await ask(page, name, { open: net, ...how }, `/${script}.js`)
          : missing;
        const problem = opened.error;
        own.push({
          net,
          name,
          ...(problem !== undefined && { problem }),
          rounds: [],
          first: opened.milliseconds ?? 0,
          bytes: stand.fetched(),
        });
      }
      for (let round = -1; round < rounds; round++) {
        for (const row of own.filter(({ problem }) => problem === undefined)) {
          progress(`${net}: round ${round + 1} of ${rounds}, ${row.name}`);
          const { milliseconds, count } = await ask(page, row.name, { run: seconds / rounds });
          if (round >= 0) row.rounds.push(milliseconds! / count!);
        }
      }
      rows.push(...own);
      await page.close();
    }
    return { browser: `Chromium ${stand.browser.version()}`, rows };
  } finally {
    await stand.close();
  }
}

/** Steps after which memory is looked at. */
const MEMORY_STEPS = [200, 2000] as const;

interface PageMemory {
  readonly browser: string;
  /** MB that the page's process has resident, with nothing loaded and after each of the steps. */
  readonly rows: readonly {
    readonly name: string;
    readonly problem?: string;
    readonly empty: number;
    readonly after: readonly number[];
  }[];
}

/** What mlp-50's training takes in a page: each library in a browser of its own. */
export async function measurePageMemory(
  options: BenchOptions,
  progress: (text: string) => void,
): Promise<PageMemory> {
  const rows: PageMemory["rows"][number][] = [];
  let version = "";
  for (const contestant of contestantsOf({ ...options, threads: 1 })) {
    const { name, script, how } = contestant;
    const stand = await openStand(options, [contestant]);
    version = stand.browser.version();
    try {
      const page = await stand.newPage();
      const empty = await residentMegabytes(stand.browser);
      progress(`${name}: ${MEMORY_STEPS.at(-1)} steps`);
      const opened = stand.has(script)
        ? await ask(page, name, { open: "mlp-50", ...how }, `/${script}.js`)
        : missing;
      const after: number[] = [];
      if (opened.error === undefined) {
        let done = opened.count!;
        for (const steps of MEMORY_STEPS) {
          const { count } = await ask(page, name, { steps: steps - done });
          done += count!;
          after.push(await residentMegabytes(stand.browser));
          progress(`${name}: ${after.at(-1)!.toFixed(0)} MB after ${done} steps`);
        }
      }
      rows.push({ name, ...(opened.error !== undefined && { problem: opened.error }), empty, after });
    } finally {
      await stand.close();
    }
  }
  return { browser: `Chromium ${version}`, rows };
}

/** Of the largest of the browser's page processes; workers are threads of it. Linux. */
async function residentMegabytes(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))![1]) / 1000);
  return Math.max(...sizes);
}

export function formatPageMemory({
  browser,
  rows,
  machine,
  date,
  command,
}: PageMemory & { machine: Machine; date: string; command: string }): string {
  const lines = rows.map(({ name, problem, empty, after }) =>
    problem === undefined
      ? `| ${name} | ${[empty, ...after].map((one) => one.toFixed(0)).join(" MB | ")} MB |`
      : `| ${name} | ${problem} | | |`,
  );
  return [
    `${date}   ${command}`,
    `${machine.cpu}, ${machine.system}; ${browser}; mlp-50, batch 128`,
    "",
    `| library | empty page | ${MEMORY_STEPS.map((steps) => `after ${steps} steps`).join(" | ")} |`,
    "|---|---|---|---|",
    ...lines,
  ].join("\n");
}

interface Answer {
  readonly count?: number;
  readonly milliseconds?: number;
  readonly error?: string;
}

/** Seconds until a first step after which nobody waits any longer. */
const FIRST_STEP = 120;

/** Posts a message to a contestant's worker, which `script` starts, and waits for what it answers. */
function ask(page: Page, name: string, message: object, script?: string): Promise<Answer> {
  return page.evaluate<Answer>(`new Promise((resolve) => {
    const late = ${script !== undefined} && setTimeout(() => {
      workers[${JSON.stringify(name)}].terminate();
      resolve({ error: "no first step within ${FIRST_STEP} s" });
    }, ${1000 * FIRST_STEP});
    const workers = (globalThis.workers ??= {});
    const start = performance.now();
    const worker = (workers[${JSON.stringify(name)}] ??= new Worker(${JSON.stringify(script)}, { type: "module" }));
    worker.onmessage = ({ data }) => clearTimeout(late) || resolve(${script === undefined ? "data" : "{ ...data, milliseconds: performance.now() - start }"});
    worker.onerror = ({ message = "its script does not load" }) => resolve({ error: message });
    worker.postMessage(${JSON.stringify(message)});
  })`);
}

export function formatPage({
  browser,
  rows,
  machine,
  date,
  command,
}: PageReport & { machine: Machine; date: string; command: string }): string {
  const lines = rows.map(({ net, name, problem, rounds, first, bytes }) => {
    if (problem !== undefined) return `| ${net} | ${name} | ${problem} | | | |`;
    const [middle, best] = [median(rounds), Math.min(...rounds)].map((one) => one.toFixed(1));
    return `| ${net} | ${name} | ${middle} ms | ${best} ms | ${(first / 1000).toFixed(2)} s | ${Math.round(bytes / 1000)} kB |`;
  });
  return [
    `${date}   ${command}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, load ${machine.load.toFixed(1)}; ${browser}`,
    "",
    "| net | library | a step, median | best round | first step after load | over the wire, gzip |",
    "|---|---|---|---|---|---|",
    ...lines,
  ].join("\n");
}
