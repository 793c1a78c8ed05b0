import { expect, test } from "vitest";
import { checkOptions } from "./run-job.ts";
import { train } from "./train.ts";

test("of an option with several values the wrong one is shown, by no number", () => {
  expect(() => checkOptions(train, { set: ["seed=1", "objective.beta"] })).toThrow(
    '`set` is "objective.beta": must be of the form path=value, such as objective.beta=4',
  );
});
