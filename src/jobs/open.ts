/** How jobs open what they work on: what a person should know of it is told. */

import { type OpenModel, OpenRun, openModel, type Place } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import type { Subjects } from "./job.ts";

export function openRun(path: string, { registries }: Pick<Place, "registries">, tell: Teller): OpenRun {
  return told(OpenRun.open(path, registries), tell);
}

export function openSubject(
  subject: Subjects["model"],
  { registries }: Pick<Place, "registries">,
  tell: Teller,
): OpenModel {
  return told(typeof subject === "string" ? openModel(subject, registries) : subject, tell);
}

function told<M extends OpenModel>(opened: M, tell: Teller): M {
  for (const note of opened.notes) tell.note(note);
  return opened;
}
