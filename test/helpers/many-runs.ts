/** As many runs as a table must bear, written as training writes them: their config, their records, one in three evaluated. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32Text } from "../../src/base/checksum.ts";
import { resolveConfig } from "../../src/config/node.ts";
import { RUN_FORMAT } from "../../src/runs/index.ts";

const EPOCHS = 30;
const STEPS = 94;

/** Runs of sweeps of 15, and every tenth by itself; β, latents, likelihood and seed differ. */
export function makeRuns(folder: string, count: number): void {
  const betas = [1, 2, 4, 8, 16];
  const base = resolveConfig("demo", { set: [`training.epochs=${EPOCHS}`] }).config;
  for (let i = 0; i < count; i++) {
    const settings = {
      beta: betas[i % 5]!,
      latentDim: [4, 10][Math.floor(i / 15) % 2]!,
      seed: Math.floor(i / 5) % 3,
    };
    const name = i % 10 === 9 ? `single-${i}` : `beta-${settings.beta}_seed-${settings.seed}_${i}`;
    const path = i % 10 === 9 ? join(folder, name) : join(folder, `sweep-${Math.floor(i / 15)}`, name);
    const status = i % 50 === 7 ? "failed" : i % 50 === 13 ? "interrupted" : "finished";
    const epochs = status === "finished" ? EPOCHS : 10;
    const createdAt = new Date(Date.UTC(2026, 0, 1) + i * 600_000).toISOString();
    const objective = { ...base.objective, beta: settings.beta };
    const model = { ...base.model, latentDim: settings.latentDim };
    mkdirSync(path, { recursive: true });
    writeFileSync(
      join(path, "run.json"),
      JSON.stringify(
        {
          format: RUN_FORMAT,
          name,
          createdAt,
          updatedAt: createdAt,
          status,
          ...(status === "failed" && { error: "diverged at step 940: KL is NaN" }),
          config: { ...base, name, seed: settings.seed, objective, model },
          origins: { data: "preset demo" },
          versions: { betalab: "0.1.0", node: "v20", engine: "onnxruntime-node 1.30.0" },
          data: { name: "digits", fingerprint: "0".repeat(64), counts: { train: 12_000, heldOut: 1000 } },
          seed: settings.seed,
          device: "cpu",
          threads: 2,
          progress: { step: epochs * STEPS, epoch: epochs, epochs: EPOCHS },
          timings: { seconds: epochs * 4, imagesPerSecond: 3000, peakResidentBytes: 3e8 },
        },
        undefined,
        2,
      ),
    );
    writeFileSync(join(path, "metrics.jsonl"), recordsText(epochs, settings));
    for (const part of ["checkpoints", "figures", "model"]) mkdirSync(join(path, part), { recursive: true });
    writeFileSync(join(path, "checkpoints", "step-00002820.safetensors"), new Uint8Array(4096));
    for (const kind of ["reconstructions", "samples"])
      for (let epoch = 1; epoch <= 3; epoch++)
        writeFileSync(join(path, "figures", `${kind}-epoch-000${epoch}.png`), new Uint8Array(1000));
  }
}

/** Two lines an epoch, each with its checksum. */
function recordsText(
  epochs: number,
  { beta, latentDim, seed }: Record<"beta" | "latentDim" | "seed", number>,
): string {
  const lines = Array.from({ length: 2 * epochs }, (_, i) => {
    const epoch = (i >> 1) + 1;
    const kl = (20 / (1 + Math.log(beta))) * (1 - Math.exp(-epoch / 8));
    const reconstruction = 120 + 8 * beta ** 0.5 + 100 * Math.exp(-epoch / 6) + seed;
    const text = JSON.stringify({
      split: i % 2 === 0 ? "train" : "heldOut",
      step: epoch * STEPS,
      epoch,
      ...(i % 2 === 0 && { loss: reconstruction + beta * kl }),
      negativeElbo: reconstruction + kl,
      reconstruction,
      kl,
      klPerDimension: Array.from(
        { length: latentDim },
        (_, d) => (kl / latentDim) * (d % 3 === 2 ? 0.001 : 1.4),
      ),
      imagesPerSecond: 3000,
    });
    const crc = crc32Text(new TextEncoder().encode(text));
    return `${text.slice(0, -1)},"crc32":"${crc}"}\n`;
  });
  return lines.join("");
}
