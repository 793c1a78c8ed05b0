import { describe, expect, test } from "vitest";
import { configuration } from "../../src/config/index.ts";
import { shipped } from "../../src/config/node.ts";
import type { OptionDescription } from "../../src/workbench/index.ts";
import { countOf, nested, optionsOf, settingsOf, sweepOf } from "./form.ts";
import { choicesAt } from "./schema.ts";

const options: readonly OptionDescription[] = [
  { name: "epochs", type: "integer", description: "", minimum: 1 },
  { name: "bare", type: "boolean", description: "", default: false },
  { name: "dims", type: "integer", list: true, description: "" },
  { name: "set", type: "string", list: true, repeated: true, description: "", default: [] },
  { name: "split", type: "string", description: "", choices: ["heldOut", "train"], default: "heldOut" },
];

describe("a job's form", () => {
  test("says what was typed, and nothing of what was left as it was", () => {
    expect(optionsOf(options, {})).toEqual({});
    expect(optionsOf(options, { epochs: " 5 ", bare: false, dims: "0, 7", split: "heldOut" })).toEqual({
      epochs: 5,
      dims: [0, 7],
    });
    expect(optionsOf(options, { set: "objective.beta=4\nmodel.hidden=[400, 400]\n", bare: true })).toEqual({
      set: ["objective.beta=4", "model.hidden=[400, 400]"],
      bare: true,
    });
  });

  test("a number that is none goes as it is: the job says what is wrong", () => {
    expect(optionsOf(options, { epochs: "many" })).toEqual({ epochs: "many" });
    const digits = "9999999999999999999999";
    expect(optionsOf(options, { epochs: digits })).toEqual({ epochs: digits });
  });

  test("a grid is a sweep: words, numbers and lists as they are meant", () => {
    const axes = [
      { key: "objective.beta", values: "1, 2, 4" },
      { key: "model.hidden", values: "[400, 400], [64]" },
      { key: "model.architecture", values: "mlp" },
      { key: "", values: "9" },
    ];
    expect(sweepOf("demo", "mine", axes, "2")).toEqual({
      name: "mine",
      config: "demo",
      seeds: 2,
      grid: {
        "objective.beta": [1, 2, 4],
        "model.hidden": [[400, 400], [64]],
        "model.architecture": ["mlp"],
      },
    });
    expect(countOf(axes, "2")).toBe(12);
    expect(countOf([], "3")).toBe(3);
  });

  test("values by key are a config again, and changes are lines of set", () => {
    expect(
      nested([
        { key: "a.b.c", value: 1 },
        { key: "a.d", value: [2] },
        { key: "e", value: "x" },
      ]),
    ).toEqual({ a: { b: { c: 1 }, d: [2] }, e: "x" });
    expect(settingsOf({ "objective.beta": " 4 ", "model.hidden": "[64]" })).toEqual([
      "objective.beta=4",
      "model.hidden=[64]",
    ]);
  });

  test("the choices of a setting are those of the config's schema", () => {
    const schema = configuration(shipped).jsonSchema();
    expect(choicesAt(schema, "objective.kind")).toEqual(shipped.objectives.map(({ name }) => name));
    expect(choicesAt(schema, "model.likelihood.kind")).toEqual(shipped.likelihoods.map(({ name }) => name));
    expect(choicesAt(schema, "model.latentDim")).toEqual([]);
    expect(choicesAt(schema, "objective.nothing")).toEqual([]);
  });
});
