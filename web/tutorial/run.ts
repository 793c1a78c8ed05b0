/** A learner's file against its step: findings, and a figure where nothing is wrong. */

import { load } from "./modules.ts";
import type { Figure, Finding, Lab, Step } from "./step.ts";

export interface Outcome {
  readonly findings: readonly Finding[];
  /** Only where all findings hold. */
  readonly figure?: Figure;
}

export async function run(
  step: Step,
  source: string,
  files: Readonly<Record<string, string>>,
  lab: () => Promise<Lab>,
): Promise<Outcome> {
  try {
    const exports = load(source, files);
    const missing = step.exports.find((name) => typeof exports[name] !== "function");
    if (missing !== undefined) {
      return { findings: [{ holds: false, says: `the file exports no function "${missing}"` }] };
    }
    const findings = step.check(exports);
    if (!findings.every(({ holds }) => holds)) return { findings };
    return { findings, figure: await step.figure(exports, await lab()) };
  } catch (error) {
    return { findings: [{ holds: false, says: error instanceof Error ? error.message : String(error) }] };
  }
}
