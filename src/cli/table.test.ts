import { expect, test } from "vitest";
import { memoryIo } from "../../test/helpers/io.ts";
import { Output } from "./output.ts";
import { columns } from "./table.ts";

test("a name with a line break stays in its cell", () => {
  expect(
    columns([
      ["it's\nb", "5"],
      ["c", "7"],
    ]),
  ).toBe("it's\\nb  5\nc        7");
});

test("what a terminal would obey in a name is shown, not done", () => {
  const io = memoryIo();
  const output = new Output(io, { json: false, quiet: false });
  output.note("reading \x1b[2Ja\rb\u009bc\td");
  output.print({ value: {}, text: "a\x07\nb" });
  output.fail(new Error("\x1b]0;x"));
  expect(io.out()).toBe("a\\x07\nb\n");
  expect(io.err()).toContain("reading \\x1b[2Ja\\x0db\\x9bc\td\n");
  expect(io.err()).toContain("betalab: \\x1b]0;x\n");
});
