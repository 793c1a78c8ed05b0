import { expect, test } from "vitest";
import { pieceByPiece } from "./frames.ts";

test("every piece has a frame of its own, in order, whatever one of them asks for or throws", () => {
  const frames: (() => void)[] = [];
  const inFrame = pieceByPiece((frame) => frames.push(frame));
  const drawn: string[] = [];
  inFrame(() => {
    drawn.push("a");
    inFrame(() => drawn.push("c"));
  });
  inFrame(() => {
    throw new Error("no canvas");
  });
  expect(frames.length).toBe(1);
  frames.shift()!();
  expect(drawn).toEqual(["a"]);
  expect(() => frames.shift()!()).toThrow("no canvas");
  frames.shift()!();
  expect(drawn).toEqual(["a", "c"]);
  expect(frames).toEqual([]);
  inFrame(() => drawn.push("d"));
  frames.shift()!();
  expect(drawn).toEqual(["a", "c", "d"]);
});
