import { writeFileSync } from "node:fs";
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
  await hashFile(path, { onProgress: (progress) => seen.push(progress) });
  expect(seen).toEqual([{ stage: "hashing a.csv", done: 0, total: 6000 }]);
});

it("a MAT file with an array of no bytes is damaged", async () => {
  const path = join(temporaryFolder(), "a.mat");
  const bytes = new Uint8Array(136);
  bytes.set([0, 1, 0x49, 0x4d, 15], 124);
  writeFileSync(path, bytes);
  const { message } = await failure("data", () => openMat(path));
  expect(message).toBe("a.mat: truncated or damaged, at byte 128 of 136");
});
