/** The report's worker, so that the page stays responsive: takes the model once, then one picture or latent at a time. */

import { decodeBase64 } from "../../src/base/base64.ts";
import type { SerializedProgram } from "../../src/graph/index.ts";
import type { Posterior } from "./codec.ts";
import { Halves } from "./halves.ts";

export type WorkerRequest =
  | {
      readonly encoder?: SerializedProgram | undefined;
      readonly decoder: SerializedProgram;
      /** Safetensors in base64. */
      readonly weights: string;
      readonly shape: readonly [height: number, width: number, channels: number];
    }
  | { readonly latent: Float32Array; readonly label: number }
  | { readonly pixels: Uint8Array; readonly label: number };

export type WorkerAnswer =
  | { readonly ready: true }
  | { readonly pixels: Uint8Array }
  | { readonly posterior: Posterior }
  | { readonly error: string };

/** What a worker has of its global scope; the DOM's types know only the page's. */
const scope = globalThis as unknown as {
  onmessage: ((event: { readonly data: WorkerRequest }) => void) | null;
  postMessage(answer: WorkerAnswer): void;
};

let model: { readonly halves: Halves; readonly shape: readonly [number, number, number] } | undefined;

async function answer(request: WorkerRequest): Promise<WorkerAnswer> {
  if ("decoder" in request) {
    const { encoder, decoder, weights, shape } = request;
    model = { halves: new Halves(encoder, decoder, decodeBase64(weights)), shape };
    return { ready: true };
  }
  const { halves, shape } = model!;
  if ("latent" in request) return { pixels: await halves.decode(request.latent, request.label) };
  return { posterior: await halves.encode(request.pixels, shape, request.label) };
}

let last: Promise<void> = Promise.resolve();
/** In the order of the questions: answers carry no names. */
scope.onmessage = ({ data: request }) => {
  last = last.then(async () => {
    try {
      scope.postMessage(await answer(request));
    } catch (error) {
      scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
    }
  });
};
