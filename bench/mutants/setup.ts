/** Runs in each test process before its tests: the switch of the mutations, and what each test reached. */

import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** The mutation that is on; −1 for none. */
    readonly mutant: number;
    /** Seconds until the test process is killed. */
    readonly limit: number;
  }
  interface TaskMeta {
    /** Mutations that this test reached, and those that the file reached outside its tests. */
    reached?: { readonly inTest: number[]; readonly inFile: number[] };
  }
}

const active = inject("mutant");
const inFile = new Set<number>();
let reached = inFile;

Object.assign(globalThis, {
  mutant: (number: number): boolean => {
    reached.add(number);
    return number === active;
  },
});

beforeEach(() => {
  reached = new Set();
});
afterEach(({ task }) => {
  task.meta.reached = { inTest: [...reached], inFile: [...inFile] };
  reached = inFile;
});

// From a thread of its own: a mutation may make a loop endless, in which no timer fires.
const watch = `setTimeout(() => process.kill(process.pid, "SIGKILL"), ${1000 * inject("limit")})`;
new Worker(watch, { eval: true }).unref();
