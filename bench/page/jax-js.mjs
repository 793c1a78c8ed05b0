/** jax-js (wasm or WebGPU) in a worker of the page: forward, backward and Adam in one `jit`. Functions use up their arguments. */

import { adam } from "../peers/jax-adam.mjs";
import { ADAM, draw, limit, nets, serve, uniform } from "./nets.mjs";

serve(async (name, { device, threads }) => {
  limit(threads);
  // Once it is loaded it shares memory, and without computes nonsense.
  const jax = await import("@jax-js/jax");
  const { numpy: np, nn, lax } = jax;
  const backend = device === "cpu" ? "wasm" : device;
  if (!(await jax.init(backend)).includes(backend)) throw new Error(`jax-js has no ${backend} here`);
  jax.defaultDevice(backend);
  const net = nets[name];
  const { image, batchSize, latentDim } = net;
  const array = (data, shape) => np.array(data).reshape(shape);
  const created = {};
  const shapes = (weights) => ({
    relu: (x) => nn.relu(x),
    twice: (x) => [x.ref, x],
    flatten: (x, size) => x.reshape([batchSize, size]),
    image: (x, channels, size) => x.reshape([batchSize, channels, size, size]),
    dense: (key, x, into, out) =>
      np.matmul(x, weights(key, [into, out], into)).add(weights(`${key}.b`, [out], into)),
    conv: (key, x, into, out, kernel, stride, padding) =>
      lax
        .convGeneralDilated(
          x,
          weights(key, [out, into, kernel, kernel], into * kernel ** 2),
          [stride, stride],
          [
            [padding, padding],
            [padding, padding],
          ],
        )
        .add(weights(`${key}.b`, [out], into).reshape([1, out, 1, 1])),
    up(key, x, into, out, { kernel, stride, padding, size }) {
      const before = kernel - 1 - padding;
      const rows = (x.shape[2] - 1) * stride + 1;
      const after = size - 1 + kernel - rows - before;
      const pads = [before, after];
      return lax
        .convGeneralDilated(
          x,
          weights(key, [out, into, kernel, kernel], into * kernel ** 2),
          [1, 1],
          [pads, pads],
          {
            lhsDilation: [stride, stride],
          },
        )
        .add(weights(`${key}.b`, [out], into).reshape([1, out, 1, 1]));
    },
  });
  const loss = (weights, x, noise) => {
    const ops = shapes((key) => weights[key]);
    const [mean, logVariance] = net.encode(ops, x.ref);
    const z = mean.ref.add(np.exp(logVariance.ref.mul(0.5)).mul(noise));
    const logits = net.decode(ops, z);
    const reconstruction = nn.softplus(logits.ref).sub(x.mul(logits)).sum();
    const kl = np.square(mean).add(np.exp(logVariance.ref)).sub(logVariance).sub(1).sum().mul(0.5);
    return reconstruction.add(kl).div(batchSize);
  };
  const batch = () => {
    const { x, noise } = draw(net);
    return [array(x, [batchSize, ...image]), array(noise, [batchSize, latentDim])];
  };
  // A first pass, for the shapes alone, makes the weights.
  const make = (key, shape, inputs) => {
    const made = array(
      uniform(
        shape.reduce((a, b) => a * b),
        inputs,
      ),
      shape,
    );
    created[key] = made.ref;
    return made;
  };
  const [x, noise] = batch();
  const [mean, logVariance] = net.encode(shapes(make), x);
  net.decode(shapes(make), mean.add(logVariance).add(noise)).dispose();
  const { step, settle } = adam(jax, loss, created, ADAM);
  return async () => {
    step(...batch());
    return settle();
  };
});
