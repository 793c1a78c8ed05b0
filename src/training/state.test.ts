/** State by name: what a checkpoint may bring back, and the clearing of moments that have vanished. */

import { expect, test } from "vitest";
import { failure } from "../../test/helpers/data.ts";
import { input } from "../graph/index.ts";
import { fill, type StateSpec } from "../nn/index.ts";
import type { Resident } from "../runtime/index.ts";
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
  const feeds = state.feeds({ inputs: [w, input("pixels", [1], "uint8")] });
  expect(Object.keys(feeds)).toEqual(["w"]);
});

/** A tensor on a device that writes down what is done to it. */
function resident(name: string, said: string[], numbers = values): Resident {
  return {
    dtype: "float32",
    shape: [4],
    read: async () => {
      said.push(`read ${name}`);
      return { dtype: "float32", shape: [4], data: Float32Array.from(numbers) };
    },
    release: () => said.push(`release ${name}`),
  };
}

test("on a device it is fed as it lies there, and freed when a call replaces it", () => {
  const said: string[] = [];
  const [first, moment, second] = ["first", "moment", "second"].map((name) => resident(name, said));
  const one = state.next({ "next:w": first!, "next:secondMoment.w": moment! });
  expect(said).toEqual([]);
  const two = one.next({ "next:w": second! });
  expect(said).toEqual(["release first"]);
  const [w, m] = [input("w", [4]), input("secondMoment.w", [4])];
  const feeds = two.withoutVanishingMoments().feeds({ inputs: [w, m] });
  expect(feeds).toEqual({ w: second, "secondMoment.w": moment });
});

test("its numbers on a device are there once they were read, and the device's memory is freed", async () => {
  const said: string[] = [];
  const there = state.next({ "next:w": resident("w", said, [1, 2, 3, 4]) });
  expect(() => there.get("w")).toThrow('internal: the state "w" was not read');
  const here = await there.read();
  expect([...here.get("w")]).toEqual([1, 2, 3, 4]);
  expect(here.get("running")).toBe(state.get("running"));
  expect(said).toEqual(["read w", "release w"]);
});
