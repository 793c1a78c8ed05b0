/** The peers by name: a new one is a line here. */

import type { Contestant } from "./contestant.ts";
import { jax } from "./jax.ts";
import { npmPeer } from "./npm-peer.ts";
import { pytorch } from "./pytorch.ts";
import type { BenchStep } from "./steps.ts";

/** A peer in one setting. */
export interface Entrant extends Contestant {
  /** Absent: as many as it takes. */
  readonly threads?: number;
  /** Of its first call: tracing and compiling, where there is any. */
  readonly firstSeconds?: number;
}

/** What a first short round with a peer gave. */
export interface Heat {
  /** The peer and its version. */
  readonly name: string;
  /** Every setting that was tried, ms a step. */
  readonly tried: Readonly<Record<string, number>>;
  /** The fastest with each number of threads: they go on into the measurement. */
  readonly fastest: readonly Entrant[];
}

export interface PeerOptions {
  /** File of the pictures, uint8 `[count, height, width, channel]`. */
  readonly pictures: string;
  readonly threads: number;
  /** Folder whose `node_modules` holds npm peers. */
  readonly modules: string;
  /** For what a peer's compiler writes; empty at first. */
  readonly folder: string;
}

/** Opens a peer on a step; nothing when it has no such net. Throws a "device" error when it isn't installed. */
export type Peer = (step: BenchStep, options: PeerOptions) => Promise<readonly Heat[]>;

export const peers: Readonly<Record<string, Peer>> = {
  pytorch,
  jax,
  "jax-js": npmPeer("jax-js", ["@jax-js/jax"]),
  tfjs: npmPeer("tfjs", ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"]),
};
