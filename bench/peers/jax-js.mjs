/** jax-js (wasm) on the fully connected nets: forward, backward and Adam in one `jit`. */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { adam } from "./jax-adam.mjs";
import { batches, layers, serve, uniform } from "./serve.mjs";

const require = createRequire(join(process.argv[2], "package.json"));
const entry = require.resolve("@jax-js/jax").replace(/index\.cjs$/, "index.js");
const jax = await import(pathToFileURL(entry).href);
const { version } = JSON.parse(readFileSync(join(dirname(entry), "..", "package.json"), "utf8"));
const { numpy: np, nn } = jax;

await serve(async (request) => {
  await jax.init("wasm");
  jax.defaultDevice("wasm");
  const shapes = layers(request.net);
  const { optimizer, batchSize, beta } = request;
  let parameterCount = 0;
  const array = (data, shape) => np.array(data).reshape(shape);
  const layer = ([into, out]) => {
    parameterCount += into * out + out;
    return { weight: array(uniform(into * out, into), [into, out]), bias: array(uniform(out, into), [out]) };
  };
  const parameters = {
    encoder: shapes.encoder.map(layer),
    mean: layer(shapes.mean),
    logVariance: layer(shapes.logVariance),
    decoder: shapes.decoder.map(layer),
    output: layer(shapes.output),
  };
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
  const draw = batches(request);
  const { step, settle } = adam(jax, loss, parameters, { ...optimizer, rate: optimizer.learningRate });
  return {
    parameterCount,
    version,
    step() {
      const { x, noise } = draw();
      const rows = (data) => array(data, [batchSize, data.length / batchSize]);
      step(rows(x), rows(noise));
    },
    settle,
  };
});
