/** The order of system calls, which decides what a power cut leaves and which nothing else can show. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AtomicFile, writeFileAtomic } from "./disk.ts";

const calls = vi.hoisted(() => ({ seen: [] as string[], names: new Map<number, string>(), failing: "" }));

vi.mock("node:fs", async (original) => {
  const fs = await original<typeof import("node:fs")>();
  const note = (name: string, path: string) => {
    calls.seen.push(`${name} ${basename(path).replace(/\.\d+\.[0-9a-f]+\.tmp$/, ".tmp")}`);
    if (calls.failing === name) throw Object.assign(new Error("cut"), { code: "EIO" });
  };
  return {
    ...fs,
    openSync(path: string, flags: string) {
      const file = fs.openSync(path, flags);
      calls.names.set(file, path);
      return file;
    },
    writeSync(file: number, bytes: Uint8Array, from: number) {
      note("write", calls.names.get(file)!);
      // One write may take only a part.
      return fs.writeSync(file, bytes, from, Math.min(2, bytes.length - from));
    },
    fsyncSync(file: number) {
      note("fsync", calls.names.get(file)!);
      fs.fsyncSync(file);
    },
    renameSync(from: string, to: string) {
      note("rename", to);
      fs.renameSync(from, to);
    },
  };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "betalab-order-"));
  calls.seen.length = 0;
});
afterEach(() => {
  calls.failing = "";
  rmSync(folder, { recursive: true });
});

const written = () => [
  "write .a.tmp",
  "write .a.tmp",
  "fsync .a.tmp",
  "rename a",
  ...(process.platform === "win32" ? [] : [`fsync ${basename(folder)}`]),
];

test("write, flush, rename, flush the folder", () => {
  writeFileAtomic(join(folder, "a"), "abc");
  expect(calls.seen).toEqual(written());
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("abc");
});

test("in pieces too", () => {
  const file = new AtomicFile(join(folder, "a"));
  file.write(Uint8Array.of(97));
  file.write(Uint8Array.of(98, 99));
  expect(readdirSync(folder).includes("a")).toBe(false);
  file.commit();
  expect(calls.seen).toEqual(written());
  expect(readFileSync(join(folder, "a"), "utf8")).toBe("abc");
});

test.each(["write", "fsync", "rename"])(
  "%s fails: what was there is untouched, no temporary is left",
  (call) => {
    writeFileSync(join(folder, "a"), "before");
    calls.failing = call;
    expect(() => writeFileAtomic(join(folder, "a"), "after")).toThrow(
      /can't write .*a: the disk reports an error/,
    );
    expect(readdirSync(folder)).toEqual(["a"]);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("before");
  },
);

test("a device is not replaced by a file", (context) => {
  if (process.platform === "win32") return context.skip("there is no /dev/null here");
  expect(() => new AtomicFile("/dev/null")).toThrow("can't write /dev/null: it is not a file");
});
