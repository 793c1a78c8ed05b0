/** Projects in a thread of its own. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { BetalabError } from "../../base/errors.ts";
import {
  type Projected,
  type Projection,
  type ProjectionRequest,
  project,
  projections,
} from "../../latent/index.ts";
import { unlessStopped } from "../events.ts";
import type { ProjectionMessage } from "./project-worker.ts";

/**
 * As `project` of the latent room. Throws "interrupted" when the signal is aborted; the thread then ends at once.
 *
 * @param onProgress told the share done, 0 to 1; may stop the work by throwing
 */
export async function projectInThread(
  request: ProjectionRequest,
  signal?: AbortSignal,
  onProgress?: (done: number) => void,
  registry: readonly Projection[] = projections,
): Promise<Projected> {
  const file = new URL("./project-worker.js", import.meta.url);
  // Run from the sources (tests), there is no compiled worker: a thread can't load TypeScript on Node 20.
  // A definition of a user's can't be sent to one either.
  const shipped = projections.some((one) => registry.includes(one) && one.name === request.method);
  if (!shipped || !existsSync(fileURLToPath(file))) return project(request, onProgress, registry);
  const worker = new Worker(file, { workerData: request });
  try {
    const work = new Promise<Projected>((resolve, reject) => {
      worker.on("message", (message: ProjectionMessage) => {
        if ("done" in message) {
          // Who is told may stop the work by throwing; nothing catches what a listener throws.
          try {
            onProgress?.(message.done);
          } catch (error) {
            reject(error);
          }
        } else if ("result" in message) resolve(message.result);
        else {
          const { code, message: text, hint } = message.error;
          reject(code === undefined ? new Error(text) : new BetalabError(code, text, hint));
        }
      });
      worker.on("error", reject);
      worker.on("exit", () => reject(new Error("internal: the projecting thread ended")));
    });
    return await unlessStopped(signal, work);
  } finally {
    await worker.terminate();
  }
}
