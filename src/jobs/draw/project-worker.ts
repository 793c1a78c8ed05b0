/** A thread that projects, so that the caller's stays free to draw progress and to hear Ctrl-C. Started by `project.ts`. */

import { parentPort, workerData } from "node:worker_threads";
import { BetalabError, messageOf } from "../../base/errors.ts";
import { type ProjectionRequest, project } from "../../latent/index.ts";

export type ProjectionMessage =
  | { readonly done: number }
  | { readonly result: Awaited<ReturnType<typeof project>> }
  | {
      readonly error: {
        readonly code: BetalabError["code"] | undefined;
        readonly message: string;
        readonly hint?: string | undefined;
      };
    };

const say = (message: ProjectionMessage): void => parentPort!.postMessage(message);

try {
  let saidAt = 0;
  const result = await project(workerData as ProjectionRequest, (done) => {
    const now = performance.now();
    if (now - saidAt < 100) return;
    saidAt = now;
    say({ done });
  });
  say({ result });
} catch (error) {
  const { code, hint } = error instanceof BetalabError ? error : {};
  say({ error: { code, message: messageOf(error), hint } });
}
