/** JAX on the processor: `jit` and optax's Adam, one step a call and several, with one core and with all. */

import type { Peer } from "./peers.ts";
import { type PythonPeer, race } from "./python-peer.ts";

const peer: PythonPeer = {
  title: "JAX",
  module: "jax, optax",
  packages: "jax optax",
  script: "jax_step.py",
};

/** Several steps a call are no faster with convolutions, and take minutes to compile. */
const choices = {
  mlp: [1, 8].map((stepsPerCall) => ({ stepsPerCall, convolutions: "xla" })),
  convolutional: ["xla", "product"].map((convolutions) => ({ stepsPerCall: 1, convolutions })),
};

export const jax: Peer = async (step, options) => {
  const kind = step.config.model.architecture === "mlp" ? "mlp" : "convolutional";
  const settings = [...new Set([1, options.threads])].flatMap((threads) =>
    choices[kind].map((request) => ({
      name: [
        `${threads} core${threads === 1 ? "" : "s"}`,
        kind === "mlp"
          ? `${request.stepsPerCall} step${request.stepsPerCall === 1 ? "" : "s"} a call`
          : `convolutions by ${request.convolutions}`,
      ].join(", "),
      threads,
      environment: { JAX_PLATFORMS: "cpu", PEER_CORES: String(threads) },
      request,
    })),
  );
  return [await race(peer, settings, step, options)];
};
