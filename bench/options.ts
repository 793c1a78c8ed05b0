/** What can be asked of `npm run bench`. */

import { parseArgs } from "node:util";
import { BetalabError, suggest } from "../src/base/errors.ts";
import { works } from "./commands.ts";
import { type Peer, peers } from "./peers.ts";
import { steps } from "./steps.ts";
import { groups } from "./tasks/groups.ts";

const taskPeers = [...new Set(groups.map(({ peer }) => peer.name))];
const taskGroups = ["feeding", ...groups.map(({ name }) => name)];
const peerNames = [...Object.keys(peers), ...taskPeers];
const measurable = [...[...steps, ...works].map(({ name }) => name), ...taskGroups];

const USAGE = `npm run bench -- [options]

  --only NAME      measure this alone; may be given again
                   training steps: ${steps.map(({ name }) => name).join(", ")}
                   other work: ${taskGroups.join(", ")}
  --peer NAME      interleave a peer: ${peerNames.join(", ")}; may be given again
  --modules DIR    folder whose node_modules holds the npm packages of jax-js and tfjs (@jax-js/jax; @tensorflow/tfjs with
                   -backend-wasm and -backend-webgpu; default: .)
  --grow           how the MLP and conv28 grow with batch size and latent size, instead of the table
  --page           a headless Chromium's table: our WebAssembly, onnxruntime-web and, from --modules, jax-js and tfjs;
                   with --peer ours and these peers alone; with --gpu on WebGPU in software; with --memory what mlp-50 keeps
                   resident there after 200 and 2 000 steps
  --waits          how long tasks of the site's pages keep their own thread, while they load and while models train
  --gpu            the steps on WebGPU beside PyTorch's CUDA, instead of the table
  --memory         the largest resident size of whole trainings, instead of the table
  --workers        a sweep of 24 short runs on 1, 2, 4 and 8 worker processes, instead of the table
  --commands       whole trainings and a sweep, from the command to the last file, instead of the table; --only takes
                   ${works.map(({ name }) => name).join(", ")}
  --data DIR       MNIST for --memory and --commands (default: BETALAB_DATA, or what betalab data fetch left in the cache)
  --pictures N     pictures in the folder of --memory (default: 200000)
  --seconds S      time for each contestant on each row (default: 6; for a cell of --grow 1)
  --rounds N       turns that this time is divided into (default: 12; for a cell of --grow 3, for --commands 1)
  --threads N      threads (default: all)
  --json           the result as JSON on stdout`;

export interface BenchOptions {
  readonly mode: "help" | "table" | "grow" | "memory" | "page" | "waits" | "gpu" | "workers" | "commands";
  /** With the mode "page": memory instead of time. */
  readonly pageMemory: boolean;
  /** Of the mode "page". */
  readonly device: "cpu" | "webgpu";
  /** Names of steps and groups of tasks; empty means all. */
  readonly only: readonly string[];
  readonly stepPeers: readonly { readonly name: string; readonly open: Peer }[];
  readonly taskPeers: readonly string[];
  readonly modules: string;
  readonly data: string | undefined;
  readonly pictures: number;
  readonly seconds: number;
  readonly rounds: number;
  readonly threads: number | undefined;
  readonly json: boolean;
}

export function usage(): string {
  return USAGE;
}

/** Throws "usage" for what there is none of. */
export function parseOptions(): BenchOptions {
  const { values } = parseArguments();
  const grow = values.grow;
  for (const name of values.only) known("--only", name, measurable);
  for (const name of values.peer) known("--peer", name, peerNames);
  return {
    mode: modes.find((mode) => values[mode]) ?? "table",
    pageMemory: values.page && values.memory,
    device: values.gpu ? "webgpu" : "cpu",
    only: values.only,
    stepPeers: values.peer.flatMap((name) => {
      const open = peers[name];
      return open === undefined ? [] : [{ name, open }];
    }),
    taskPeers: values.peer.filter((name) => taskPeers.includes(name)),
    modules: values.modules,
    data: values.data,
    pictures: positive("--pictures", values.pictures),
    seconds: positive("--seconds", values.seconds ?? (grow ? "1" : "6"), false),
    rounds: positive(
      "--rounds",
      values.rounds ?? (values.commands || values.waits ? "1" : grow ? "3" : "12"),
    ),
    threads: values.threads === undefined ? undefined : positive("--threads", values.threads),
    json: values.json,
  };
}

/** The first that is asked for. */
const modes = ["help", "grow", "page", "waits", "gpu", "memory", "workers", "commands"] as const;

function parseArguments() {
  try {
    return parseArgs({
      options: {
        only: { type: "string", multiple: true, default: [] },
        peer: { type: "string", multiple: true, default: [] },
        modules: { type: "string", default: "." },
        grow: { type: "boolean", default: false },
        page: { type: "boolean", default: false },
        waits: { type: "boolean", default: false },
        gpu: { type: "boolean", default: false },
        memory: { type: "boolean", default: false },
        workers: { type: "boolean", default: false },
        commands: { type: "boolean", default: false },
        data: { type: "string" },
        pictures: { type: "string", default: "200000" },
        seconds: { type: "string" },
        rounds: { type: "string" },
        threads: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  } catch (cause) {
    throw new BetalabError("usage", (cause as Error).message, USAGE, { cause });
  }
}

function known(option: string, name: string, names: readonly string[]): void {
  if (!names.includes(name)) {
    throw new BetalabError("usage", `${option} ${name}: there is no such name`, suggest(name, names));
  }
}

function positive(option: string, text: string, whole = true): number {
  const value = Number(text);
  if (value > 0 && (whole ? Number.isInteger(value) : Number.isFinite(value))) return value;
  throw new BetalabError("usage", `${option} ${text}: not a positive ${whole ? "whole " : ""}number`);
}
