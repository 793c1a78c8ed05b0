/**
 * How a training step goes when it is more than one update: which groups of parameters it moves, and an inner
 * loop before it. A routine decides from its memory alone, plain numbers that every checkpoint carries, so a
 * resumed run goes on as if it had never stopped.
 */

export type Memory = Readonly<Record<string, number>>;

export interface Routine {
  /** At the start of a run. */
  readonly initial: Memory;
  plan(memory: Memory): Plan;
  /** The memory after an epoch, given what the held-out images showed. */
  afterEpoch(memory: Memory, heldOut: HeldOutFacts): Memory;
}

export interface HeldOutFacts {
  /** I_q(x; z), in nats. */
  readonly mutualInformation: number;
}

export interface Plan {
  /** The groups that the step updates; default: all. */
  readonly groups?: readonly string[];
  /** Updates before the step, each on a batch drawn for it. */
  readonly inner?: InnerLoop;
}

/** Ends when the mean loss over `checkEvery` updates is no lower than over those before, or after `atMost`. */
export interface InnerLoop {
  readonly groups: readonly string[];
  readonly atMost: number;
  readonly checkEvery: number;
}
