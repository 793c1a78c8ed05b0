/**
 * Peers that are npm packages. They are no dependencies of ours: they run when a folder named by `--modules`
 * has them. They know the fully connected nets only.
 */

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { BetalabError } from "../src/base/errors.ts";
import { measure } from "./contestant.ts";
import { constantBeta, netSpec } from "./net.ts";
import { type PeerOpened, PeerProcess, peerContestant, peerScript } from "./peer-process.ts";
import type { Peer } from "./peers.ts";

/** A peer whose script is `peers/NAME.mjs` and that needs `packages`. */
export function npmPeer(name: string, packages: readonly string[]): Peer {
  return async (step, { pictures, modules }) => {
    const { data, optimizer, model } = step.config;
    if (model.architecture !== "mlp") return [];
    const root = resolve(modules);
    const require = createRequire(join(root, "package.json"));
    for (const one of packages) {
      try {
        require.resolve(one);
      } catch (cause) {
        throw new BetalabError(
          "device",
          `peer ${name} is not installed in ${root}`,
          `in any folder DIR: npm install ${packages.join(" ")}; then --peer ${name} --modules DIR`,
          { cause },
        );
      }
    }
    const process = new PeerProcess(name, globalThis.process.execPath, [peerScript(`${name}.mjs`), root]);
    const opened = await process.ask<PeerOpened>({
      open: {
        net: netSpec(step.config, step.image),
        pixels: pictures,
        batchSize: data.batchSize,
        beta: constantBeta(step.config),
        optimizer,
      },
    });
    const entrant = peerContestant("as shipped", opened, process);
    const { best } = (await measure([entrant], { seconds: 1, rounds: 2 })).get(entrant)!;
    return [{ name: `${name} ${opened.version}`, tried: { [entrant.name]: best }, fastest: [entrant] }];
  };
}
