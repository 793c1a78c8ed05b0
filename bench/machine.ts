/** What was measured on, for the report: numbers without a machine mean nothing. */

import { cpus, loadavg, totalmem } from "node:os";
import type { Runtime } from "../src/runtime/index.ts";

export interface Machine {
  /** As the system names it; "unknown" where it doesn't. */
  readonly cpu: string;
  readonly cores: number;
  readonly threads: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly runtime: string;
  /** Load average of the minute before: above 0.5 others were at work, and the numbers are worth less. */
  readonly load: number;
}

export function describeMachine(runtime: Runtime): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() || "unknown",
    cores: all.length,
    threads: runtime.threads,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
    runtime: runtime.description,
    load: loadavg()[0]!,
  };
}
