/** jax-js (wasm) on the fully connected nets: forward, backward and Adam in one `jit`. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { batches, layers, serve, uniform } from "./serve.mjs";

const require = createRequire(join(process.argv[2], "package.json"));
const entry = require.resolve("@jax-js/jax").replace(/index\.cjs$/, "index.js");
const jax = await import(pathToFileURL(entry).href);
const { version } = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8"));
const { numpy: np, nn, tree } = jax;

await serve(async (request) => {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const shapes = layers(request.net);
  const { optimizer, batchSize, beta } = request;
  const { beta1, beta2, epsilon, learningRate } = optimizer;
  let parameterCount = 0;
  const array = (data, shape) => np.array(data).reshape(shape);
  const layer = ([into, out]) => {
    parameterCount += into * out + out;
    return { weight: array(uniform(into * out, into), [into, out]), bias: array(uniform(out, into), [out]) };
  };
  const make = () => ({
    encoder: shapes.encoder.map(layer),
    mean: layer(shapes.mean),
    logVariance: layer(shapes.logVariance),
    decoder: shapes.decoder.map(layer),
    output: layer(shapes.output),
  });
  let parameters = make();
  const count = parameterCount;
  let first = tree.map((one) => np.zeros(one.shape), tree.ref(parameters));
  let second = tree.map((one) => np.zeros(one.shape), tree.ref(parameters));

  // Every function owns its arguments and uses each once, or takes `.ref`.
  const dense = (x, { weight, bias }) => np.matmul(x, weight).add(bias);
  const loss = (weights, x, noise) => {
    const h = weights.encoder.reduce((input, one) => nn.relu(dense(input, one)), x.ref);
    const mean = dense(h.ref, weights.mean);
    const logVariance = dense(h, weights.logVariance);
    const z = mean.ref.add(np.exp(logVariance.ref.mul(0.5)).mul(noise));
    const last = weights.decoder.reduce((input, one) => nn.relu(dense(input, one)), z);
    const logits = dense(last, weights.output);
    const reconstruction = nn.softplus(logits.ref).sub(x.mul(logits)).sum();
    const kl = np.square(mean).add(np.exp(logVariance.ref)).sub(logVariance).sub(1).sum().mul(0.5);
    return reconstruction.add(kl.mul(beta)).div(batchSize);
  };
  const update = jax.jit((weights, one, two, x, noise, rate, root) => {
    const gradient = jax.grad(loss)(tree.ref(weights), x, noise);
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

  const draw = batches(request);
  let t = 0;
  return {
    parameterCount: count,
    version,
    step() {
      t++;
      const { x, noise } = draw();
      const rate = np.array(Float32Array.of(learningRate / (1 - beta1 ** t))).reshape([]);
      const root = np.array(Float32Array.of(Math.sqrt(1 - beta2 ** t))).reshape([]);
      [parameters, first, second] = update(
        parameters,
        first,
        second,
        array(x, [batchSize, x.length / batchSize]),
        array(noise, [batchSize, noise.length / batchSize]),
        rate,
        root,
      );
    },
    settle: () => jax.blockUntilReady([parameters, first, second]),
  };
});
