/** What an address can reach. */

import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { inside } from "./inside.ts";

const folder = temporaryFolders();

function tree(): string {
  const root = join(folder(), "runs");
  mkdirSync(join(root, "a", "b"), { recursive: true });
  mkdirSync(join(root, ".studio"));
  writeFileSync(join(root, "a", "b", "file"), "inside");
  writeFileSync(join(root, "..", "secret"), "outside");
  mkdirSync(join(root, "..", "runs-too"));
  symlinkSync(join(root, "..", "secret"), join(root, "a", "out"));
  symlinkSync(join(root, "a", "b"), join(root, "link"));
  symlinkSync(join(root, "..", "runs-too"), join(root, "run"));
  return root;
}

test("a path below the folder, also where the folder itself is reached by a link", () => {
  const root = tree();
  expect(inside(root, "a/b/file")).toBe(realpathSync(join(root, "a/b/file")));
  symlinkSync(root, join(root, "..", "shortcut"));
  expect(inside(join(root, "..", "shortcut"), "a/b/file")).toBe(realpathSync(join(root, "a/b/file")));
});

const refused = [
  "",
  "/",
  "..",
  "../secret",
  "a/../../secret",
  "a/./b",
  "a//b",
  "/etc/passwd",
  "a\\..\\..\\secret",
  "a/b/file\0.png",
  ".studio",
  "a/out",
  "link/file",
  "link",
  "run",
  "a/nothing",
  "x".repeat(10_000),
];

test.each(refused)("not there: %j", (path) => {
  expect(() => inside(tree(), path)).toThrow(expect.objectContaining({ status: 404 }));
});
