import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { openCsv } from "./csv.ts";
import { openMat } from "./mat.ts";
import { hashFile } from "./streams.ts";

it("what goes through a whole file stops when it is asked to", async () => {
  const path = join(temporaryFolder(), "a.csv");
  writeFileSync(path, "1,2,3\n".repeat(1000));
  const signal = AbortSignal.abort();
  await failure("interrupted", () => hashFile(path, { signal }));
  await failure("interrupted", () => openCsv(path, { signal }));
  const seen: unknown[] = [];
  const watch = { onProgress: (progress: unknown) => seen.push(progress) };
  await hashFile(path, watch);
  expect(seen).toEqual([]);
  truncateSync(path, 2 ** 26);
  await hashFile(path, watch);
  expect(seen.at(-1)).toEqual({ stage: "hashing a.csv", done: 63 * 2 ** 20, total: 2 ** 26 });
});

it("a MAT file with an array of no bytes is damaged", async () => {
  const path = join(temporaryFolder(), "a.mat");
  const bytes = new Uint8Array(136);
  bytes.set([0, 1, 0x49, 0x4d, 15], 124);
  writeFileSync(path, bytes);
  const { message } = await failure("data", () => openMat(path));
  expect(message).toBe("a.mat: truncated or damaged, at byte 128 of 136");
});
