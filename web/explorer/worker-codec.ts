/** The report's model: asks its worker one thing at a time, in order. */

import type { Live } from "../../src/pages/index.ts";
import type { Codec } from "./codec.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker.ts";

/**
 * @param worker runs `worker.ts`, and is this codec's own
 * @param live with the decoder alone it can't encode
 * @param weights of the halves, safetensors in base64
 * @param onError called when the worker can't start or fails
 */
export function workerCodec(
  worker: Worker,
  live: Pick<Live, "decoder" | "image"> & Partial<Pick<Live, "encoder">>,
  weights: string,
  onError: (message: string) => void,
): Codec {
  const waiting: ((answer: WorkerAnswer) => void)[] = [];
  worker.onerror = (event) => onError(event.message || "the model's worker did not start");
  worker.onmessage = ({ data: answer }: MessageEvent<WorkerAnswer>) => {
    const resolve = waiting.shift();
    if ("error" in answer) onError(answer.error);
    else resolve?.(answer);
  };
  const ask = (request: WorkerRequest): Promise<WorkerAnswer> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      worker.postMessage(request);
    });
  const { height, width, channels } = live.image;
  void ask({ encoder: live.encoder, decoder: live.decoder, weights, shape: [height, width, channels] });
  return {
    decode: async (latent, label) => ((await ask({ latent, label })) as { pixels: Uint8Array }).pixels,
    encode: async (pixels, label) =>
      ((await ask({ pixels, label })) as Extract<WorkerAnswer, { posterior: unknown }>).posterior,
  };
}
