/** Training that is stopped half-way and continued in memory: the weights are those of one that never stopped. */

import { createWorkbench } from "betalab";
import { train } from "betalab/training";

const prepare = () =>
  createWorkbench().prepare({
    preset: "demo",
    data: { count: 300 },
    model: { hidden: [32], latentDim: 2 },
    training: { epochs: 4 },
  });

/**
 * The last checkpoint and how it ended.
 *
 * @param {object} how `stopAt` aborts after that step
 * @param {NonNullable<Parameters<typeof train>[1]>["from"]} [how.from]
 * @param {number} [how.stopAt]
 */
async function run({ from, stopAt = Number.POSITIVE_INFINITY }) {
  const stop = new AbortController();
  let checkpoint;
  for await (const event of train(await prepare(), { from, signal: stop.signal })) {
    if (event.type === "step" && event.step >= stopAt) stop.abort();
    if (event.type === "checkpoint") checkpoint = event;
    if (event.type === "end" && checkpoint) return { ...event, checkpoint };
  }
  throw new Error("it ended without a checkpoint");
}

const whole = await run({});
const half = await run({ stopAt: Math.floor(whole.step / 2) });
const { progress, state } = half.checkpoint;
const rest = await run({ from: { progress, tensors: state.records() } });

const [a, b] = [whole, rest].map(({ state }) => state.get("decoder.output.weight"));
const same = a?.every((weight, i) => Object.is(weight, b?.[i]));
console.log(`${half.reason} at step ${half.step} of ${whole.step}, then ${rest.reason}`);
console.log(same ? "the same weights, bit for bit" : "other weights");
