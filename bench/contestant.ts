/** Who takes part in a measurement, and how turns are taken. */

export interface Timing {
  readonly steps: number;
  readonly seconds: number;
}

export interface Contestant {
  readonly name: string;
  /** Trained weights: the same for all who compete on one step. */
  readonly parameterCount: number;
  /** Trains for about that long, one call at least. */
  run(seconds: number): Promise<Timing>;
  close(): Promise<void>;
}

/** Milliseconds a step over several rounds. */
export interface Result {
  readonly median: number;
  readonly best: number;
  readonly rounds: readonly number[];
}

/**
 * Times contestants in turn, round by round, so that a busy machine slows all of them. A first short round, in
 * which graphs are compiled and caches filled, is not counted.
 */
export async function measure(
  contestants: readonly Contestant[],
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<Map<Contestant, Result>> {
  const times = new Map(contestants.map((contestant) => [contestant, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const contestant of contestants) {
      const timing = await contestant.run(round < 0 ? seconds / 4 / rounds : seconds / rounds);
      if (round >= 0) times.get(contestant)!.push((1000 * timing.seconds) / timing.steps);
      // Threads of the one that just ran spin for a moment before they sleep.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  return new Map([...times].map(([contestant, list]) => [contestant, summarize(list)]));
}

function summarize(rounds: readonly number[]): Result {
  const sorted = rounds.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.floor(middle - 0.5)]! + sorted[Math.ceil(middle - 0.5)]!) / 2;
  return { median, best: sorted[0]!, rounds };
}
