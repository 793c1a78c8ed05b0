/** A worker of a page that trains: posted a device and a course, it posts back the losses, or why there are none. */

import { createRuntime, type WebRuntimeOptions } from "../../src/runtime/web.ts";
import { type Course, lossesOf } from "./losses.ts";

const worker = globalThis as unknown as {
  onmessage: (message: { data: { options: WebRuntimeOptions; course: Course } }) => void;
  postMessage(message: unknown): void;
};

worker.onmessage = async ({ data: { options, course } }) => {
  try {
    const runtime = await createRuntime({ ...options, files: "/engine/" });
    worker.postMessage({ losses: await lossesOf(course, runtime), description: runtime.description });
  } catch (error) {
    worker.postMessage({ error: String(error) });
  }
};
