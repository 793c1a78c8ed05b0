/**
 * The graph: symbolic tensors, operators, differentiation, the reference interpreter and the ONNX writer.
 * This is the compiler of the project; it runs anywhere and knows nothing of models or training.
 */

export { gradients } from "./gradients.ts";
export { bindInput, interpret } from "./interpreter.ts";
export { blockedTarget, blockProbe, gpuTarget, type Target } from "./lowerings/index.ts";
export { type Program, writeOnnx } from "./onnx/write.ts";
export { attention, softmax } from "./ops/attention.ts";
export {
  conv2d,
  convInputGradient,
  convTranspose2d,
  convWeightGradient,
  type SizedWindow,
  type TransposedWindow,
  type Window,
} from "./ops/convolution.ts";
export { plainValue, stopGradient, withGradient } from "./ops/custom-gradient.ts";
export {
  abs,
  add,
  cast,
  crossEntropyWithLogits,
  divide,
  exp,
  less,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  sigmoid,
  sign,
  softplus,
  sqrt,
  square,
  subtract,
  tanh,
  where,
} from "./ops/elementwise.ts";
export { gatherElements, scatterAdd } from "./ops/gather.ts";
export { broadcastTo, flatten, reshape, transpose } from "./ops/layout.ts";
export { linear, matmul } from "./ops/linear.ts";
export * from "./ops/log-sum-exp.ts";
export { multiplyAdd } from "./ops/multiply-add.ts";
export { normalizeBatch, normalizeGroups } from "./ops/normalize.ts";
export { leakyRelu, positive, relu } from "./ops/rectifiers.ts";
export * from "./ops/reduce.ts";
export { silu } from "./ops/silu.ts";
export { concatenate, pad, slice } from "./ops/slices.ts";
export { constant, constantValue, input, inputName } from "./ops/source.ts";
export { convolveUpsampled, upsampleNearest } from "./ops/upsample.ts";
export { scope } from "./scope.ts";
export { deserializeProgram, type SerializedProgram, serializeProgram } from "./serialize.ts";
export { type Operator, type Tensor, topologicalOrder } from "./tensor.ts";
export {
  allocate,
  type Dimension,
  type DType,
  elementCount,
  formatShape,
  type Shape,
  type Storage,
  sameShape,
  shapeError,
  staticShape,
  strides,
  type TensorType,
  type Value,
} from "./types.ts";
