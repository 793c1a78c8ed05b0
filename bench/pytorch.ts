/**
 * PyTorch at its best, eager and compiled, each with one thread and with all. Eager is tried with the multi-tensor and
 * the fused Adam, for convolutions in both memory layouts, and with all threads bound to cores and not (fused); the fastest of
 * each number of threads is what `torch.compile` gets.
 */

import type { Peer } from "./peers.ts";
import { type PythonPeer, race, type Setting } from "./python-peer.ts";

const peer: PythonPeer = {
  title: "PyTorch",
  module: "torch",
  packages: "torch numpy",
  script: "pytorch.py",
};

export const pytorch: Peer = async (step, options) => {
  const layouts = step.config.model.architecture === "mlp" ? [false] : [false, true];
  const { threads: all } = options;
  const adams = ["foreach", "fused"];
  const bindings = [
    { threads: 1, bind: false, adams },
    // Of the two the fused one has been faster on every machine so far.
    ...(all > 1
      ? [
          { threads: all, bind: false, adams },
          { threads: all, bind: true, adams: ["fused"] },
        ]
      : []),
  ];
  const settings = bindings.flatMap(({ threads, bind, adams }) =>
    adams.flatMap((adam) =>
      layouts.map(
        (channelsLast): Setting => ({
          name: [
            `${threads} thread${threads === 1 ? "" : "s"}`,
            `${adam} Adam`,
            ...(channelsLast ? ["channels_last"] : []),
            ...(bind ? ["OMP_PROC_BIND"] : []),
          ].join(", "),
          threads,
          environment: { OMP_NUM_THREADS: String(threads), OMP_PROC_BIND: bind ? "true" : undefined },
          request: { threads, adam, channelsLast, compiled: false },
        }),
      ),
    ),
  );
  const eager = await race({ ...peer, title: "PyTorch, eager," }, settings, step, options);
  const chosen = eager.winners.map((setting) => ({
    ...setting,
    // Nothing is compiled there yet, so that the time of compiling is seen.
    environment: { ...setting.environment, TORCHINDUCTOR_CACHE_DIR: options.folder },
    request: { ...setting.request, compiled: true },
  }));
  return [eager, await race({ ...peer, title: "PyTorch, compiled," }, chosen, step, options)];
};
