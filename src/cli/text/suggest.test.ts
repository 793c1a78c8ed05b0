import { expect, test } from "vitest";
import { suggestText } from "./suggest.ts";

test("a setting that was given stands once in each command", () => {
  const value = {
    reasons: ["because"],
    caveats: [],
    trainings: [{ set: ["data.count=2000", "objective.beta=2"] }],
    sweep: {
      config: "digits.yaml",
      set: { "data.count": 2000 },
      grid: { "objective.beta": [1, 2] },
      seeds: 3,
    },
    path: "runs/probe",
  };
  const text = suggestText({
    value,
    paths: [],
    subject: "digits.yaml",
    options: { set: ["data.count=2000"] },
  });
  expect(text.split("\n").slice(0, 4)).toEqual([
    "1. because",
    "",
    "betalab train digits.yaml --set data.count=2000 --set objective.beta=2",
    "",
  ]);
});
