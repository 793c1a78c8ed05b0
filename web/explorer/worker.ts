/** The worker that decodes, so that the page stays responsive: takes the model once, then latents one at a time. */

import { decodeBase64 } from "../../src/base/base64.ts";
import type { SerializedProgram } from "../../src/graph/index.ts";
import { Decoder } from "./decoder.ts";

export type WorkerRequest =
  | { readonly program: SerializedProgram; readonly weights: string }
  | { readonly latent: Float32Array; readonly label: number };

export type WorkerAnswer =
  | { readonly ready: true }
  | { readonly pixels: Uint8Array; readonly milliseconds: number }
  | { readonly error: string };

/** What a worker has of its global scope; the DOM's types know only the page's. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<WorkerRequest>) => void) | null;
  postMessage(answer: WorkerAnswer): void;
};

let decoder: Decoder | undefined;

scope.onmessage = ({ data: request }) => {
  try {
    if ("program" in request) {
      decoder = new Decoder(request.program, decodeBase64(request.weights));
      scope.postMessage({ ready: true });
      return;
    }
    const started = performance.now();
    const pixels = decoder!.decode(request.latent, request.label);
    scope.postMessage({ pixels, milliseconds: performance.now() - started });
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? error.message : String(error) });
  }
};
