/** `verify`: nothing is found of a whole run, and each kind of damage is found where it is. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { commandLine } from "../../test/helpers/command-line.ts";
import { failure } from "../../test/helpers/data.ts";
import { runJob, saveJob } from "../../test/helpers/jobs.ts";
import { temporaryPath } from "../base/disk.ts";
import { evaluate } from "./evaluate.ts";
import { exportJob } from "./export.ts";
import { metrics } from "./metrics.ts";
import { verify } from "./verify.ts";

/** Two epochs of 6 steps, evaluated and measured. */
const { folder, finished, cli, copyOfRun } = commandLine();
beforeAll(async () => {
  await saveJob(evaluate, finished, { samples: 2, limit: 5 });
  await saveJob(metrics, [finished], { only: ["dci"], incomplete: true, replicates: 2 });
});

const all = [
  "run.json",
  "checkpoints/step-00000006.safetensors",
  "checkpoints/step-00000012.safetensors",
  "metrics.jsonl",
  "tables/evaluation.json",
  "tables/metrics.json",
  "model/model.json",
  "model/encoder.onnx",
  "model/decoder.onnx",
  "model/weights.safetensors",
];

/** All that is not good, and whether that is a failure. */
async function found(run: string) {
  const { value, failed } = await runJob(verify, run, {});
  return { files: value.files.filter(({ status }) => status !== "good"), failed };
}

const flip = (path: string) => {
  const bytes = readFileSync(path);
  bytes[bytes.length - 9]! ^= 16;
  writeFileSync(path, bytes);
};
const edit = (path: string, from: string | RegExp, to: string) =>
  writeFileSync(path, readFileSync(path, "utf8").replace(from, to));

test("a whole run: every file is named and good", async () => {
  const { value, failed, notes } = await runJob(verify, finished, {});
  expect([value.files, failed]).toEqual([all.map((file) => ({ file, status: "good" })), false]);
  expect(notes!.join()).toMatch(/^\d+ files \(figures and tables\) carry no checksum: damage that/);
});

test("nothing is called good that was not checked: nets without their description, what export makes for PyTorch", async () => {
  const out = join(folder, "pytorch");
  await saveJob(exportJob, finished, { pytorch: true }, { out });
  const { value, notes } = await runJob(verify, out, {});
  expect(value.files.at(-1)).toEqual({ file: "pytorch.safetensors", status: "good" });
  expect(notes!.join()).toMatch(/^1 file \(pytorch\.py\) carries no checksum/);
  writeFileSync(join(out, "pytorch.safetensors"), "x");
  writeFileSync(join(out, "model.json"), "{");
  const harmed = await runJob(verify, out, {});
  expect(harmed.value.files.map(({ file, status }) => [file, status])).toEqual([
    ["model.json", "damaged"],
    ["weights.safetensors", "good"],
    ["pytorch.safetensors", "damaged"],
  ]);
  expect(harmed.notes!.slice(0, 2)).toEqual(
    ["encoder", "decoder"].map(
      (net) => `${net}.onnx was not checked: only model.json could say what it should be`,
    ),
  );
});

test("an exported model", async () => {
  const out = join(folder, "exported");
  await saveJob(exportJob, finished, {}, { out });
  const names = all.slice(-4).map((file) => ({ file: file.slice("model/".length), status: "good" }));
  expect((await runJob(verify, out, {})).value.files).toEqual(names);
  flip(join(out, "decoder.onnx"));
  expect(await found(out)).toEqual({
    files: [
      {
        file: "decoder.onnx",
        status: "damaged",
        reason: "it does not have the checksum that model.json gives",
      },
    ],
    failed: true,
  });
});

test.each<[string, (path: string) => void, string, string]>([
  ["run.json", (path) => edit(path, '"fingerprint"', '"print"'), "damaged", "data.fingerprint is missing"],
  ["run.json", (path) => edit(path, '"latentDim": 2', '"latentDim": -2'), "damaged", "model.latentDim"],
  [all[1]!, flip, "damaged", "does not have its checksum"],
  [all[2]!, flip, "damaged", "does not have its checksum"],
  [all[2]!, (path) => rmSync(path), "missing", "run.json says that it was written"],
  ["metrics.jsonl", (path) => edit(path, "{", "\0"), "damaged", "lines that can't be read: 1 (1)"],
  ["metrics.jsonl", (path) => rmSync(path), "missing", "it is not there"],
  [
    "tables/evaluation.json",
    (path) => edit(path, '"latentDim"', '"latent"'),
    "damaged",
    "latentDim is missing",
  ],
  ["tables/metrics.json", (path) => writeFileSync(path, "{"), "damaged", "can't read"],
  ["model/model.json", (path) => edit(path, '"steps": 12', '"steps": -1'), "damaged", "steps is -1"],
  ["model/model.json", (path) => rmSync(path), "missing", "it is not there"],
  ["model/encoder.onnx", flip, "damaged", "does not have the checksum"],
  ["model/encoder.onnx", (path) => rmSync(path), "missing", "it is not there"],
  ["model/weights.safetensors", flip, "damaged", "does not have the checksum"],
])("%s, harmed (%#): it alone is found", async (file, harm, status, reason) => {
  const run = copyOfRun((path) => harm(join(path, file)));
  const { files, failed } = await found(run);
  expect({ files, failed }).toEqual({
    files: [{ file, status, reason: expect.stringContaining(reason) }],
    failed: true,
  });
});

test("a checkpoint of another model", async () => {
  const run = copyOfRun((path) => edit(join(path, "run.json"), '"latentDim": 2', '"latentDim": 3'));
  const { files, failed } = await found(run);
  expect(failed).toBe(true);
  expect(files.map(({ file }) => file)).toEqual([all[1], all[2]]);
  expect(files[0]!.reason).toContain("the checkpoint does not fit the model");
});

test("what is stale, incomplete or left over is said, and is no failure", async () => {
  const run = copyOfRun((path) => {
    edit(join(path, "tables", "evaluation.json"), /"hash": "\w+"/, '"hash": "0123456789abcdef"');
    edit(join(path, "model", "model.json"), '"steps": 12', '"steps": 6');
    edit(join(path, "metrics.jsonl"), /^.*"heldOut".*\n/m, "");
    writeFileSync(join(path, "metrics.jsonl.broken-1"), "?");
  });
  const left = temporaryPath("sample.png").replace(`.${process.pid}.`, ".999999999.");
  writeFileSync(join(run, "figures", left), "x");
  const { files, failed } = await found(run);
  expect(failed).toBe(false);
  expect(files.map(({ file, status }) => [file, status])).toEqual([
    ["metrics.jsonl", "incomplete"],
    ["metrics.jsonl.broken-1", "leftover"],
    ["tables/evaluation.json", "stale"],
    ["model/model.json", "stale"],
    [`figures/${left}`, "leftover"],
  ]);
  expect(files[0]!.reason).toContain("has lost the held-out values of epoch 1");
  expect((await cli("verify", run)).out).toContain(
    "\nnothing is damaged or missing; incomplete: 1 of 12 files",
  );
});

test("on a command line: a line a file, exit status 1 for damage, 3 where there is no run", async () => {
  const whole = await cli("verify", finished);
  expect([whole.status, whole.out.trimEnd().split("\n").at(-1)]).toEqual([0, "everything is whole"]);
  const run = copyOfRun((path) => flip(join(path, all[2]!)));
  const { status, out } = await cli("verify", run);
  expect(status).toBe(1);
  expect(out).toMatch(/^damaged {2}checkpoints\/step-00000012.safetensors +.*does not have its checksum/m);
  expect(out).toContain("damaged or missing: 1 of 10 files");
  await failure("run", () => runJob(verify, folder, {}));
});
