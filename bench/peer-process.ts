/** A peer as a long-lived child process that answers one line of JSON for each that it is sent. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { BetalabError } from "../src/base/errors.ts";
import type { Timing } from "./contestant.ts";
import type { Entrant } from "./peers.ts";
import { atExit } from "./scratch.ts";

/** Where the peers' scripts lie; this file runs from `dist-bench/bench`. */
export function peerScript(name: string): string {
  return fileURLToPath(new URL(`../../bench/peers/${name}`, import.meta.url));
}

export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  readonly #forget: () => void;
  #errors = "";

  constructor(name: string, command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    this.#name = name;
    this.#child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    // A command that isn't there ends the output as well: `ask` reports it.
    this.#child.on("error", (error) => {
      this.#errors += error.message;
    });
    this.#child.stderr!.on("data", (text: Buffer) => {
      this.#errors = (this.#errors + text.toString()).slice(-2000);
    });
    this.#child.stdin!.on("error", () => {});
    this.#forget = atExit(() => this.#child.kill());
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Throws a "device" error with the peer's own words when it can't. */
  async ask<T>(request: Readonly<Record<string, unknown>>): Promise<T> {
    this.#child.stdin!.write(`${JSON.stringify(request)}\n`);
    const line = await this.#lines.next();
    if (line.done) throw this.#failure(this.#errors.trim() || "it ended without an answer");
    const answer = JSON.parse(line.value) as T & { readonly error?: string };
    if (answer.error !== undefined) throw this.#failure(answer.error);
    return answer;
  }

  #failure(reason: string): BetalabError {
    return new BetalabError("device", `peer ${this.#name}: ${reason}`);
  }

  close(): void {
    this.#forget();
    this.#child.stdin!.end();
    this.#child.kill();
  }
}

/** What every peer answers to `open` of a training step. */
export interface PeerOpened {
  readonly parameterCount: number;
  readonly version: string;
  readonly firstSeconds?: number;
}

/** A process that has opened its work, as a contestant. */
export function peerContestant(
  name: string,
  { parameterCount, firstSeconds }: Partial<PeerOpened>,
  process: PeerProcess,
): Entrant {
  return {
    name,
    ...(parameterCount !== undefined && { parameterCount }),
    ...(firstSeconds !== undefined && { firstSeconds }),
    run: (seconds) => process.ask<Timing>({ run: seconds }),
    close: async () => process.close(),
  };
}
