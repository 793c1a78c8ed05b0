/** Asks PyTorch for its side of the parity check. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BetalabError } from "../../src/base/errors.ts";
import { decodeSafetensors } from "../../src/base/safetensors.ts";
import { netSpec } from "../net.ts";
import { needPython } from "../python.ts";
import type { ParityCase } from "./cases.ts";
import { DATA_SIZE, type Results, STEPS, stateSpecs } from "./ours.ts";

/** PyTorch in single precision, as ours is, and in double, which is as good as exact. */
export interface Reference {
  readonly single: Results;
  readonly double: Results;
}

/** Throws a "device" error when no Python here has PyTorch, or in PyTorch's words when the nets differ. */
export function pytorchResults(cases: readonly ParityCase[]): {
  references: Map<string, Reference>;
  version: string;
} {
  const command = needPython("torch", "torch");
  const folder = mkdtempSync(join(tmpdir(), "betalab-parity-"));
  try {
    const out = join(folder, "reference.safetensors");
    const request = {
      steps: STEPS,
      out,
      cases: cases.map((one) => ({
        name: one.name,
        net: netSpec(one.config, one.image),
        batchSize: one.batchSize,
        objective: one.config.objective,
        dataSize: DATA_SIZE,
        optimizer: one.config.optimizer,
        state: stateSpecs(one).map(({ name, shape }) => ({ name, shape })),
      })),
    };
    // From dist-bench/bench/parity.
    const script = fileURLToPath(new URL("../../../bench/parity/reference.py", import.meta.url));
    const child = spawnSync(command, [script], { input: JSON.stringify(request), encoding: "utf8" });
    if (child.status !== 0)
      throw new BetalabError("device", `PyTorch's reference failed: ${child.stderr.trim()}`);
    const { tensors, metadata } = decodeSafetensors(readFileSync(out), out);
    const references = new Map(
      cases.map(({ name }) => [name, { single: new Map(), double: new Map() } as Reference]),
    );
    for (const [path, { data }] of Object.entries(tensors)) {
      const [name, bits, key] = path.split("/") as [string, string, string];
      const { single, double } = references.get(name)!;
      (bits === "64" ? double : single).set(key, data as Float32Array);
    }
    return { references, version: metadata.torch ?? "?" };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
