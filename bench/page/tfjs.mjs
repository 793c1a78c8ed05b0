/** TensorFlow.js (wasm or WebGPU) in a worker of the page: `minimize` with its own Adam. Pictures are `[batch, row, column, channel]`. */

import * as tf from "@tensorflow/tfjs";
import { ADAM, draw, limit, nets, serve, uniform } from "./nets.mjs";

async function start(device, threads) {
  limit(threads);
  if (device === "webgpu") {
    await import("@tensorflow/tfjs-backend-webgpu");
    return tf.setBackend("webgpu");
  }
  const { setThreadsCount, setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
  setWasmPaths("/tfjs/");
  setThreadsCount(threads);
  return tf.setBackend("wasm");
}

serve(async (name, { device, threads }) => {
  if (!(await start(device, threads))) throw new Error("its backend does not start");
  const net = nets[name];
  const { image, batchSize, latentDim } = net;
  const weights = new Map();
  const weight = (key, shape, inputs) => {
    if (!weights.has(key)) {
      const values = uniform(
        shape.reduce((a, b) => a * b),
        inputs,
      );
      weights.set(key, tf.keep(tf.variable(tf.tensor(values, shape))));
    }
    return weights.get(key);
  };
  const ops = {
    relu: (x) => tf.relu(x),
    twice: (x) => [x, x],
    flatten: (x, size) => x.reshape([batchSize, size]),
    image: (x, channels, size) => x.reshape([batchSize, size, size, channels]),
    dense: (key, x, into, out) =>
      tf.matMul(x, weight(key, [into, out], into)).add(weight(`${key}.b`, [out], into)),
    conv: (key, x, into, out, kernel, stride, padding) =>
      tf
        .conv2d(x, weight(key, [kernel, kernel, into, out], into * kernel ** 2), stride, padding)
        .add(weight(`${key}.b`, [out], into)),
    up: (key, x, into, out, { kernel, stride, size }) =>
      tf
        .conv2dTranspose(
          x,
          weight(key, [kernel, kernel, out, into], into * kernel ** 2),
          [batchSize, size, size, out],
          stride,
          size === 13 || x.shape[1] === 13 ? "valid" : "same",
        )
        .add(weight(`${key}.b`, [out], into)),
  };
  const loss = (x, noise) => {
    const [mean, logVariance] = net.encode(ops, x);
    const logits = net.decode(ops, mean.add(logVariance.mul(0.5).exp().mul(noise)));
    const reconstruction = tf.softplus(logits).sub(x.mul(logits)).sum();
    const kl = mean.square().add(logVariance.exp()).sub(logVariance).sub(1).sum().mul(0.5);
    return reconstruction.add(kl).div(batchSize).asScalar();
  };
  const adam = tf.train.adam(ADAM.rate, ADAM.beta1, ADAM.beta2, ADAM.epsilon);
  const [channels, height, width] = image;
  const withBatch = (work) => {
    const { x, noise } = draw(net);
    return tf.tidy(() =>
      work(tf.tensor(x, [batchSize, height, width, channels]), tf.tensor(noise, [batchSize, latentDim])),
    );
  };
  // A first pass makes the weights.
  withBatch(loss);
  return async () => {
    const cost = withBatch((images, noise) => adam.minimize(() => loss(images, noise), true));
    const [value] = await cost.data();
    cost.dispose();
    return value;
  };
});
