/**
 * What npm peers share: one JSON line per request on stdin, one answer each, as `pytorch.py` does; and the
 * pictures, weights and batches of a fully connected VAE. A peer gives `open(request)`, which returns
 * `{ parameterCount, version, step, settle }`.
 */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

export async function serve(open) {
  let training;
  for await (const line of createInterface({ input: process.stdin })) {
    let answer;
    try {
      const request = JSON.parse(line);
      if (request.open !== undefined) {
        training = await open(request.open);
        answer = { parameterCount: training.parameterCount, version: training.version };
      } else {
        const start = performance.now();
        const before = process.cpuUsage();
        let steps = 0;
        let elapsed = 0;
        while (steps === 0 || elapsed < request.run) {
          await training.step();
          await training.settle();
          steps++;
          elapsed = (performance.now() - start) / 1000;
        }
        const { user, system } = process.cpuUsage(before);
        const peakBytes = process.resourceUsage().maxRSS * 1024;
        answer = { steps, seconds: elapsed, cpuSeconds: (user + system) / 1e6, peakBytes };
      }
    } catch (error) {
      answer = { error: String(error?.stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}

/** Layers as [inputs, outputs], by the names that every side uses. */
export function layers({ model: { hidden, latentDim }, height, width, channels }) {
  const pixels = height * width * channels;
  const last = hidden.at(-1);
  const back = hidden.toReversed();
  return {
    encoder: hidden.map((out, i) => [i === 0 ? pixels : hidden[i - 1], out]),
    mean: [last, latentDim],
    logVariance: [last, latentDim],
    decoder: back.map((out, i) => [i === 0 ? latentDim : back[i - 1], out]),
    output: [back.at(-1), pixels],
  };
}

/** PyTorch's first weights, uniform in ±1/√inputs. */
export function uniform(count, inputs) {
  return Float32Array.from({ length: count }, () => (2 * Math.random() - 1) / Math.sqrt(inputs));
}

/** Batches of floats in [0, 1] and noise, as flat arrays. */
export function batches({ net, pixels, batchSize }) {
  const size = net.height * net.width * net.channels;
  const bytes = readFileSync(pixels);
  const count = bytes.length / size;
  return () => {
    const x = new Float32Array(batchSize * size);
    for (let i = 0; i < batchSize; i++) {
      const at = Math.floor(Math.random() * count) * size;
      for (let j = 0; j < size; j++) x[i * size + j] = bytes[at + j] / 255;
    }
    const noise = Float32Array.from({ length: batchSize * net.model.latentDim }, normal);
    return { x, noise };
  };
}

function normal() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
