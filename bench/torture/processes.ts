/** Ordeals of the training process: kills, torn writes, full and read-only disks, clocks set back, interrupts. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { EngineName } from "../../src/runtime/index.ts";
import { waited } from "../../test/helpers/processes.ts";
import { below, type Ordeal, oneOf, type World } from "./ordeal.ts";
import { completed, lastLine, start, trainInto } from "./small-training.ts";

export const randomKills: Ordeal = {
  name: "kill -9 at random moments",
  promise: "the run is resumed and comes to the uninterrupted one, bit for bit",
  async *trials(world) {
    for (;;) {
      const run = join(world.folder(), "run");
      const training = start(trainInto(run));
      await training.said("; into ");
      const after = below(world, 600);
      await wait(after);
      training.child.kill("SIGKILL");
      const { signal } = await training.ended;
      const what = signal === null ? "finished first" : `killed ${after} ms after it began`;
      yield { what, problem: await completed(run, world.whole) };
    }
  },
};

/** "wgsl" where the machine has a driver for it, SwiftShader for one: named by that variable. */
const engines = ["wasm", "onnxruntime-web", ...(process.env.VK_ICD_FILENAMES ? ["wgsl"] : [])] as const;

export const otherEngines: Ordeal = {
  name: "kill -9 on WebAssembly and WebGPU",
  promise: "the run is resumed on that engine and comes to the uninterrupted one there, bit for bit",
  async *trials(world) {
    for (;;) {
      const engine = oneOf(world, engines) as EngineName;
      const folder = world.folder();
      const [whole, run] = ["whole", "killed"].map((name) => join(folder, name, "run"));
      const { status, err } = await start(trainInto(whole!), undefined, engine).ended;
      const training = start(trainInto(run!), undefined, engine);
      await training.said("; into ");
      const after = below(world, 1000);
      await wait(after);
      training.child.kill("SIGKILL");
      await training.ended;
      const problem =
        status === 0
          ? await completed(run!, whole!, undefined, engine)
          : `undisturbed, it ended with ${status}: ${lastLine(err)}`;
      yield { what: `${engine}, ${after} ms after it began`, problem };
    }
  },
};

export const twoWriters: Ordeal = {
  name: "a second process in one run directory",
  promise: "the second is refused with exit 3 and the name of the first, which goes on to the same bits",
  async *trials(world) {
    for (;;) {
      const run = join(world.folder(), "run");
      const first = start(trainInto(run));
      await first.said("; into ");
      const after = below(world, 300);
      await wait(after);
      const second = await start(["resume", run]).ended;
      const { status, err } = await first.ended;
      const refused = second.status === 3 && /is in use by process \d+/.test(second.err);
      // It may also have come when there was nothing left to do.
      const late = second.status === 0 && second.out.startsWith("Finished already");
      const problem =
        status !== 0
          ? `the first ended with ${status}: ${lastLine(err)}`
          : refused || late
            ? await completed(run, world.whole)
            : `the second ended with ${second.status}: ${lastLine(second.err)}`;
      yield { what: `${after} ms after the first`, problem };
    }
  },
};

/** A fault at one change of the disk after another; `expect` says what is wrong with how the process ended. */
function* places(world: World, stride: number): Generator<number> {
  // From a random place on, in strides: a short campaign sees all parts of the run, a long one every change.
  for (let at = below(world, stride); ; at += stride) yield at + 1;
}

const STRIDE = 17;

function deaths(kind: "kill" | "torn", name: string): Ordeal {
  return {
    name,
    promise: "the run is resumed and comes to the uninterrupted one, bit for bit",
    async *trials(world) {
      let next = places(world, STRIDE);
      for (;;) {
        const run = join(world.folder(), "run");
        const fault = `${kind}:${next.next().value}`;
        const { signal } = await start(trainInto(run), fault).ended;
        // Past its last change it is not killed: from the beginning again, at other places.
        if (signal === null) next = places(world, STRIDE);
        yield { what: fault, problem: await completed(run, world.whole) };
      }
    },
  };
}

function refusals(kind: "full" | "readonly", name: string, reason: string): Ordeal {
  return {
    name,
    promise: `exit 1 with "${reason}" and the file's name; the last checkpoint stays whole, and with a good disk the run goes on to the same bits`,
    async *trials(world) {
      let next = places(world, STRIDE);
      for (;;) {
        const run = join(world.folder(), "run");
        const fault = `${kind}:${next.next().value}`;
        const { status, signal, err } = await start(trainInto(run), fault).ended;
        if (status === 0) next = places(world, STRIDE);
        const said = lastLine(err.replace(/\n +.*\n*$/, ""));
        const refused = status === 1 && err.includes(reason);
        const problem =
          status === 0 || refused
            ? await completed(run, world.whole)
            : `ended with ${status ?? signal}: ${said}`;
        yield { what: fault, problem };
      }
    },
  };
}

export const systematicKills: Ordeal = deaths("kill", "killed before each change of the disk");
export const tornWrites: Ordeal = deaths("torn", "killed in the middle of a write");
export const fullDisk: Ordeal = refusals("full", "a disk that fills", "the disk is full");
export const readOnlyDisk: Ordeal = refusals("readonly", "a disk that becomes read-only", "read-only");

export const clockSetBack: Ordeal = {
  name: "a clock set back",
  promise: "training and resuming go on to the same bits",
  async *trials(world) {
    for (;;) {
      const run = join(world.folder(), "run");
      const seconds = 10 ** below(world, 9);
      const training = start(trainInto(run), `clock:${seconds}`);
      await training.said("epoch 1/");
      training.child.kill("SIGKILL");
      await training.ended;
      yield { what: `by ${seconds} s`, problem: await completed(run, world.whole, `clock:${2 * seconds}`) };
    }
  },
};

/** By the clock, less the time in which others had the processor. */
const STOP_MILLISECONDS = 1000;

export const interrupts: Ordeal = {
  name: "Ctrl-C, SIGTERM, SIGHUP",
  promise:
    "the command ends within a second, with a checkpoint and no half file, exit 130; the run goes on to the same bits",
  async *trials(world) {
    for (;;) {
      const run = join(world.folder(), "run");
      const signal = oneOf(world, ["SIGINT", "SIGTERM", "SIGHUP"] as const);
      const training = start(trainInto(run));
      await training.said("; into ");
      const after = below(world, 600);
      await wait(after);
      const pid = training.child.pid!;
      const [from, before] = [performance.now(), waited(pid)];
      let others = 0;
      const look = setInterval(() => {
        others = Math.max(others, waited(pid) - before);
      }, 10);
      training.child.kill(signal);
      const { status, err } = await training.ended;
      clearInterval(look);
      const late = performance.now() - from;
      const took = Math.round(late - others);
      const what = `${signal} after ${after} ms, ended ${Math.round(late)} ms later, ${took} of them its own`;
      const half =
        existsSync(run) && readdirSync(run, { recursive: true }).find((name) => /\.tmp$/.test(String(name)));
      if (status !== 130 && status !== 0) yield { what, problem: `exit ${status}: ${lastLine(err)}` };
      else if (took > STOP_MILLISECONDS) yield { what, problem: "too late" };
      else if (half) yield { what, problem: `${half} was left behind` };
      else yield { what, problem: await completed(run, world.whole) };
    }
  },
};
