/** Numbers that broke: what a training says that can't go on with them. */

import { BetalabError } from "../base/errors.ts";
import type { State } from "./state.ts";
import type { TermValues } from "./terms.ts";

export function finite(terms: TermValues): boolean {
  return Object.values(terms).flat().every(Number.isFinite);
}

/** After `step` steps, the last of them at this learning rate; names the term that broke, the loss only where no other did. */
export function diverged(step: number, terms: TermValues, learningRate: number | undefined): BetalabError {
  const broken = Object.entries(terms).find(
    ([name, value]) => name !== "loss" && ![value].flat().every(Number.isFinite),
  );
  const [name, value] = broken ?? ["loss", terms.loss];
  return new BetalabError(
    "diverged",
    `training diverged at step ${step}: ${name} is ${[value].flat().find((x) => !Number.isFinite(x))}`,
    `try a smaller optimizer.learningRate${learningRate === undefined ? "" : ` (it was ${learningRate.toPrecision(3)})`}, ` +
      "set optimizer.clipNorm (10, say), or lower the weight of the term that broke",
  );
}

/** The first number of a state that is not finite, under its tensor's name; nothing where all are. It must have been read. */
export function brokenIn(state: State): TermValues | undefined {
  for (const [name, { data }] of Object.entries(state.records())) {
    for (let i = 0; i < data.length; i++) {
      if (!Number.isFinite(data[i])) return { [name]: Number(data[i]) };
    }
  }
  return undefined;
}
