import { expect, test } from "vitest";
import { commandOf, fromHash, toHash } from "./address.ts";

test("an address gives back the configs that it was made of", () => {
  const { config, other } = fromHash("#model.latentDim=4&name=it's%20mine&b.objective.beta=8");
  expect([config.model.latentDim, config.name, config.objective.beta]).toEqual([4, "it's mine", 1]);
  expect(fromHash(`#${toHash({ config, other })}`)).toEqual({ config, other });
});

test("the command is one that a shell reads, with a place for data that were brought", () => {
  const { config } = fromHash("#name=it's");
  expect(commandOf(config)).toContain(`--set 'name="it'\\''s"'`);
  expect(commandOf(config)).not.toContain("--data");
  expect(commandOf(fromHash("#data.source=idx").config)).toMatch(/^betalab train demo --data PATH --set /);
});
