/** How jobs open what they work on: what a person should know of it is told. */

import type { Device } from "../runtime/index.ts";
import { type ModelPlace, type OpenModel, OpenRun, openModel, type Place } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import type { Context, Subjects } from "./job.ts";

/** What the rooms below need of the outside. */
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

export function openRun(path: string, place: ModelPlace, tell: Teller): OpenRun {
  return told(OpenRun.open(path, place), tell);
}

/** A model that is open already stays on its device. */
export function openSubject(subject: Subjects["model"], place: ModelPlace, tell: Teller): OpenModel {
  return told(typeof subject === "string" ? openModel(subject, place) : subject, tell);
}

function told<M extends OpenModel>(opened: M, tell: Teller): M {
  for (const note of opened.notes) tell.note(note);
  return opened;
}
