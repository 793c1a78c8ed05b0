/** How jobs open what they work on: what a person should know of it is told. */

import { type ModelPlace, type OpenModel, OpenRun, openModel } from "../trained/index.ts";
import type { Teller } from "./events.ts";
import type { Subjects } from "./job.ts";

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
