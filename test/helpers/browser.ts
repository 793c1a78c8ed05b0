/** A headless Chromium for tests, where the machine has one. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";

const executable = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  existsSync,
);

/** Whether there is a browser; says once why tests are skipped where there is none. */
export const hasBrowser: boolean = executable !== undefined;
if (!hasBrowser) console.warn("tests in a browser are skipped: there is no /usr/bin/chromium");

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** WebGPU without a GPU: Chromium's own software one. */
const softwareGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

export interface OpenedPage {
  readonly page: Page;
  /** Errors of the console and of the page's scripts. */
  readonly problems: readonly string[];
  /** Addresses that the page asked for, beside itself. */
  readonly requests: readonly string[];
}

/** Call once at the top of a test file; the function it returns opens a file, or an address, in a page of its own. */
export function browserPages({ webgpu = false }: { readonly webgpu?: boolean } = {}) {
  const args = webgpu ? [...flags.filter((flag) => flag !== "--disable-gpu"), ...softwareGpu] : flags;
  let browser: Browser | undefined;
  afterAll(async () => browser?.close());
  return async (
    path: string,
    options: { readonly width?: number; readonly height?: number; readonly dark?: boolean } = {},
  ): Promise<OpenedPage> => {
    browser ??= await chromium.launch({ executablePath: executable!, args });
    const { width = 1280, height = 900, dark = false } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: dark ? "dark" : "light",
    });
    const page = await context.newPage();
    const [problems, requests]: [string[], string[]] = [[], []];
    page.on("console", (message) => {
      if (message.type() === "error") problems.push(message.text());
    });
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => {
      const url = request.url();
      if (!/^(data|blob):/.test(url)) requests.push(url);
    });
    await page.goto(/^https?:/.test(path) ? path : `file://${path}`);
    return { page, problems, requests };
  };
}

/** Kills the process of this test's browsers that computes on the GPU: what a driver that crashes looks like to a page. */
export function killGpuProcess(): void {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" }).split("\n");
  const found = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)/.exec(row) ?? ["", "0", "0", ""]);
  const parents = new Map(found.map(([, pid, parent]) => [Number(pid), Number(parent)]));
  const isOurs = (pid: number): boolean => pid === process.pid || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  for (const [, pid, , words] of found)
    if (words!.includes("--type=gpu-process") && isOurs(Number(pid))) process.kill(Number(pid), "SIGKILL");
}
