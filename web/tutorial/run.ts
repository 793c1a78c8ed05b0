/** A learner's file against its step: findings, and a figure where nothing is wrong. */

import type { Figure } from "./figure.ts";
import { load } from "./modules.ts";
import type { Finding, Lab, Step } from "./step.ts";

export interface Outcome {
  readonly findings: readonly Finding[];
  /** Only where all findings hold. */
  readonly figure?: Figure;
}

/** The findings, and then with a figure as often as it changes. */
export async function* run(
  step: Step,
  source: string,
  files: Readonly<Record<string, string>>,
  lab: Lab,
): AsyncGenerator<Outcome> {
  try {
    const exports = load(source, files);
    const missing = step.exports.find((name) => typeof exports[name] !== "function");
    if (missing !== undefined) {
      yield { findings: [{ holds: false, says: `the file exports no function "${missing}"` }] };
      return;
    }
    const findings = step.check(exports);
    yield { findings };
    if (!findings.every(({ holds }) => holds)) return;
    for await (const figure of step.figure(exports, lab)) yield { findings, figure };
  } catch (error) {
    yield { findings: [{ holds: false, says: error instanceof Error ? error.message : String(error) }] };
  }
}
