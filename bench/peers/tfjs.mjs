/** TensorFlow.js (wasm) on the fully connected nets: `optimizer.minimize` with its own Adam. */

import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { batches, layers, serve, uniform } from "./serve.mjs";

const require = createRequire(join(process.argv[2], "package.json"));
// It greets on the console, where our answers go.
console.log = console.info = console.warn = () => {};
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");

await serve(async (request) => {
  wasm.setWasmPaths(`${dirname(require.resolve("@tensorflow/tfjs-backend-wasm"))}/`);
  if (!(await tf.setBackend("wasm"))) throw new Error("the wasm backend does not start");
  const shapes = layers(request.net);
  const { optimizer, batchSize, beta } = request;
  let parameterCount = 0;
  const layer = ([into, out]) => {
    parameterCount += into * out + out;
    return {
      weight: tf.variable(tf.tensor2d(uniform(into * out, into), [into, out])),
      bias: tf.variable(tf.tensor1d(uniform(out, into))),
    };
  };
  const weights = {
    encoder: shapes.encoder.map(layer),
    mean: layer(shapes.mean),
    logVariance: layer(shapes.logVariance),
    decoder: shapes.decoder.map(layer),
    output: layer(shapes.output),
  };
  const dense = (x, { weight, bias }) => tf.add(tf.matMul(x, weight), bias);
  const loss = (x, noise) => {
    const h = weights.encoder.reduce((input, one) => tf.relu(dense(input, one)), x);
    const mean = dense(h, weights.mean);
    const logVariance = dense(h, weights.logVariance);
    const z = mean.add(logVariance.mul(0.5).exp().mul(noise));
    const logits = dense(
      weights.decoder.reduce((input, one) => tf.relu(dense(input, one)), z),
      weights.output,
    );
    // Its own cross-entropy with logits; mean over all elements, so the pixels are multiplied back.
    const reconstruction = tf.losses.sigmoidCrossEntropy(x, logits).mul(x.shape[1]);
    const kl = mean
      .square()
      .add(logVariance.exp())
      .sub(logVariance)
      .sub(1)
      .sum()
      .mul(0.5 / batchSize);
    return reconstruction.add(kl.mul(beta)).asScalar();
  };
  const adam = tf.train.adam(optimizer.learningRate, optimizer.beta1, optimizer.beta2, optimizer.epsilon);
  const draw = batches(request);
  return {
    parameterCount,
    version: tf.version.tfjs,
    step() {
      const { x, noise } = draw();
      tf.tidy(() => {
        const images = tf.tensor2d(x, [batchSize, x.length / batchSize]);
        const drawn = tf.tensor2d(noise, [batchSize, noise.length / batchSize]);
        adam.minimize(() => loss(images, drawn));
      });
    },
    // The wasm backend computes at once.
    settle: async () => {},
  };
});
