/** The bytes of a model, read back: what other software sees, and that folding constants changes no value. */

import { fromBinary } from "@bufbuild/protobuf";
import { TensorProto_DataType as ElementType, ModelProtoSchema } from "onnx-buf";
import { beforeAll, describe, expect, test } from "vitest";
import { initialFeeds, makeVae } from "../../../test/helpers/models.ts";
import { decoderProgram, encoderProgram } from "../../latent/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { createRuntime } from "../../runtime/node.ts";
import * as g from "../index.ts";

const decode = (bytes: Uint8Array) => fromBinary(ModelProtoSchema, bytes);

/** Element type and shape of a graph's input or output, symbolic sizes by name. */
function typeOf(value: NonNullable<ReturnType<typeof decode>["graph"]>["input"][number]) {
  const type = value.type!.value;
  if (type.case !== "tensorType") throw new Error(`no tensor: ${type.case}`);
  return {
    name: value.name,
    elements: ElementType[type.value.elemType],
    shape: type.value.shape!.dim.map(({ value: size }) =>
      size.case === "dimValue" ? Number(size.value) : size.value,
    ),
  };
}

const models = [
  { architecture: "mlp", image: { height: 28, width: 28, channels: 1 }, latentDim: 20 },
  { architecture: "conv28", image: { height: 28, width: 28, channels: 1 }, latentDim: 16 },
  { architecture: "burgess", image: { height: 64, width: 64, channels: 1 }, latentDim: 10 },
  {
    architecture: "celeba",
    image: { height: 64, width: 64, channels: 3 },
    latentDim: 8,
    likelihood: { kind: "gaussian" },
  },
  { architecture: "conv", image: { height: 45, width: 31, channels: 3 }, latentDim: 4 },
];

describe.each(models)("exported $architecture", (options) => {
  const vae = makeVae(options);
  const { height, width, channels } = options.image;
  const [encoder, decoder] = [encoderProgram(vae), decoderProgram(vae)].map(({ program, weights }) =>
    decode(g.writeOnnx({ ...program, metadata: { beta: "4" } }, { weights: initialFeeds(weights) })),
  ) as [ReturnType<typeof decode>, ReturnType<typeof decode>];

  test("opset 17 of the standard domain alone, IR version 8", () => {
    for (const model of [encoder, decoder]) {
      expect(model.irVersion).toBe(8n);
      expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", 17n]]);
      expect(new Set(model.graph!.node.map(({ domain }) => domain))).toEqual(new Set([""]));
      expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([["beta", "4"]]);
    }
  });

  test("a free batch in and out, and no other input: the weights are inside", () => {
    const { latentDim } = options;
    expect(encoder.graph!.input.map(typeOf)).toEqual([
      { name: "image", elements: "FLOAT", shape: ["batch", height, width, channels] },
    ]);
    expect(encoder.graph!.output.map(typeOf)).toEqual([
      { name: "mean", elements: "FLOAT", shape: ["batch", latentDim] },
      { name: "logVariance", elements: "FLOAT", shape: ["batch", latentDim] },
    ]);
    expect(decoder.graph!.input.map(typeOf)).toEqual([
      { name: "latent", elements: "FLOAT", shape: ["batch", latentDim] },
    ]);
    expect(decoder.graph!.output.map(typeOf)).toEqual([
      { name: "image", elements: "FLOAT", shape: ["batch", height, width, channels] },
    ]);
  });

  test("every name is made once, before it is used; nodes say which layer they belong to", () => {
    for (const { graph } of [encoder, decoder]) {
      const known = new Set([...graph!.input, ...graph!.initializer].map(({ name }) => name));
      for (const node of graph!.node) {
        for (const name of node.input) expect(known, node.name).toContain(name);
        for (const name of node.output) {
          expect(known, node.name).not.toContain(name);
          known.add(name);
        }
      }
      expect(new Set(graph!.node.map(({ name }) => name)).size).toBe(graph!.node.length);
      expect(graph!.node.some(({ name }) => /^(en|de)coder\/\w+\/\w+/.test(name))).toBe(true);
    }
  });
});

test("a description for people, and readable operators", () => {
  const x = g.input("x", [2, 3]);
  const y = g.matmul(x, x, true);
  const model = decode(g.writeOnnx({ name: "square", inputs: [x], outputs: { y }, description: "xᵀx" }));
  expect(model.docString).toBe("xᵀx");
  expect(model.graph!.node.map(({ opType }) => opType)).toEqual(["Gemm"]);
});

test("an input that no output needs is declared all the same", () => {
  const [x, unused] = [g.input("x", [2]), g.input("unused", ["batch"], "uint8")];
  const { graph } = decode(g.writeOnnx({ name: "p", inputs: [x, unused], outputs: { y: g.negate(x) } }));
  expect(graph!.input.map(typeOf)).toEqual([
    { name: "x", elements: "FLOAT", shape: [2] },
    { name: "unused", elements: "UINT8", shape: ["batch"] },
  ]);
});

test("an input that was forgotten is our own mistake", () => {
  const x = g.input("x", [2]);
  expect(() => g.writeOnnx({ name: "p", inputs: [], outputs: { y: g.negate(x) } })).toThrow(
    /internal: p needs "x"/,
  );
});

test("two inputs, or an input and an output, of one name are our own mistake too", () => {
  const [x, again] = [g.input("x", [2]), g.input("x", [2])];
  const message = /internal: of p two inputs, or an input and an output, are called "x"/;
  expect(() => g.writeOnnx({ name: "p", inputs: [x, again], outputs: { y: g.add(x, again) } })).toThrow(
    message,
  );
  expect(() => g.writeOnnx({ name: "p", inputs: [x], outputs: { x: g.negate(x) } })).toThrow(message);
});

describe("constants that are one number everywhere", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 1 });
  });

  const x = g.input("x", [2, 3]);
  const data = Float32Array.of(1, -2, 3, 0.5, -0.25, 8);
  const feeds: Record<string, g.Value> = { x: { dtype: "float32", shape: [2, 3], data } };

  test.each<[string, g.Tensor, number[]]>([
    ["a scalar", g.multiply(x, g.constant(2)), [2, -4, 6, 1, -0.5, 16]],
    ["a filled matrix", g.add(x, g.constant(1, [2, 3])), [2, -1, 4, 1.5, 0.75, 9]],
    ["times one", g.multiply(g.constant(1, [2, 3]), x), [...data]],
    [
      "one constant times another",
      g.add(x, g.multiply(g.constant(2, [3]), g.constant(4))),
      [9, 6, 11, 8.5, 7.75, 16],
    ],
    ["reshaped", g.add(x, g.reshape(g.constant(0.5, [6]), [2, 3])), [1.5, -1.5, 3.5, 1, 0.25, 8.5]],
    ["broadcast", g.multiply(x, g.broadcastTo(g.constant(-1, [1, 3]), [2, 3])), [...data].map((v) => -v)],
    ["on the left of a difference", g.subtract(g.constant(1, [2, 3]), x), [0, 3, -2, 0.5, 1.25, -7]],
    [
      "a fill that stretches the other operand",
      g.multiply(g.constant(3, [2, 2, 3]), x),
      [...data, ...data].map((v) => 3 * v),
    ],
  ])("%s", async (_, y, expected) => {
    expect([...(g.interpret({ y }, feeds).y.data as Float32Array)]).toEqual(expected);
    const session = await runtime.compile({ name: "fold", inputs: [x], outputs: { y } });
    const result = await session.run(feeds);
    await session.release();
    expect([...(result.y!.data as Float32Array)]).toEqual(expected);
    expect(result.y!.shape).toEqual(y.shape);
  });

  test("a constant output and an output that is an input both arrive", async () => {
    const outputs = { filled: g.constant(7, [2]), same: x };
    const session = await runtime.compile({ name: "p", inputs: [x], outputs });
    const { filled, same } = await session.run(feeds);
    await session.release();
    expect([...(filled!.data as Float32Array)]).toEqual([7, 7]);
    expect([...(same!.data as Float32Array)]).toEqual([...data]);
  });
});

describe("what is written", () => {
  const operators = (outputs: Record<string, g.Tensor>, inputs: readonly g.Tensor[], target?: g.Target) =>
    decode(g.writeOnnx({ name: "p", inputs, outputs }, { target })).graph!.node.map(({ opType }) => opType);
  const x = g.input("x", [6, 2]);

  test("neighbouring slices of one tensor are read as one, all of them as the tensor", () => {
    const [a, b, c] = [g.slice(x, 0, 0, 2), g.slice(x, 0, 2, 3), g.slice(x, 0, 3, 6)];
    expect(operators({ y: g.concatenate([a, b, c], 0) }, [x])).toEqual(["Identity"]);
    expect(operators({ y: g.concatenate([a, b], 0) }, [x])).toEqual(["Slice"]);
    expect(operators({ y: g.concatenate([b, a], 0) }, [x])).toEqual(["Slice", "Slice", "Concat"]);
    expect(operators({ y: g.concatenate([b, c, a], 0) }, [x])).toEqual(["Slice", "Slice", "Concat"]);
    const [left, right] = [g.slice(x, 1, 0, 1), g.slice(x, 1, 1, 2)];
    expect(operators({ y: g.concatenate([left, right], 0) }, [x])).toEqual(["Slice", "Slice", "Concat"]);
  });

  test("for the CPU, all pieces of a tensor come from one operator", () => {
    const target = g.blockedTarget(16);
    const [a, b, c] = [g.slice(x, 0, 0, 2), g.slice(x, 0, 2, 3), g.slice(x, 0, 3, 6)];
    const [left, right] = [g.slice(x, 1, 0, 1), g.slice(x, 1, 1, 2)];
    expect(operators({ c, a, b }, [x])).toEqual(["Slice", "Slice", "Slice"]);
    expect(operators({ c, a, b }, [x], target)).toEqual(["Split"]);
    expect(operators({ y: g.concatenate([right, left], 0) }, [x], target)).toEqual(["Split", "Concat"]);
    // Not where one is missing, or they are cut along two axes.
    expect(operators({ a, c }, [x], target)).toEqual(["Slice", "Slice"]);
    expect(operators({ a, b, c, left }, [x], target)).toEqual(["Slice", "Slice", "Slice", "Slice"]);
  });

  test("gradients for the two halves of a tensor are put side by side, not padded and added", () => {
    const [left, right] = [g.slice(x, 1, 0, 1), g.slice(x, 1, 1, 2)];
    const loss = g.sum(g.multiply(g.exp(right), g.sigmoid(left)));
    const [dx] = g.gradients(loss, [x]);
    const written = operators({ dx: dx! }, [x]);
    expect(written).toContain("Concat");
    expect(written).not.toContain("Pad");
    // Where something lies between or over, they are.
    const apart = g.sum(g.multiply(g.exp(g.slice(x, 0, 0, 2)), g.slice(x, 0, 4, 6)));
    expect(operators({ dx: g.gradients(apart, [x])[0]! }, [x]).filter((name) => name === "Pad")).toHaveLength(
      2,
    );
  });

  test("only what leads to an output is, constants too", () => {
    const unused = g.multiply(x, g.constant(3));
    const y = g.withGradient(g.exp(x), [unused], () => [x]);
    const { node, initializer } = decode(g.writeOnnx({ name: "p", inputs: [x], outputs: { y } })).graph!;
    expect(node.map(({ opType }) => opType)).toEqual(["Exp"]);
    expect(initializer).toEqual([]);
  });
});
