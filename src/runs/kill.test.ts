import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { RunDirectory } from "./index.ts";

const folder = temporaryFolders();
const writer = fileURLToPath(new URL("../../test/helpers/checkpoint-writer.js", import.meta.url));
const built = existsSync(fileURLToPath(new URL("../../dist/runs/index.js", import.meta.url)));

/** Starts the writer on `path`, lets it write for `milliseconds`, and kills it as nothing can catch. */
async function writeAndKill(path: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, [writer, path], { stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  const ended = new Promise<NodeJS.Signals | null>((done) =>
    child.on("close", (_code, signal) => done(signal)),
  );
  await Promise.race([new Promise((ready) => child.stdout.once("data", ready)), ended]);
  await new Promise((wait) => setTimeout(wait, milliseconds));
  child.kill("SIGKILL");
  expect(await ended, errors).toBe("SIGKILL");
}

test("whatever a killed process leaves opens, and its newest checkpoint is whole", async (context) => {
  if (!built) context.skip("dist/ is not built: npm run build");
  const path = join(folder(), "run");
  let halfWritten = 0;
  let before = 0;
  for (let round = 0; round < 20; round++) {
    await writeAndKill(path, Math.random() * 30);
    halfWritten += readdirSync(join(path, "checkpoints")).filter((name) => name.endsWith(".tmp")).length;

    expect(RunDirectory.open(path).status).toBe("interrupted");
    const run = RunDirectory.resume(path);
    const newest = run.checkpoints.newest()!;
    expect(newest.problems).toEqual([]);
    const { step, tensors } = newest.checkpoint;
    expect(step).toBeGreaterThan(before);
    expect(tensors.w!.data.length).toBe(500_000);
    expect((tensors.w!.data as Float32Array).every((value) => value === step)).toBe(true);
    expect(Math.abs(run.information.progress.step - step)).toBeLessThanOrEqual(1);
    run.metrics.truncateAfter(step);
    expect(run.metrics.read().map((record) => record.step)).toEqual(
      Array.from({ length: step }, (_, i) => i + 1),
    );
    expect(run.checkpoints.list().length).toBeLessThanOrEqual(3);
    expect(readdirSync(join(path, "checkpoints")).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    run.close();
    before = step;
  }
  console.log(`20 kills, ${before} checkpoints written, ${halfWritten} found half written`);
}, 120_000);
