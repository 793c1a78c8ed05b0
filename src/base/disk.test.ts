import { spawnSync } from "node:child_process";
import fs, {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, parse, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { failure } from "../../test/helpers/errors.ts";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import {
  AtomicFile,
  diskError,
  makeFolder,
  nearestThere,
  removeFile,
  removeStaleTemporaries,
  staleTemporaries,
  temporaryPath,
  writeFileAtomic,
} from "./disk.ts";
import type { BetalabError } from "./errors.ts";

const folder = temporaryFolders();

describe("writeFileAtomic", () => {
  test("creates, replaces, leaves nothing else", () => {
    const path = join(folder(), "a.txt");
    writeFileAtomic(path, "one");
    writeFileAtomic(path, Uint8Array.of(116, 119, 111));
    expect(readFileSync(path, "utf8")).toBe("two");
    expect(readdirSync(join(path, ".."))).toEqual(["a.txt"]);
  });

  test("an absent folder is named", () => {
    const path = join(folder(), "gone", "a.txt");
    const error = failure(() => writeFileAtomic(path, "x"));
    expect(error.code).toBe("disk");
    expect(error.message).toBe(`can't write ${path}: its folder is not there`);
  });

  test("a folder on a read-only disk: the reason is the disk, not the folders that are still to be made", () => {
    const path = join(folder(), "new", "newer");
    const original = fs.mkdirSync;
    // What Node answers there.
    fs.mkdirSync = ((...[, options]: Parameters<typeof original>) => {
      const code = typeof options === "object" && options?.recursive ? "ENOENT" : "EROFS";
      throw Object.assign(new Error(code), { code });
    }) as typeof original;
    syncBuiltinESMExports();
    try {
      const { message } = failure(() => makeFolder(path));
      expect(message).toBe(`can't write ${path}: the file system is read-only`);
    } finally {
      fs.mkdirSync = original;
      syncBuiltinESMExports();
    }
  });

  test("a folder in the file's place: no temporary is left", () => {
    const path = join(folder(), "a");
    mkdirSync(join(path, "b"), { recursive: true });
    expect(failure(() => writeFileAtomic(path, "x")).code).toBe("disk");
    expect(readdirSync(join(path, ".."))).toEqual(["a"]);
  });

  test("a temporary that can't be removed keeps nobody from hearing what failed before", () => {
    const home = folder();
    const file = new AtomicFile(join(home, "a"));
    const [temporary] = readdirSync(home);
    // A folder in its place can't be removed as a file.
    rmSync(join(home, temporary!));
    mkdirSync(join(home, temporary!));
    expect(() => file.abort()).not.toThrow();
  });
});

test("a file that can't be removed is named, one that is not there is no error", () => {
  const path = join(folder(), "a");
  removeFile(path);
  mkdirSync(path);
  const error = failure(() => removeFile(path));
  expect(error.code).toBe("disk");
  expect(error.message).toContain(`can't remove ${path}: `);
});

test("temporaries of the dead go, those of the living and other files stay", () => {
  const inside = folder();
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const [, hex] = /([0-9a-f]{12})\.tmp$/.exec(temporaryPath("a"))!;
  const names = {
    ofDead: `.run.json.${dead}.${hex}.tmp`,
    ofUsBefore: `.run.json.${process.pid}.${hex}.tmp`,
    ofLiving: `.run.json.${process.ppid}.${hex}.tmp`,
    ofRecycled: `.old.json.${process.ppid}.${hex}.tmp`,
    foreign: ".notes.tmp",
    file: "run.json",
  };
  for (const name of Object.values(names)) writeFileSync(join(inside, name), "x");
  utimesSync(join(inside, names.ofRecycled), new Date(0), new Date(0));
  const halfAnHourAgo = new Date(Date.now() - 30 * 60_000);
  utimesSync(join(inside, names.ofLiving), halfAnHourAgo, halfAnHourAgo);
  const stale = [names.ofDead, names.ofUsBefore, names.ofRecycled].sort();
  expect(staleTemporaries(inside).sort()).toEqual(stale);
  // Where others write too, our number is ours.
  expect(staleTemporaries(inside, true).sort()).toEqual(stale.filter((name) => name !== names.ofUsBefore));
  removeStaleTemporaries(inside);
  expect(readdirSync(inside).sort()).toEqual([names.foreign, names.ofLiving, names.file].sort());
});

test("in a folder that machines share, only age tells that a temporary of another one is nobody's", () => {
  const inside = folder();
  const dead = spawnSync(process.execPath, ["-e", ""]).pid;
  const here = /([0-9a-f]{4})[0-9a-f]{8}\.tmp$/.exec(temporaryPath("a"))![1]!;
  const there = here === "0123" ? "4567" : "0123";
  const [fresh, old] = ["0", "1"].map((digit) => `.pictures.u8.${dead}.${there}0000000${digit}.tmp`);
  for (const name of [fresh!, old!]) writeFileSync(join(inside, name), "half");
  utimesSync(join(inside, old!), new Date(0), new Date(0));
  writeFileAtomic(join(inside, "own.json"), "{}");
  expect(readdirSync(inside).sort()).toEqual([fresh, "own.json"]);
  // Who holds the folder is its one writer, whatever machine wrote before.
  expect(staleTemporaries(inside)).toEqual([fresh]);
});

test("two temporary names never agree", () => {
  expect(temporaryPath("x/run.json")).not.toBe(temporaryPath("x/run.json"));
});

describe("a full disk", () => {
  test("/dev/full", (context) => {
    if (!existsSync("/dev/full")) return context.skip("there is no /dev/full here");
    const error = failure(() => {
      try {
        writeSync(openSync("/dev/full", "w"), "x");
      } catch (cause) {
        throw diskError(cause, "/dev/full", 1);
      }
    });
    expect(error.code).toBe("disk");
    expect(error.message).toMatch(/^can't write \/dev\/full: the disk is full \(1 bytes needed/);
    expect(error.hint).toContain("free some space");
  });
});

describe("other reasons", () => {
  test.each([
    ["EROFS", "the file system is read-only"],
    ["EACCES", "permission denied"],
    ["EDQUOT", "your disk quota is used up"],
  ])("%s", (code, words) => {
    const error = diskError(Object.assign(new Error("raw"), { code }), "a/b", 7) as BetalabError;
    expect([error.code, error.message.includes(`can't write a/b: ${words}`)]).toEqual(["disk", true]);
  });

  test("an error that is not the system's stays what it is", () => {
    const bug = new TypeError("bug");
    expect(diskError(bug, "a", 0)).toBe(bug);
  });
});

test("a folder where there can be none is an error, and not tried for ever", async (context) => {
  if (process.platform !== "linux") context.skip("there is no /proc");
  expect((await failure(() => makeFolder("/proc/betalab/deep"))).code).toBe("disk");
});

test("where not even a root is there, as on Windows without the drive, the search ends at it", () => {
  const original = fs.existsSync;
  fs.existsSync = () => false;
  syncBuiltinESMExports();
  try {
    const root = parse(resolve("/")).root;
    expect(nearestThere(join(root, "runs", "a"))).toEqual({ there: root, missing: root });
  } finally {
    fs.existsSync = original;
    syncBuiltinESMExports();
  }
});

test("folders above one that is there are not touched, and those that are missing are made", () => {
  const above = folder();
  makeFolder(join(above, "a", "b", "c"));
  makeFolder(join(above, "a", "b"));
  expect(readdirSync(join(above, "a", "b"))).toEqual(["c"]);
});
