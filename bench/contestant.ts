/** Who takes part in a measurement, and how turns are taken. */
import { median } from "../src/base/statistics.ts";

export interface Timing {
  readonly steps: number;
  readonly seconds: number;
  /** Processor time of the contestant's whole process, spinning threads included. */
  readonly cpuSeconds: number;
  /** Largest resident size of the process until then. */
  readonly peakBytes?: number;
}

export interface Contestant {
  readonly name: string;
  /** Trained weights: the same for all who compete on one training step. */
  readonly parameterCount?: number;
  /** Trains for about that long, one call at least. */
  run(seconds: number): Promise<Timing>;
  close(): Promise<void>;
}

/** Works for about `least` seconds, one unit at least; `work` says how many steps it took. */
export async function timed(least: number, work: () => Promise<number>): Promise<Timing> {
  const start = performance.now();
  const before = process.cpuUsage();
  let steps = 0;
  let seconds = 0;
  while (steps === 0 || seconds < least) {
    steps += await work();
    seconds = (performance.now() - start) / 1000;
  }
  const { user, system } = process.cpuUsage(before);
  // Kilobytes on every system that Node supports.
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { steps, seconds, cpuSeconds: (user + system) / 1e6, peakBytes };
}

/** Milliseconds a step (or another unit of work) over several rounds. */
export interface Result {
  readonly median: number;
  readonly best: number;
  /** Median of processor time: with one thread this is what holds when others use the machine too. */
  readonly cpu: number;
  readonly rounds: readonly number[];
  readonly peakBytes?: number;
}

/**
 * Times contestants in turn, round by round, so that a busy machine slows all of them. A first short round, in
 * which graphs are compiled and caches filled, is not counted; what takes so long that this doesn't matter goes
 * without, `warmUp` false. `before` is called before every turn and is not timed.
 */
export async function measure(
  contestants: readonly Contestant[],
  {
    seconds,
    rounds,
    warmUp = true,
    before,
  }: {
    readonly seconds: number;
    readonly rounds: number;
    readonly warmUp?: boolean;
    readonly before?: (contestant: Contestant) => void;
  },
): Promise<Map<Contestant, Result>> {
  const times = new Map(contestants.map((contestant) => [contestant, [] as Timing[]]));
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const contestant of contestants) {
      before?.(contestant);
      const timing = await contestant.run(round < 0 ? seconds / 4 / rounds : seconds / rounds);
      if (round >= 0) times.get(contestant)!.push(timing);
      // Threads of the one that just ran spin for a moment before they sleep.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }
  return new Map([...times].map(([contestant, list]) => [contestant, summarize(list)]));
}

function summarize(timings: readonly Timing[]): Result {
  const rounds = timings.map(({ seconds, steps }) => (1000 * seconds) / steps);
  const cpu = timings.map(({ cpuSeconds, steps }) => (1000 * cpuSeconds) / steps);
  const peakBytes = timings.at(-1)?.peakBytes;
  return {
    ...{ median: median(rounds), best: Math.min(...rounds), cpu: median(cpu), rounds },
    ...(peakBytes !== undefined && { peakBytes }),
  };
}
