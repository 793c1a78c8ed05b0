/** A worker of a page that trains: posted a device and a course, it posts back the losses, or why there are none. */

import { createRuntime } from "../../src/runtime/web.ts";
import { type Course, lossesOf } from "./losses.ts";

const worker = globalThis as unknown as {
  onmessage: (message: { data: { device: "cpu" | "webgpu"; course: Course } }) => void;
  postMessage(message: unknown): void;
};

worker.onmessage = async ({ data: { device, course } }) => {
  try {
    const runtime = await createRuntime({ device, files: "/engine/" });
    worker.postMessage({ losses: await lossesOf(course, runtime), description: runtime.description });
  } catch (error) {
    worker.postMessage({ error: String(error) });
  }
};
