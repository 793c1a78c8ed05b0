/** A model's worker: one lab, which a new configuration replaces. */

import { BetalabError } from "../../../src/base/errors.ts";
import { Lab } from "./lab.ts";
import type { LabEvent, LabRequest } from "./protocol.ts";

/** What a worker has of its global scope; the DOM's types know only the page's. */
const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<LabRequest>) => void) | null;
  postMessage(event: LabEvent): void;
};

let lab: Promise<Lab> | undefined;

scope.onmessage = ({ data: request }) => {
  if (request.kind === "open") {
    lab = Lab.open(request, (event) => scope.postMessage(event));
    lab.catch((error: unknown) =>
      scope.postMessage({
        kind: "failed",
        message: messageOf(error),
        hint: error instanceof BetalabError ? error.hint : undefined,
      }),
    );
  } else {
    lab
      ?.then((opened) => opened.take(request))
      .catch((error: unknown) => {
        // What was said of the opening is what a question after it is told.
        if ("id" in request)
          scope.postMessage({ kind: "refused", id: request.id, message: messageOf(error) });
      });
  }
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
