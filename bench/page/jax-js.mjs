/** jax-js (wasm) in a worker of the page: forward, backward and Adam in one `jit`. Functions use up their arguments. */

import * as jax from "@jax-js/jax";
import { ADAM, draw, nets, serve, uniform } from "./nets.mjs";

const { numpy: np, nn, lax, tree } = jax;

serve(async (name) => {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
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
  let parameters = created;
  let first = tree.map((one) => np.zeros(one.shape), tree.ref(parameters));
  let second = tree.map((one) => np.zeros(one.shape), tree.ref(parameters));
  const { beta1, beta2, epsilon } = ADAM;
  const update = jax.jit((weights, one, two, images, drawn, rate, root) => {
    const gradient = jax.grad(loss)(tree.ref(weights), images, drawn);
    const nextOne = tree.map((m, g) => m.mul(beta1).add(g.mul(1 - beta1)), one, tree.ref(gradient));
    const nextTwo = tree.map((v, g) => v.mul(beta2).add(np.square(g).mul(1 - beta2)), two, gradient);
    const next = tree.map(
      (p, m, v) => p.sub(m.mul(rate.ref).div(np.sqrt(v).div(root.ref).add(epsilon))),
      weights,
      tree.ref(nextOne),
      tree.ref(nextTwo),
    );
    rate.dispose();
    root.dispose();
    return [next, nextOne, nextTwo];
  });
  let t = 0;
  return async () => {
    t++;
    const rate = np.array(Float32Array.of(ADAM.rate / (1 - beta1 ** t))).reshape([]);
    const root = np.array(Float32Array.of(Math.sqrt(1 - beta2 ** t))).reshape([]);
    [parameters, first, second] = update(parameters, first, second, ...batch(), rate, root);
    await jax.blockUntilReady([parameters, first, second]);
    return 1;
  };
});
