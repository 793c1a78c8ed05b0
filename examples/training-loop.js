/** A training loop of one's own on arrays in memory, with a chart in the terminal. Writes nothing. */

import { createWorkbench } from "betalab";
import { arrays } from "betalab/data";
import { train } from "betalab/training";
import { drawDiscs } from "./own-source.js";

const { images, count } = drawDiscs(10);
const data = arrays({ images, shape: [count, 16, 16], range: [0, 1] });
const job = await createWorkbench().prepare(
  {
    preset: "demo",
    name: "discs",
    data: { batchSize: 27 },
    model: { hidden: [64], latentDim: 3 },
    training: { epochs: 12 },
  },
  { data },
);

const bars = "▁▂▃▄▅▆▇█";
const history = [];
for await (const event of train(job)) {
  if (event.type !== "epoch") continue;
  const { negativeElbo, reconstruction, kl } = event.heldOut;
  history.push(negativeElbo);
  const [low, high] = [Math.min(...history), Math.max(...history)];
  const chart = history.map((value) => bars[Math.round((7 * (value - low)) / (high - low || 1))]).join("");
  const numbers = [negativeElbo, reconstruction, kl].map((nats) => nats.toFixed(1));
  console.log(
    `epoch ${String(event.epoch).padStart(2)}  −ELBO ${numbers[0]} = ${numbers[1]} + ${numbers[2]} nats  ${chart}`,
  );
}
