/** What a training was worth at its steps, as columns of numbers. */

import type { Progress } from "./lab/protocol.ts";

/** Points of a curve: older ones are thinned out beyond these. */
const MOST = 1200;

export interface Curves {
  readonly step: number[];
  readonly reconstruction: number[];
  readonly kl: number[];
  readonly negativeElbo: number[];
  readonly beta: (number | null)[];
}

export const noCurves = (): Curves => ({ step: [], reconstruction: [], kl: [], negativeElbo: [], beta: [] });

/** With one line of numbers more. */
export function extended(before: Curves, { step, terms, scalars }: Progress): Curves {
  const number = (name: string): number => terms[name] as number;
  const all: Curves = {
    step: [...before.step, step],
    reconstruction: [...before.reconstruction, number("reconstruction")],
    kl: [...before.kl, number("kl")],
    negativeElbo: [...before.negativeElbo, number("negativeElbo")],
    beta: [...before.beta, scalars.beta ?? null],
  };
  if (all.step.length <= MOST) return all;
  const thin = <T>(values: readonly T[]): T[] => values.filter((_, i) => i % 2 === 0 || i > MOST / 2);
  return {
    step: thin(all.step),
    reconstruction: thin(all.reconstruction),
    kl: thin(all.kl),
    negativeElbo: thin(all.negativeElbo),
    beta: thin(all.beta),
  };
}
