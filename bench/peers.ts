/** The peers by name: a new one is a line here. */

import type { Contestant } from "./contestant.ts";
import { npmPeer } from "./npm-peer.ts";
import { pytorch } from "./pytorch.ts";
import type { BenchStep } from "./steps.ts";

/** What a first short round with a peer gave. */
export interface Heat {
  /** Every setting that was tried, ms a step. */
  readonly tried: Readonly<Record<string, number>>;
  /** Those that go on into the measurement. */
  readonly fastest: readonly Contestant[];
}

export interface PeerOptions {
  /** File of the pictures, uint8 `[count, height, width, channel]`. */
  readonly pictures: string;
  readonly threads: number;
  /** Folder whose `node_modules` holds npm peers. */
  readonly modules: string;
}

/** Opens a peer on a step; `undefined` when it has no such net. Throws a "device" error when it isn't installed. */
export type Peer = (step: BenchStep, options: PeerOptions) => Promise<Heat | undefined>;

export const peers: Readonly<Record<string, Peer>> = {
  pytorch,
  "jax-js": npmPeer("jax-js", ["@jax-js/jax"]),
  tfjs: npmPeer("tfjs", ["@tensorflow/tfjs", "@tensorflow/tfjs-backend-wasm"]),
};
