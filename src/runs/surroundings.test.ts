import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/helpers/data.ts";
import { commandLine, gitCommit, surroundings } from "./surroundings.ts";

test("the command as a shell takes it, and no password", () => {
  const args = ["train", "demo", "--set", "model={hidden: [8]}", "--on", "redis://me:secret@host:6379/0"];
  expect(commandLine(["/usr/bin/node", "/opt/bin/betalab.js", ...args])).toBe(
    "betalab train demo --set 'model={hidden: [8]}' --on redis://…@host:6379/0",
  );
  expect(commandLine(["node", "x.js", "redis://me:s@cret@host", "http://host/a@b"])).toBe(
    "x.js redis://…@host http://host/a@b",
  );
  expect(commandLine(["node", "x.js", "it's"])).toBe("x.js 'it'\\''s'");
});

test("the commit of the working directory's repository, and whether files of it had changed", () => {
  const folder = temporaryFolder();
  expect(gitCommit(folder)).toBeUndefined();
  const git = (...words: string[]): string =>
    execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...words], {
      cwd: folder,
      encoding: "utf8",
    });
  git("init", "-q");
  writeFileSync(join(folder, "own.js"), "1");
  git("add", ".");
  git("commit", "-qm", "first");
  git("tag", "v1");
  const head = git("rev-parse", "HEAD").trim();
  expect(gitCommit(folder)).toBe(head);
  writeFileSync(join(folder, "own.js"), "2");
  expect(gitCommit(folder)).toBe(`${head}-dirty`);
  expect(surroundings().system.split(" ")).toHaveLength(3);
});
