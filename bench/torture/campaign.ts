/** All ordeals, the same time for each, until it is over. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillUniform } from "../../src/base/random.ts";
import { fuzzOrdeals } from "./fuzz.ts";
import { mutatedRuns } from "./mutations.ts";
import type { Ordeal } from "./ordeal.ts";
import {
  clockSetBack,
  fullDisk,
  interrupts,
  otherEngines,
  randomKills,
  readOnlyDisk,
  systematicKills,
  tornWrites,
  twoWriters,
} from "./processes.ts";
import { lastLine, start, trainInto } from "./small-training.ts";

export const ordeals: readonly Ordeal[] = [
  randomKills,
  systematicKills,
  tornWrites,
  fullDisk,
  readOnlyDisk,
  clockSetBack,
  interrupts,
  otherEngines,
  twoWriters,
  mutatedRuns,
  ...fuzzOrdeals,
];

export interface Tally {
  readonly name: string;
  readonly tried: number;
  readonly failed: number;
  readonly problems: readonly string[];
}

export interface CampaignOptions {
  readonly minutes: number;
  /** Of all random choices; an ordeal's depend on its name and on nothing else. */
  readonly seed: number;
  log(line: string): void;
}

/** Every ordeal is tried at least once, whatever the time. */
export async function campaign(
  chosen: readonly Ordeal[],
  { minutes, seed, log }: CampaignOptions,
): Promise<Tally[]> {
  const until = performance.now() + 60_000 * minutes;
  const base = mkdtempSync(join(tmpdir(), "betalab-torture-"));
  try {
    // Pictures carry the name of the run: all are called the same.
    const whole = join(base, "whole", "run");
    const { status, err } = await start(trainInto(whole)).ended;
    if (status !== 0) throw new Error(`the undisturbed training ended with ${status}: ${lastLine(err)}`);
    const entries = chosen.map(({ name, trials }) => {
      let step = 0;
      const random = (): number => {
        const one = new Float64Array(1);
        fillUniform(one, { seed, stream: `torture ${name}`, step: step++ });
        return one[0]!;
      };
      let made: string[] = [];
      const folder = (): string => {
        made.push(mkdtempSync(join(base, "trial-")));
        return made.at(-1)!;
      };
      const clean = (): void => {
        for (const path of made) rmSync(path, { recursive: true, force: true });
        made = [];
      };
      const problems: string[] = [];
      return { name, trials: trials({ folder, random, whole }), clean, tried: 0, spent: 0, problems };
    });
    for (;;) {
      // Each kind gets the same time; one that was not tried yet comes first.
      const entry = entries.reduce((least, one) => (one.spent < least.spent ? one : least));
      if (entry.tried > 0 && performance.now() >= until) break;
      const from = performance.now();
      const { value: trial } = await entry.trials.next();
      entry.spent += performance.now() - from;
      entry.tried++;
      if (trial?.problem !== undefined) {
        entry.problems.push(`${trial.what}: ${trial.problem}`);
        log(`FAILED ${entry.name}: ${trial.what}: ${trial.problem}`);
      }
      entry.clean();
    }
    return entries.map(({ name, tried, problems }) => ({ name, tried, failed: problems.length, problems }));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
