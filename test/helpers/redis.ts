/** A real `redis-server` of a test's own, whose data outlives a kill. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { notBuilt } from "./processes.ts";

export const has = (program: string): boolean => spawnSync("which", [program]).status === 0;

/** Why there is none; `undefined` when there can be. */
export const whyNoRedis: string | undefined =
  notBuilt ??
  (has("redis-server") ? undefined : "redis-server is not installed: apt-get install redis-server");

/** @param home where its data lies; made here */
export async function startRedis(home: string) {
  const port = await freePort();
  mkdirSync(home);
  const words = ["--port", String(port), "--dir", home];
  const durable = ["--appendonly", "yes", "--appendfsync", "always", "--save", ""];
  const begin = () => spawn("redis-server", [...words, ...durable], { stdio: "ignore" });
  let server = begin();
  await reachable(port);
  return {
    on: `redis://127.0.0.1:${port}`,
    port,
    async killAndRestart() {
      server.kill("SIGKILL");
      await wait(300);
      server = begin();
      await reachable(port);
    },
    /** It keeps its connections, and answers no more. */
    freeze: () => void server.kill("SIGSTOP"),
    stop: () => void server.kill("SIGKILL"),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function reachable(port: number): Promise<void> {
  const ping = () => spawnSync("redis-cli", ["-p", String(port), "ping"], { encoding: "utf8" });
  while (!ping().stdout.includes("PONG")) await wait(50);
}
