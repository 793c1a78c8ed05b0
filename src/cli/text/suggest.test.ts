import { expect, test } from "vitest";
import { suggestText } from "./suggest.ts";

test("a setting that was given stands once in each command", () => {
  const value = {
    reasons: ["because"],
    caveats: ["a longer probe (`epochs`)"],
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
    options: { set: ["data.count=2000"], data: "my pictures", epochs: 9 },
  });
  expect(text.split("\n").slice(0, 5)).toEqual([
    "1. because",
    "   but a longer probe (`epochs`)",
    "",
    "betalab train digits.yaml --set data.count=2000 --set objective.beta=2 --data 'my pictures'",
    "",
  ]);
  expect(text).toContain("# a sweep file, for: betalab sweep sweep.yaml --data 'my pictures'\n");
});
