/** A thread that decodes plain pictures, some at a time. Started by `plain-crew.ts`. */

import { parentPort, workerData } from "node:worker_threads";
import type { DecodedPicture, DecodeOptions } from "./decode.ts";
import type { PictureModules } from "./picture-memory.ts";
import { type Encoded, PlainDecoder } from "./plain.ts";

/** What the thread is sent, and what it answers. */
export type EncodedLot = readonly Encoded[];
export type DecodedLot = readonly (DecodedPicture | undefined)[];

export interface PlainWork {
  readonly options: DecodeOptions;
  readonly modules: PictureModules;
}

const { options, modules } = workerData as PlainWork;
const decoder = new PlainDecoder(options, modules);

parentPort!.on("message", (files: EncodedLot) => {
  const pictures: DecodedLot = files.map((file) => decoder.decode(file));
  const buffers = pictures.flatMap((picture) => picture?.pixels.buffer ?? []);
  parentPort!.postMessage(pictures, buffers as ArrayBuffer[]);
});
