/** The nets of the page's bench, once for every library: `ops` says how a layer is made with it. */

/** @returns per network: its picture, batch size, latents, and `forward(ops, x, noise)` → logits, mean, logVariance */
export const nets = {
  "mlp-50": {
    image: [1, 28, 28],
    batchSize: 128,
    latentDim: 50,
    encode(ops, x) {
      const h = ops.relu(ops.dense("fc", ops.flatten(x, 784), 784, 400));
      const kept = ops.twice(h);
      return [ops.dense("mean", kept[0], 400, 50), ops.dense("logVariance", kept[1], 400, 50)];
    },
    decode: (ops, z) => ops.image(ops.dense("out", ops.relu(ops.dense("back", z, 50, 400)), 400, 784), 1, 28),
  },
  conv28: {
    image: [1, 28, 28],
    batchSize: 32,
    latentDim: 16,
    encode(ops, x) {
      const h1 = ops.relu(ops.conv("conv1", x, 1, 64, 3, 2, 1));
      const h2 = ops.twice(ops.flatten(ops.relu(ops.conv("conv2", h1, 64, 256, 3, 2, 1)), 12544));
      return [ops.dense("mean", h2[0], 12544, 16), ops.dense("logVariance", h2[1], 12544, 16)];
    },
    decode(ops, z) {
      const h0 = ops.image(ops.dense("fc", z, 16, 6272), 128, 7);
      const h1 = ops.relu(ops.up("up1", h0, 128, 256, { kernel: 3, stride: 2, padding: 1, size: 13 }));
      const h2 = ops.relu(ops.up("up2", h1, 256, 64, { kernel: 3, stride: 2, padding: 0, size: 28 }));
      return ops.up("up3", h2, 64, 1, { kernel: 3, stride: 1, padding: 1, size: 28 });
    },
  },
  burgess: {
    image: [1, 64, 64],
    batchSize: 64,
    latentDim: 10,
    encode(ops, x) {
      let h = x;
      for (let i = 0; i < 4; i++) h = ops.relu(ops.conv(`conv${i}`, h, i === 0 ? 1 : 32, 32, 4, 2, 1));
      h = ops.relu(ops.dense("fc1", ops.flatten(h, 512), 512, 256));
      const kept = ops.twice(ops.relu(ops.dense("fc2", h, 256, 256)));
      return [ops.dense("mean", kept[0], 256, 10), ops.dense("logVariance", kept[1], 256, 10)];
    },
    decode(ops, z) {
      let h = ops.relu(ops.dense("fc3", z, 10, 256));
      h = ops.relu(ops.dense("fc4", h, 256, 256));
      h = ops.image(ops.relu(ops.dense("fc5", h, 256, 512)), 32, 4);
      for (let i = 0; i < 3; i++) {
        const window = { kernel: 4, stride: 2, padding: 1, size: 8 << i };
        h = ops.relu(ops.up(`up${i}`, h, 32, 32, window));
      }
      return ops.up("up3", h, 32, 1, { kernel: 4, stride: 2, padding: 1, size: 64 });
    },
  },
};

/** ±1/√inputs, as everybody's first weights. */
export function uniform(count, inputs) {
  return Float32Array.from({ length: count }, () => (2 * Math.random() - 1) / Math.sqrt(inputs));
}

/** Noise in pictures' place: what is in them takes no time. */
export function draw({ image, batchSize, latentDim }) {
  const pixels = image.reduce((a, b) => a * b);
  const x = Float32Array.from({ length: batchSize * pixels }, () => Number(Math.random() < 0.2));
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return { x, noise: Float32Array.from({ length: batchSize * latentDim }, normal) };
}

export const ADAM = { rate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** The peers take as many threads as there are cores wherever they can share memory with them. */
export function limit(threads) {
  if (threads === 1) delete globalThis.SharedArrayBuffer;
}

/** Random weights leave every pixel near one half, at ln 2 nats: a backend that computes nonsense is quick. */
function expectUntrained({ image }, loss) {
  const even = image.reduce((a, b) => a * b) * Math.LN2;
  if (!(Math.abs(loss - even) < even / 4)) throw new Error(`a first loss of ${loss}, not about ${even}`);
}

/**
 * A worker that is asked for steps: `{ open: net, … }` once, then `{ run: seconds }` or `{ steps }`; it answers with a count and
 * milliseconds. `open` gives a function that takes a step and returns its loss.
 */
export function serve(open) {
  let step;
  globalThis.onmessage = async ({ data }) => {
    try {
      const start = performance.now();
      let count = 0;
      if (data.open !== undefined) {
        step = await open(data.open, data);
        expectUntrained(nets[data.open], await step());
        count++;
      }
      const isEnough = () =>
        data.run === undefined ? count >= (data.steps ?? 1) : performance.now() - start >= 1000 * data.run;
      while (!isEnough()) {
        await step();
        count++;
      }
      postMessage({ count, milliseconds: performance.now() - start });
    } catch (error) {
      postMessage({ error: String(error?.message ?? error).split("\n")[0] });
    }
  };
}
