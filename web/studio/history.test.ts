import { expect, test } from "vitest";
import { courseOf, coursesOf, measuredOn } from "./history.ts";

test("a course is of held-out images where they were measured, and its unit says which", () => {
  const courses = coursesOf([
    { split: "train", step: 1, kl: 3, loss: 9 },
    { split: "heldOut", step: 2, kl: 4 },
  ]);
  const [kl, loss] = [courseOf(courses, "kl")!, courseOf(courses, "loss")!];
  expect(kl).toMatchObject({ split: "heldOut", x: [2], y: [4] });
  expect(courseOf(courses, "beta")).toBeUndefined();
  expect(courseOf(undefined, "kl")).toBeUndefined();
  expect([[kl], [loss], [kl, loss]].map(measuredOn)).toEqual([
    "held out",
    "training batches",
    "held out or training batches",
  ]);
});
