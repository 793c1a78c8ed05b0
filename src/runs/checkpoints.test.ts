import { copyFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import type { TensorRecord } from "../base/safetensors.ts";
import { Checkpoints } from "./checkpoints.ts";

const folder = temporaryFolders();
const tensors = (value: number): Record<string, TensorRecord> => ({
  "encoder.weight": { dtype: "F32", shape: [2, 2], data: Float32Array.of(value, 1, 2, 3) },
  position: { dtype: "I64", shape: [], data: BigInt64Array.of(BigInt(value)) },
});

test("written, listed, read back with its metadata", () => {
  const checkpoints = new Checkpoints(join(folder(), "checkpoints"));
  expect(checkpoints.list()).toEqual([]);
  expect(checkpoints.newest()).toBeUndefined();
  const path = checkpoints.write({ step: 120, tensors: tensors(120), metadata: { epoch: "3" } });
  expect(path).toBe(join(checkpoints.folder, "step-00000120.safetensors"));
  expect(checkpoints.read(120)).toEqual({ step: 120, tensors: tensors(120), metadata: { epoch: "3" } });
  expect(() => checkpoints.read(7)).toThrow("has no checkpoint at step 7");
});

test("the newest `keep` stay, ordered by number, beyond eight digits too", () => {
  const checkpoints = new Checkpoints(folder(), 2);
  for (const step of [9, 10, 99_999_999, 100_000_000]) {
    checkpoints.write({ step, tensors: tensors(step), metadata: {} });
  }
  expect(readdirSync(checkpoints.folder).sort()).toEqual([
    "step-100000000.safetensors",
    "step-99999999.safetensors",
  ]);
  expect(checkpoints.list().map((file) => file.step)).toEqual([99_999_999, 100_000_000]);
  expect(checkpoints.newest()!.checkpoint.step).toBe(100_000_000);
});

test("writing an older step (resumed from an earlier one) deletes nothing newer", () => {
  const checkpoints = new Checkpoints(folder(), 1);
  checkpoints.write({ step: 50, tensors: tensors(1), metadata: {} });
  checkpoints.write({ step: 40, tensors: tensors(1), metadata: {} });
  expect(checkpoints.list().map((file) => file.step)).toEqual([40, 50]);
});

test("a truncated newest one is reported by name, the one before is used", () => {
  const checkpoints = new Checkpoints(folder());
  checkpoints.write({ step: 1, tensors: tensors(1), metadata: {} });
  const path = checkpoints.write({ step: 2, tensors: tensors(2), metadata: {} });
  writeFileSync(path, readFileSync(path).subarray(0, -5));
  const newest = checkpoints.newest()!;
  expect(newest.checkpoint.step).toBe(1);
  expect(newest.problems).toHaveLength(1);
  expect(newest.problems[0]).toContain(`${path} is not a usable safetensors file`);
  expect(newest.problems[0]).toContain("(truncated?)");

  writeFileSync(join(checkpoints.folder, "step-00000001.safetensors"), "");
  expect(() => checkpoints.newest()).toThrow(
    /no checkpoint in .* can be used: .*step-00000002.*step-00000001/,
  );
});

test("the last one that was written is gone: it is reported, and without any left it is an error", () => {
  const checkpoints = new Checkpoints(folder());
  checkpoints.write({ step: 1, tensors: tensors(1), metadata: {} });
  expect(checkpoints.newest(1)!.problems).toEqual([]);
  expect(checkpoints.newest(2)!.problems).toEqual([
    `${join(checkpoints.folder, "step-00000002.safetensors")} is gone; the checkpoint at step 1 is used instead`,
  ]);
  // A run that is still training may have written more than its run.json said.
  checkpoints.write({ step: 3, tensors: tensors(3), metadata: {} });
  expect(checkpoints.newest(2)!.problems).toEqual([]);
  expect(() => new Checkpoints(folder()).newest(2)).toThrow(/step-00000002.safetensors is gone$/);
});

test("the best epoch's weights lie beside the others: neither listed nor deleted, replaced by the next best", () => {
  const checkpoints = new Checkpoints(join(folder(), "checkpoints"), 1);
  expect(checkpoints.best()).toBeUndefined();
  for (const step of [6, 12]) checkpoints.writeBest({ step, tensors: tensors(step), metadata: {} });
  for (const step of [12, 18]) checkpoints.write({ step, tensors: tensors(step), metadata: {} });
  expect(checkpoints.list().map((file) => file.step)).toEqual([18]);
  expect(checkpoints.newest()!.checkpoint.step).toBe(18);
  expect(checkpoints.best()!.checkpoint).toEqual({ step: 12, tensors: tensors(12), metadata: {} });
});

test("a bit that flipped on disk: file and tensor are named, and the checkpoint before is used", () => {
  const checkpoints = new Checkpoints(folder());
  checkpoints.write({ step: 1, tensors: tensors(1), metadata: {} });
  const path = checkpoints.write({ step: 2, tensors: tensors(2), metadata: {} });
  const bytes = readFileSync(path);
  bytes[bytes.length - 3]! ^= 16;
  writeFileSync(path, bytes);
  const { checkpoint, problems } = checkpoints.newest()!;
  expect(checkpoint.step).toBe(1);
  expect(problems).toEqual([
    expect.stringContaining(`${path} is not a usable safetensors file: tensor "encoder.weight"`),
  ]);
  expect(() => checkpoints.read(2)).toThrow("does not have its checksum");
});

test("a renamed or foreign safetensors file is no checkpoint of that step", () => {
  const checkpoints = new Checkpoints(folder());
  const path = checkpoints.write({ step: 3, tensors: tensors(3), metadata: {} });
  renameSync(path, join(checkpoints.folder, "step-00000004.safetensors"));
  expect(() => checkpoints.read(4)).toThrow("is that of step 3");
});

test("other files in the folder are nobody's checkpoints", () => {
  const checkpoints = new Checkpoints(folder());
  const path = checkpoints.write({ step: 3, tensors: tensors(3), metadata: {} });
  copyFileSync(path, join(checkpoints.folder, "copy of step-00000003.safetensors"));
  writeFileSync(join(checkpoints.folder, ".step-00000009.safetensors.1.0123456789ab.tmp"), "x");
  expect(checkpoints.list().map((file) => file.step)).toEqual([3]);
});
