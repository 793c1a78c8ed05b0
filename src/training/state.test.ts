/** State by name: what a checkpoint may bring back, and the clearing of moments that have vanished. */

import { expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { input } from "../graph/index.ts";
import { fill, type StateSpec } from "../nn/index.ts";
import { State } from "./index.ts";

const spec = (name: string, kind: StateSpec["kind"], shape = [4]): StateSpec => ({
  name,
  shape,
  initializer: fill(1),
  kind,
});
const specs = [spec("w", "parameter"), spec("secondMoment.w", "moment"), spec("running", "buffer")];

const values = [1e-31, -1e-45, 1e-29, 0.5];
const state = new State(specs, new Map(specs.map(({ name }) => [name, Float32Array.from(values)])));

test("moments below 1e-30 become zero; weights, buffers and larger moments stay as they are", () => {
  const cleared = state.withoutVanishingMoments();
  expect([...cleared.get("secondMoment.w")]).toEqual([0, 0, Math.fround(1e-29), 0.5]);
  for (const name of ["w", "running"]) expect([...cleared.get(name)]).toEqual([...state.get(name)]);
  expect([...state.get("secondMoment.w")]).toEqual([...Float32Array.from(values)]);
});

test("only parameters count as parameters", () => expect(state.parameterCount).toBe(4));

test("comes back from its own records", () => {
  const restored = State.restore(specs, state.records());
  for (const { name } of specs) expect(restored.get(name)).toEqual(state.get(name));
});

test.each([
  ["is missing", {}],
  ["is F32[2,2]", { w: { dtype: "F32", shape: [2, 2], data: new Float32Array(4) } }],
  ["is F64[4]", { w: { dtype: "F64", shape: [4], data: new Float64Array(4) } }],
] as const)("a tensor that %s is named", async (what, tensors) => {
  const { message } = await failure("run", () => State.restore(specs, tensors));
  expect(message).toBe(`the checkpoint does not fit the model: "w" ${what}, not F32[4]`);
});

test("a program is fed what it asks for, no more", () => {
  const w = input("w", [4]);
  const feeds = state.feeds({ name: "p", inputs: [w, input("pixels", [1], "uint8")], outputs: { w } });
  expect(Object.keys(feeds)).toEqual(["w"]);
});
