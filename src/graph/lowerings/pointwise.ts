/**
 * Element-by-element operators and channel sums on blocked values and sheets: layout does not matter to the
 * former, as long as all large operands share it, and the latter are two quick passes.
 */

import { STEEP } from "../ops/unary.ts";
import type { Tensor } from "../tensor.ts";
import { type Dimension, sameShape } from "../types.ts";
import { BLOCKED_DOMAIN, type Lowering, type Placed, type Placement } from "./placement.ts";

/** The ONNX operator and attributes of each element-by-element operator that networks use on feature maps. */
const operators: Readonly<Record<string, string>> = {
  add: "Add",
  subtract: "Sub",
  multiply: "Mul",
  divide: "Div",
  sqrt: "Sqrt",
  relu: "Relu",
  leakyRelu: "LeakyRelu",
  sigmoid: "Sigmoid",
};

type Role = "full" | "scalar" | "channel" | "image";

/** How an operand takes part: as large as the result, or one number, one a channel, one a channel of each image. */
function roleOf(operand: Tensor, shape: readonly Dimension[]): Role | undefined {
  if (sameShape(operand.shape, shape)) return "full";
  if (operand.shape.every((size) => size === 1)) return "scalar";
  if (sameShape(operand.shape, [1, shape[1]!, 1, 1])) return "channel";
  return sameShape(operand.shape, [shape[0]!, shape[1]!, 1, 1]) ? "image" : undefined;
}

const pointwise: Lowering = (tensor, placement) => {
  if (tensor.inputs.some((input) => placement.isSheet(input))) return pointwiseSheets(tensor, placement);
  if (!placement.canBlock(tensor) || !tensor.inputs.some((input) => placement.isBlocked(input)))
    return undefined;
  const roles = tensor.inputs.map((input) => roleOf(input, tensor.shape));
  if (roles.includes(undefined)) return undefined;
  const byChannel = roles.includes("channel") || roles.includes("image");
  const [, channels, height, width] = tensor.shape as number[];
  const { block } = placement;
  const operands = tensor.inputs.map((input, i) => {
    if (roles[i] === "scalar") return placement.single(input);
    if (roles[i] === "channel" || roles[i] === "image") {
      return placement.reshape(placement.plain(input), [
        roles[i] === "channel" ? 1 : 0,
        channels! / block,
        1,
        block,
      ]);
    }
    const name = placement.blocked(input);
    return byChannel ? placement.reshape(name, [0, channels! / block, height! * width!, block]) : name;
  });
  const result = placement.emitter.node(operators[tensor.operator.name]!, operands, attributesOf(tensor));
  return { blocked: byChannel ? placement.reshape(result, [0, channels!, height!, width!]) : result };
};

/** An operand in sheet layout keeps the result in sheet layout; the other operands may be sheets or scalars. */
function pointwiseSheets(tensor: Tensor, placement: Placement): Placed | undefined {
  const roles = tensor.inputs.map((input) => roleOf(input, tensor.shape));
  if (!roles.every((role) => role === "full" || role === "scalar")) return undefined;
  const operands = tensor.inputs.map((input, i) =>
    roles[i] === "full" ? placement.sheet(input) : placement.single(input),
  );
  return { sheet: placement.emitter.node(operators[tensor.operator.name]!, operands, attributesOf(tensor)) };
}

/** One pass instead of two, and a factor for each channel, or each channel of each image, at no cost. */
const multiplyAdd: Lowering = (tensor, placement, activation) => {
  const [x, factor, y] = tensor.inputs as [Tensor, Tensor, Tensor];
  if (!placement.isBlocked(x) && !placement.isBlocked(y)) {
    return activation === undefined ? multiplyAddSheets(tensor, placement) : undefined;
  }
  if (!placement.canBlock(tensor)) return undefined;
  const roles = [roleOf(factor, tensor.shape), roleOf(y, tensor.shape)];
  const [role, added] = roles;
  if (role === "full" || role === undefined || added === undefined || added === "scalar") return undefined;
  const [batch, channels, height, width] = tensor.shape as number[];
  // In blocks, the channels of all images are those of one.
  const apart = roles.includes("image");
  if (apart && typeof batch !== "number") return undefined;
  const together = apart ? batch! * channels! : channels!;
  const joined = (blocked: string) =>
    apart ? placement.reshape(blocked, [1, together, height!, width!]) : blocked;
  const perChannel = (operand: Tensor, shape: readonly number[]) => {
    const repeats = apart && roleOf(operand, tensor.shape) === "channel";
    const plain = placement.plain(operand);
    const all = repeats
      ? placement.emitter.node("Expand", [plain, placement.emitter.integers([batch!, channels!, 1, 1])])
      : plain;
    return placement.reshape(all, shape);
  };
  const kernel =
    role === "scalar" ? placement.repeated(factor, together) : perChannel(factor, [together, 1, 1, 1]);
  const terms = added === "full" ? ["", joined(placement.blocked(y))] : [perChannel(y, [together])];
  const result = placement.convolveByOne(
    joined(placement.blocked(x)),
    together,
    [kernel, ...terms],
    activation,
  );
  return { blocked: apart ? placement.reshape(result, [batch!, channels!, height!, width!]) : result };
};

/** On sheets: x·(one number) + y, as the optimiser does to every large parameter and moment. */
function multiplyAddSheets(tensor: Tensor, placement: Placement): Placed | undefined {
  const [x, factor, y] = tensor.inputs as [Tensor, Tensor, Tensor];
  const shape = placement.sheetShape(tensor);
  if (shape === undefined) return undefined;
  if (roleOf(factor, tensor.shape) !== "scalar" || roleOf(y, tensor.shape) !== "full") return undefined;
  const channels = shape[1]!;
  const terms = [placement.repeated(factor, channels), "", placement.sheet(y)];
  const sheet = placement.convolveByOne(placement.sheet(x), channels, terms);
  // ONNX Runtime writes the result over y once nothing reads y any more, and it schedules nodes that appear early as
  // late as it can. The parameter is therefore made plain here, not where the next step reads it, so that it changes after its last use.
  return { sheet, plain: placement.reshape(sheet, tensor.shape as number[]) };
}

/** The slope of a ReLU is a steep hard sigmoid, that of a leaky one a steep line, clipped. */
const rectifierSlope: Lowering = (tensor, placement) => {
  const [x] = tensor.inputs as [Tensor];
  const { slope } = tensor.attributes as { slope: number };
  if (!placement.canBlock(tensor) || !placement.isBlocked(x)) return undefined;
  // Only between the two does the line, clipped, have the slope on the left.
  if (slope < 0 || slope > 1) return undefined;
  const { emitter } = placement;
  if (slope === 0) {
    return { blocked: emitter.node("HardSigmoid", [placement.blocked(x)], { alpha: STEEP, beta: 0 }) };
  }
  const channels = tensor.shape[1] as number;
  const kernel = emitter.floats(new Array<number>(channels).fill(STEEP), [channels, 1, 1, 1]);
  const clip = { activation: "Clip", activation_params: [slope, 1] };
  return { blocked: placement.convolveByOne(placement.blocked(x), channels, [kernel], clip) };
};

function attributesOf({ operator, attributes }: Tensor): Record<string, number> {
  return operator.name === "leakyRelu" ? { alpha: (attributes as { slope: number }).slope } : {};
}

/** Σ over height and width, and the batch. One pass over all inner axes at once is ten times slower than two. */
const channelSum: Lowering = (tensor, placement) => {
  const [x] = tensor.inputs as [Tensor];
  const { axes } = tensor.attributes as { axes: readonly number[] };
  const overBatch = axes.join() === "0,2,3";
  if ((!overBatch && axes.join() !== "2,3") || !placement.isBlocked(x)) return undefined;
  const { emitter, block } = placement;
  const [, channels, height, width] = x.shape as number[];
  let images = sumOfProducts(x, placement);
  if (images === undefined) {
    const rows = placement.reshape(placement.blocked(x), [0, channels! / block, height! * width!, block]);
    images = emitter.reduce("ReduceSum", rows, [2], false);
  }
  const sums = overBatch ? emitter.reduce("ReduceSum", images, [0], false) : images;
  return {
    plain: placement.reshape(
      sums,
      overBatch ? (tensor.shape as number[]) : [0, ...(tensor.shape.slice(1) as number[])],
    ),
  };
};

/**
 * Σ a·b over height and width, `[batch, channel/B, B]`, where `x` is such a product and wanted for nothing else: a convolution of each channel by
 * itself whose kernel is as large as the image. One pass that writes nothing, in place of two and the product between them.
 */
function sumOfProducts(x: Tensor, placement: Placement): string | undefined {
  const product = placement.readOnce(x);
  if (product === undefined) return undefined;
  const { operator, inputs, shape } = product;
  if (operator.name !== "multiply" || !shape.every((size) => typeof size === "number")) return undefined;
  if (!inputs.every((input) => sameShape(input.shape, shape) && placement.isBlocked(input))) return undefined;
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const [a, b] = inputs.map((input) => placement.blocked(input)) as [string, string];
  const sums = placement.emitter.node(
    "Conv",
    [
      placement.reshape(a, [1, batch * channels, height, width]),
      placement.reshape(b, [batch * channels, 1, height, width]),
    ],
    { group: batch * channels, kernel_shape: [height, width], strides: [1, 1], pads: [0, 0, 0, 0] },
    BLOCKED_DOMAIN,
  );
  return placement.reshape(sums, [batch, channels / placement.block, placement.block]);
}

export const pointwiseLowerings: readonly (readonly [string, Lowering])[] = [
  ...Object.keys(operators).map((name) => [name, pointwise] as const),
  ["multiplyAdd", multiplyAdd],
  ["rectifierSlope", rectifierSlope],
  ["sum", channelSum],
];
