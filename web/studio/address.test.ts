import { expect, test } from "vitest";
import { addressOf, parseAddress, type View } from "./address.ts";

const parse = (text: string) => {
  const { pathname, search } = new URL(text, "http://studio");
  return parseAddress({ pathname, search });
};

const views: readonly (readonly [View, string])[] = [
  [{ name: "runs" }, "/"],
  [{ name: "run", run: "betas/beta-4_seed-0", part: "curves" }, "/runs/betas/beta-4_seed-0"],
  [{ name: "run", run: "a b/50%?#ü", part: "files" }, "/runs/a%20b/50%25%3F%23%C3%BC?view=files"],
  [{ name: "compare", runs: ["a/b", "c,d"] }, "/compare?run=a%2Fb&run=c%2Cd"],
  [{ name: "sweep", sweep: "deep/betas" }, "/sweeps/deep/betas"],
  [{ name: "start", job: "data inspect" }, "/start/data%20inspect"],
  [{ name: "start", job: undefined }, "/start"],
  [{ name: "queue" }, "/queue"],
  [{ name: "trash" }, "/trash"],
];

test.each(views)("%j has the address %s, and is found by it", (view, address) => {
  expect(addressOf(view)).toBe(address);
  expect(parse(address).view).toEqual(view);
});

test("what is chosen in a view is its query", () => {
  expect(addressOf({ name: "runs" }, { q: "beta>2", sort: "-kl" })).toBe("/?q=beta%3E2&sort=-kl");
  expect(parse("/?q=beta%3E2").query.get("q")).toBe("beta>2");
});

test("an address of nothing, and a percent sign of nothing, are no failure", () => {
  expect(parse("/nowhere/at/all").view).toEqual({ name: "unknown", path: "/nowhere/at/all" });
  expect(parse("/runs/50%").view).toEqual({ name: "run", run: "50%", part: "curves" });
  expect(parse("/runs/a?view=nonsense").view).toEqual({ name: "run", run: "a", part: "curves" });
});
