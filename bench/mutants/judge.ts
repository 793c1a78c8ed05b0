/** Runs the tests that reach a mutation while it is on, in one Vitest that keeps the compiled files. */

import { resolve } from "node:path";
import { createVitest, type TestModule, type Vitest } from "vitest/node";

type Verdict = "killed" | "timeout" | "survived" | "not reached";

export interface Judge {
  judge(mutant: number): Promise<Verdict>;
  close(): Promise<void>;
}

/** One test file, what its tests reach (by test id), what it reaches outside them, and its time in seconds. */
interface Reach {
  readonly file: string;
  readonly inTests: ReadonlyMap<string, ReadonlySet<number>>;
  readonly inFile: ReadonlySet<number>;
  readonly seconds: number;
}

/**
 * `sources`: absolute path → instrumented text, instead of the file on disk. `tests`: folders or files.
 * Throws when a test fails with every mutation off.
 */
export async function createJudge(
  sources: ReadonlyMap<string, string>,
  tests: readonly string[],
): Promise<Judge> {
  const vitest = await createVitest(
    "test",
    {
      watch: false,
      config: false,
      include: ["src/**/*.test.ts"],
      setupFiles: [resolve("bench/mutants/setup.ts")],
      pool: "forks",
      maxWorkers: 1,
      testTimeout: 60_000,
      hookTimeout: 60_000,
      reporters: [{}],
    },
    {
      plugins: [{ name: "mutants", enforce: "pre", transform: (_, id) => sources.get(id) }],
    },
  );
  const reaches: Reach[] = [];
  for (const { moduleId } of await vitest.globTestSpecifications([...tests])) {
    const { module, failed, seconds } = await run(vitest, -1, moduleId, 600);
    if (failed || module === undefined) throw new Error(`tests fail without a mutation: ${moduleId}`);
    reaches.push({ file: moduleId, seconds, ...reachOf(module) });
  }
  reaches.sort((a, b) => a.seconds - b.seconds);
  return {
    async judge(mutant) {
      let verdict: Verdict = "not reached";
      for (const { file, inFile, inTests, seconds } of reaches) {
        const ids = [...inTests].filter(([, reached]) => reached.has(mutant)).map(([id]) => id);
        if (ids.length === 0 && !inFile.has(mutant)) continue;
        // Others may be at work on this machine: a generous limit, which only endless loops meet.
        const limit = 20 + 10 * seconds;
        const result = await run(vitest, mutant, file, limit, inFile.has(mutant) ? undefined : ids);
        if (result.failed) return result.seconds >= limit ? "timeout" : "killed";
        verdict = "survived";
      }
      return verdict;
    },
    close: () => vitest.close(),
  };
}

/** Runs one test file, or the tests `testIds` of it, with one mutation on. */
async function run(vitest: Vitest, mutant: number, file: string, limit: number, testIds?: string[]) {
  const project = vitest.getRootProject();
  vitest.provide("mutant", mutant);
  vitest.provide("limit", limit);
  vitest.config.bail = 1;
  const start = performance.now();
  const specification = project.createSpecification(file, testIds === undefined ? undefined : { testIds });
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
  // The result lists the files of earlier runs too.
  const module = testModules.find(({ moduleId }) => moduleId === file);
  return {
    module,
    failed: unhandledErrors.length > 0 || module === undefined || !module.ok(),
    seconds: (performance.now() - start) / 1000,
  };
}

function reachOf(module: TestModule): Pick<Reach, "inTests" | "inFile"> {
  const inTests = new Map<string, Set<number>>();
  const inFile = new Set<number>();
  for (const test of module.children.allTests()) {
    const { reached } = test.meta();
    if (reached === undefined) continue;
    inTests.set(test.id, new Set(reached.inTest));
    for (const number of reached.inFile) inFile.add(number);
  }
  return { inTests, inFile };
}
