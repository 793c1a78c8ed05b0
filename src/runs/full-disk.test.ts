import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { newRun } from "../../test/helpers/runs.ts";
import { RunDirectory } from "./index.ts";

describe("a full disk", () => {
  let disk: string | undefined;
  beforeAll(() => {
    if (process.platform !== "linux" || process.getuid?.() !== 0) return;
    const candidate = mkdtempSync(join(tmpdir(), "betalab-disk-"));
    const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", candidate]);
    if (mounted.status === 0) disk = candidate;
    else rmSync(candidate, { recursive: true });
  });
  afterAll(() => {
    if (disk === undefined) return;
    spawnSync("umount", [disk]);
    rmSync(disk, { recursive: true, force: true });
  });

  test("a checkpoint that doesn't fit: the error says so, the one before stays, resuming works", async (context) => {
    if (disk === undefined) return context.skip("mounting a small tmpfs needs root");
    const path = join(disk, "run");
    const run = RunDirectory.create(path, newRun);
    const tensors = (count: number) =>
      ({ w: { dtype: "F32", shape: [count], data: new Float32Array(count) } }) as const;
    run.checkpoints.write({ step: 1, tensors: tensors(100_000), metadata: {} });

    const error = await failure("disk", () =>
      run.checkpoints.write({ step: 2, tensors: tensors(250_000), metadata: {} }),
    );
    expect(error.message).toMatch(
      /^can't write .*run\/checkpoints\/step-00000002\.safetensors: the disk is full \(10001\d\d bytes needed, \d+ free\)$/,
    );
    expect(readdirSync(join(path, "checkpoints"))).toEqual(["step-00000001.safetensors"]);
    expect(run.checkpoints.newest()!.checkpoint.step).toBe(1);
    run.update({ status: "failed", error: error.message });
    run.close();
    const again = RunDirectory.resume(path);
    expect(again.information.error).toBe(error.message);
    again.close();
  });

  test("a metrics line that doesn't fit leaves no piece of itself", async (context) => {
    if (disk === undefined) return context.skip("mounting a small tmpfs needs root");
    const run = RunDirectory.create(join(disk, "lines"), newRun);
    let written = 0;
    const error = await failure("disk", () => {
      for (; ; written++) run.metrics.append({ step: written, ...{ padding: "x".repeat(9_999) } });
    });
    expect(error.message).toContain("metrics.jsonl: the disk is full");
    expect(written).toBeGreaterThan(10);
    expect(run.metrics.read().length).toBe(written);
    expect(readFileSync(run.metrics.path, "utf8").endsWith("\n")).toBe(true);
    run.close();
  });
});
