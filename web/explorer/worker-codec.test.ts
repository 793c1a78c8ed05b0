/** What was asked of a worker that fails is refused, and whatever is asked of it afterwards. */

import { expect, test } from "vitest";
import { input, serializeProgram, tanh } from "../../src/graph/index.ts";
import type { WorkerAnswer } from "./worker.ts";
import { workerCodec } from "./worker-codec.ts";

function opened() {
  const worker = {
    asked: [] as unknown[],
    onmessage: (_: { data: WorkerAnswer }) => {},
    onerror: (_: { message: string }) => {},
    postMessage(request: unknown) {
      this.asked.push(request);
    },
  };
  const x = input("latent", [1, 2]);
  const decoder = serializeProgram({ name: "decoder", inputs: [x], outputs: { y: tanh(x) } });
  const live = { decoder, image: { height: 1, width: 2, channels: 1 } };
  const problems: string[] = [];
  const codec = workerCodec(worker, live, "", (message) => problems.push(message));
  const decode = () => codec.decode(new Float32Array(2), 0);
  const says = (data: WorkerAnswer) => worker.onmessage({ data });
  return { worker, problems, decode, says };
}

test("answers come in the order of the questions; an error is the answer to one", async () => {
  const { worker, problems, decode, says } = opened();
  const asked = [decode(), decode(), decode()];
  const settled = Promise.allSettled(asked);
  says({ ready: true });
  says({ pixels: Uint8Array.of(1) });
  says({ error: "no room" });
  says({ pixels: Uint8Array.of(3) });
  expect(await settled).toEqual([
    { status: "fulfilled", value: Uint8Array.of(1) },
    { status: "rejected", reason: new Error("no room") },
    { status: "fulfilled", value: Uint8Array.of(3) },
  ]);
  expect(worker.asked).toHaveLength(4);
  expect(problems).toEqual(["no room"]);
});

test("a worker that ends, or can't take the model, answers nothing more, and that is said", async () => {
  const gone = opened();
  gone.says({ ready: true });
  const waiting = expect(gone.decode()).rejects.toThrow("Uncaught Error: gone");
  gone.worker.onerror({ message: "Uncaught Error: gone" });
  await waiting;
  await expect(gone.decode()).rejects.toThrow("Uncaught Error: gone");
  expect(gone.problems).toEqual(["Uncaught Error: gone"]);

  const unfit = opened();
  const early = expect(unfit.decode()).rejects.toThrow("the weights are truncated");
  unfit.says({ error: "the weights are truncated" });
  unfit.says({ error: "what followed from it" });
  await early;
  await expect(unfit.decode()).rejects.toThrow("the weights are truncated");
  expect(unfit.worker.asked).toHaveLength(2);
  expect(unfit.problems).toEqual(["the weights are truncated"]);
});
