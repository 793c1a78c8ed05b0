import { expect, test } from "vitest";
import { formatCsv } from "./csv.ts";

test("cells are quoted where they must be; numbers keep what a float32 has; nothing is an empty cell", () => {
  const rows = [
    ['say "a", b', Math.fround(0.1), undefined],
    ["two\nlines", -12, Number.NaN],
    ["", 12345678, 1e-12],
  ];
  expect(formatCsv(["name", "value", "x,y"], rows)).toBe(
    'name,value,"x,y"\n"say ""a"", b",0.100000001,\n"two\nlines",-12,\n,12345678,1e-12\n',
  );
});
