/** The report's model: asks its worker one thing at a time, in order. */

import type { Live } from "../../src/pages/index.ts";
import type { Codec } from "./codec.ts";
import type { WorkerAnswer, WorkerRequest } from "./worker.ts";

/** What is used of a worker. */
interface Asked {
  onmessage: unknown;
  onerror: unknown;
  postMessage(request: WorkerRequest): void;
}

/**
 * @param worker runs `worker.ts`, and is this codec's own
 * @param live with the decoder alone it can't encode
 * @param weights of the halves, safetensors in base64
 * @param onError called when the worker can't start or fails
 */
export function workerCodec(
  worker: Asked,
  live: Pick<Live, "decoder" | "image"> & Partial<Pick<Live, "encoder">>,
  weights: string,
  onError: (message: string) => void,
): Codec {
  const waiting: { resolve(answer: WorkerAnswer): void; reject(error: Error): void }[] = [];
  /** Why nothing is answered any more. */
  let broken: string | undefined;
  /** Whether it has taken the model: an error before leaves it without one. */
  let isReady = false;
  const fail = (message: string): void => {
    broken = message;
    for (const { reject } of waiting.splice(0)) reject(new Error(message));
    onError(message);
  };
  worker.onerror = ({ message }: { readonly message: string }) =>
    fail(message || "the model’s worker did not start");
  worker.onmessage = ({ data: answer }: { readonly data: WorkerAnswer }) => {
    if (broken !== undefined) return;
    const asked = waiting.shift();
    if (!("error" in answer)) {
      isReady = true;
      return asked?.resolve(answer);
    }
    asked?.reject(new Error(answer.error));
    if (isReady) onError(answer.error);
    else fail(answer.error);
  };
  const ask = (request: WorkerRequest): Promise<WorkerAnswer> =>
    new Promise((resolve, reject) => {
      if (broken !== undefined) return reject(new Error(broken));
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  const { height, width, channels } = live.image;
  // Why it can't is what `onError` is told.
  ask({ encoder: live.encoder, decoder: live.decoder, weights, shape: [height, width, channels] }).catch(
    () => {},
  );
  return {
    decode: async (latent, label) => ((await ask({ latent, label })) as { pixels: Uint8Array }).pixels,
    encode: async (pixels, label) =>
      ((await ask({ pixels, label })) as Extract<WorkerAnswer, { posterior: unknown }>).posterior,
  };
}
