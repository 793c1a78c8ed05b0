/** Lines of a file that grows, is cut off, or is replaced. */

import { appendFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolders } from "../../test/helpers/folders.ts";
import { Tail } from "./tail.ts";

const folder = temporaryFolders();

test("only whole lines, each once, also by a reader that begins where another one was", () => {
  const file = join(folder(), "lines");
  const tail = new Tail(file);
  expect(tail.read()).toMatchObject({ lines: [], fromStart: true });
  writeFileSync(file, "one\ntwo\nthr");
  expect(tail.read()).toMatchObject({ lines: ["one", "two"], fromStart: true, more: false });
  expect(tail.read()).toMatchObject({ lines: [], fromStart: false });
  appendFileSync(file, "ee\nµ");
  const { at, ...piece } = tail.read();
  expect(piece).toEqual({ lines: ["three"], fromStart: false, more: false });
  // A character may be cut in its middle.
  appendFileSync(file, Buffer.from([0xce]));
  const other = new Tail(file, at);
  expect(other.read().lines).toEqual([]);
  appendFileSync(file, Buffer.from([0xb2, 0x0a]));
  expect(other.read()).toMatchObject({ lines: ["µβ"], fromStart: false });
});

test("a file in its place is read from its beginning, a shorter one too, and one that went", () => {
  const at = folder();
  const file = join(at, "lines");
  writeFileSync(file, "one\ntwo\n");
  const tail = new Tail(file);
  tail.read();
  writeFileSync(join(at, "new"), "one\nanother\nthird\n");
  renameSync(join(at, "new"), file);
  expect(tail.read()).toMatchObject({ lines: ["one", "another", "third"], fromStart: true });
  writeFileSync(file, "x\n");
  expect(tail.read()).toMatchObject({ lines: ["x"], fromStart: true });
  rmSync(file);
  expect(tail.read()).toMatchObject({ lines: [], fromStart: true });
  expect(tail.read()).toMatchObject({ lines: [], fromStart: false });
});

test("a long file comes in pieces, a line longer than a piece whole", () => {
  const file = join(folder(), "lines");
  const long = "x".repeat(5 << 20);
  writeFileSync(file, `${long}\nend\n`);
  const tail = new Tail(file);
  const first = tail.read();
  expect(first.lines[0]).toBe(long);
  const rest = first.more ? tail.read().lines : first.lines.slice(1);
  expect(rest).toEqual(["end"]);
});

test("what is no place is the beginning", () => {
  const file = join(folder(), "lines");
  writeFileSync(file, "one\n");
  for (const at of ["", "x", "../../etc-0-1", "a-b-999999999999999999"]) {
    expect(new Tail(file, at).read()).toMatchObject({ lines: ["one"], fromStart: true });
  }
});
