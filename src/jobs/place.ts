/** From a job's context to what the rooms below need of the outside. */

import type { Device } from "../runtime/index.ts";
import type { Place } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import type { Context } from "./job.ts";

export function placeOf(
  { environment, registries }: Pick<Context, "environment" | "registries">,
  { data, device }: { readonly data?: string | undefined; readonly device?: Device | undefined },
  tell: Teller,
): Place {
  return {
    dataDirectory: data,
    // Where it is none, opening it says so.
    device: device ?? ((environment.BETALAB_DEVICE || "cpu") as Device),
    environment,
    registries,
    signal: tell.signal,
    onDataProgress: tell.onProgress,
    onNote: tell.note,
  };
}
