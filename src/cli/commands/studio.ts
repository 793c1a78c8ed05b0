/** `studio`: all runs of a folder in a page. What is started there goes on when the command ends. */
import { spawn } from "node:child_process";
import { plural } from "../../base/format.ts";
import type { Command } from "../command.ts";
import type { Environment } from "../io.ts";

/** Where nobody asks for another one: b, e, t, a on a phone's keys. */
const PORT = 2382;

/** @param configModule a module that brings what a user has; default: `betalab.config.js`, where it is */
export const studioCommand = (configModule?: string): Command => ({
  name: "studio",
  summary: "all runs of a folder in a page: find, follow, compare, start, stop",
  example: "betalab studio runs",
  arguments: [
    { name: "folder", description: "of the runs (default: runs)", required: false, paths: "folders" },
  ],
  options: [
    {
      name: "port",
      type: "integer",
      description: "where it listens; 0 takes a free one",
      default: PORT,
      minimum: 0,
      maximum: 65_535,
    },
    {
      name: "host",
      type: "string",
      description:
        "for others to reach it: an address of this machine, or 0.0.0.0; its address then holds a token",
      default: "127.0.0.1",
      placeholder: "address",
    },
    { name: "noOpen", type: "boolean", description: "open no browser" },
    { name: "readOnly", type: "boolean", description: "show everything, and start, stop or delete nothing" },
  ],
  async run([folder = "runs"], options, { output, signal, environment }) {
    type Given = { port?: number; host?: string; noOpen?: boolean; readOnly?: boolean };
    const { port = PORT, host = "127.0.0.1", noOpen, readOnly = false } = options as Given;
    const { serveStudio } = await import("../../studio/index.ts");
    const served = await serveStudio({ folder, port, host, readOnly, configModule, environment });
    const { url } = served;
    output.print({ value: { url }, text: url });
    output.note(`${folder} is shown there${readOnly ? ", read-only" : ""}; Ctrl-C ends it`);
    if (!noOpen && hasBrowser(environment)) openBrowser(url);
    await served.ready;
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    const { running, queued } = await served.close();
    const jobs = (count: number): string => `${plural(count, "job")} of its queue`;
    if (running > 0) output.note(`${jobs(running)} ${running === 1 ? "goes" : "go"} on`);
    if (queued > 0) output.note(`${jobs(queued)} will start when a studio is opened on ${folder} again`);
    return undefined;
  },
});

const hasBrowser = ({ DISPLAY, WAYLAND_DISPLAY, CI }: Environment): boolean =>
  !CI && (process.platform !== "linux" || Boolean(DISPLAY || WAYLAND_DISPLAY));

/** By the system's own way; where there is none, the address is printed all the same. */
function openBrowser(url: string): void {
  const [program, ...before] = { darwin: ["open"], win32: ["cmd", "/c", "start", ""] }[
    process.platform as string
  ] ?? ["xdg-open"];
  spawn(program!, [...before, url], { stdio: "ignore", detached: true })
    .on("error", () => {})
    .unref();
}
