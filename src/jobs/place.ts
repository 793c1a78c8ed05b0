/** From a job's context to what the rooms below need of the outside. */

import type { Place } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import type { Context } from "./job.ts";

export function placeOf(
  { environment, registries }: Pick<Context, "environment" | "registries">,
  { data }: { readonly data?: string | undefined },
  tell: Teller,
): Place {
  return {
    dataDirectory: data,
    environment,
    registries,
    signal: tell.signal,
    onDataProgress: (progress) => tell.stage(progress),
    onNote: (text) => tell.note(text),
  };
}
