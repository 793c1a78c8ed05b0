/** Layers: functions of a context, a name and a tensor. Shapes and parameter layouts are PyTorch's. */

import {
  add,
  attention,
  concatenate,
  constant,
  conv2d as convolve,
  convTranspose2d as convolveTransposed,
  convolveUpsampled,
  divide,
  elementCount,
  linear as fullyConnected,
  multiply,
  multiplyAdd,
  normalizeBatch,
  normalizeGroups,
  reshape,
  type Shape,
  scope,
  slice,
  sqrt,
  subtract,
  type Tensor,
  type TransposedWindow,
  type Window,
} from "../graph/index.ts";
import type { Context } from "./context.ts";
import type { DiagonalNormal } from "./distributions.ts";
import {
  fanInUniform,
  fill,
  type Initializer,
  type LinearInitializers,
  pytorchLinear,
} from "./initializers.ts";

/** `[batch, in]` → `[batch, out]`. */
export function linear(
  context: Context,
  name: string,
  x: Tensor,
  out: number,
  start: LinearInitializers = pytorchLinear,
): Tensor {
  return scope(path(name), () => {
    const into = sizeOf(x.shape, 1);
    const weight = context.parameter(`${name}.weight`, [out, into], start.weight(into, out));
    const bias = context.parameter(`${name}.bias`, [out], start.bias(into));
    return fullyConnected(x, weight, bias);
  });
}

/**
 * The end of an encoder: μ and ln σ² of a Gaussian, each a fully connected layer on `x`, `[batch, in]` →
 * `[batch, latent]`. Two layers on one input are one product in training, which saves small operators.
 */
export function diagonalNormal(
  context: Context,
  name: string,
  x: Tensor,
  latentDim: number,
  start: LinearInitializers = pytorchLinear,
): DiagonalNormal {
  return scope(path(name), () => {
    const into = sizeOf(x.shape, 1);
    const both = (kind: string, shape: readonly number[], initializer: Initializer): [Tensor, Tensor] => {
      const parameter = (one: string) => context.parameter(`${name}.${one}.${kind}`, shape, initializer);
      return [parameter("mean"), parameter("log_variance")];
    };
    const weights = both("weight", [latentDim, into], start.weight(into, latentDim));
    const biases = both("bias", [latentDim], start.bias(into));
    if (context.mode === "infer") {
      return {
        mean: scope("mean", () => fullyConnected(x, weights[0], biases[0])),
        logVariance: scope("log_variance", () => fullyConnected(x, weights[1], biases[1])),
      };
    }
    const moments = fullyConnected(x, concatenate(weights, 0), concatenate(biases, 0));
    return {
      mean: slice(moments, 1, 0, latentDim),
      logVariance: slice(moments, 1, latentDim, 2 * latentDim),
    };
  });
}

/** `[batch, in, h, w]` → `[batch, out, …]`, square kernel. */
export function conv2d(
  context: Context,
  name: string,
  x: Tensor,
  options: { readonly out: number; readonly kernel: number } & Window,
): Tensor {
  return scope(path(name), () => {
    const { out, kernel, stride, padding } = options;
    const into = sizeOf(x.shape, 1);
    const initializer = fanInUniform(into * kernel * kernel);
    const weight = context.parameter(`${name}.weight`, [out, into, kernel, kernel], initializer);
    const bias = context.parameter(`${name}.bias`, [out], initializer);
    return convolve(x, weight, bias, { stride, padding });
  });
}

/** `[batch, in, h, w]` → `[batch, out, …]`, square kernel; the fan-in is PyTorch's: out·kernel². */
export function convTranspose2d(
  context: Context,
  name: string,
  x: Tensor,
  options: { readonly out: number; readonly kernel: number } & TransposedWindow,
): Tensor {
  return scope(path(name), () => {
    const { out, kernel, ...window } = options;
    const into = sizeOf(x.shape, 1);
    const initializer = fanInUniform(out * kernel * kernel);
    const weight = context.parameter(`${name}.weight`, [into, out, kernel, kernel], initializer);
    const bias = context.parameter(`${name}.bias`, [out], initializer);
    return convolveTransposed(x, weight, bias, window);
  });
}

/** Nearest upsampling and a 3×3 convolution: `[batch, in, h, w]` → `[batch, out, 2·h, 2·w]`. */
export function upsampledConv2d(context: Context, name: string, x: Tensor, out: number): Tensor {
  return scope(path(name), () => {
    const into = sizeOf(x.shape, 1);
    const initializer = fanInUniform(into * 9);
    const weight = context.parameter(`${name}.weight`, [out, into, 3, 3], initializer);
    return convolveUpsampled(x, weight, context.parameter(`${name}.bias`, [out], initializer));
  });
}

/** Group normalisation (Wu & He 2018), as PyTorch's `GroupNorm`. */
export function groupNorm(
  context: Context,
  name: string,
  x: Tensor,
  groups: number,
  { epsilon = 1e-5 } = {},
): Tensor {
  return scope(path(name), () => {
    const channels = sizeOf(x.shape, 1);
    const gain = context.parameter(`${name}.weight`, [channels], fill(1));
    const bias = context.parameter(`${name}.bias`, [channels], fill(0));
    return normalizeGroups(x, gain, bias, groups, epsilon);
  });
}

/**
 * Attention of every pixel to all of its image, with one head: query, key, value and what is made of them are 1×1
 * convolutions. `[batch, channel, h, w]` → the same.
 */
export function selfAttention(context: Context, name: string, x: Tensor): Tensor {
  const [channels, pixels] = [sizeOf(x.shape, 1), sizeOf(x.shape, 2) * sizeOf(x.shape, 3)];
  const pointwise = { out: channels, kernel: 1, stride: 1, padding: 0 };
  const [query, key, value] = ["query", "key", "value"].map((one) =>
    reshape(conv2d(context, `${name}.${one}`, x, pointwise), [x.shape[0]!, channels, pixels]),
  ) as [Tensor, Tensor, Tensor];
  const mixed = reshape(attention(query, key, value), x.shape);
  return conv2d(context, `${name}.output`, mixed, pointwise);
}

/**
 * Batch normalisation over all but the channel axis (Ioffe & Szegedy 2015), as PyTorch's `BatchNorm2d`:
 * the running variance is the unbiased one, the one divided by is not.
 */
export function batchNorm(
  context: Context,
  name: string,
  x: Tensor,
  { momentum = 0.1, epsilon = 1e-5 } = {},
): Tensor {
  return scope(path(name), () => {
    const channels = sizeOf(x.shape, 1);
    const gain = context.parameter(`${name}.weight`, [channels], fill(1));
    const bias = context.parameter(`${name}.bias`, [channels], fill(0));
    const runningMean = context.buffer(`${name}.running_mean`, [channels], fill(0));
    const runningVariance = context.buffer(`${name}.running_var`, [channels], fill(1));
    if (context.mode === "infer") {
      const perChannel = (one: Tensor) => reshape(one, [1, channels, 1, 1]);
      const scale = divide(gain, sqrt(add(runningVariance, constant(epsilon))));
      return multiplyAdd(x, perChannel(scale), perChannel(subtract(bias, multiply(runningMean, scale))));
    }
    const { normalized, mean, variance } = normalizeBatch(x, gain, bias, epsilon);
    const towards = (running: Tensor, now: Tensor) =>
      add(multiply(running, constant(1 - momentum)), multiply(now, constant(momentum)));
    const count = elementCount(x.shape as number[]) / channels;
    const unbiased = multiply(variance, constant(count / Math.max(1, count - 1)));
    context.updateBuffer(`${name}.running_mean`, towards(runningMean, mean));
    context.updateBuffer(`${name}.running_var`, towards(runningVariance, unbiased));
    return normalized;
  });
}

function sizeOf(shape: Shape, axis: number): number {
  const size = shape[axis];
  if (typeof size !== "number")
    throw new Error(`internal: a layer got the symbolic size "${size}" on axis ${axis}`);
  return size;
}

/** `encoder.fc1` as a path in an ONNX graph. */
function path(name: string): string {
  return name.replaceAll(".", "/");
}
