/** An evaluation as text for people: numbers with their units and errors, what was checked, what is wrong. */
import type { DescribedEvaluation, RunEvaluation } from "../jobs/index.ts";
import { columns } from "./table.ts";

/** Paragraphs: likelihoods, decomposition, latents, checks, diagnoses. */
export function evaluationText(
  { about, sections }: DescribedEvaluation,
  { invariants, diagnoses }: RunEvaluation,
  file: string,
): string {
  return [
    about,
    ...sections.map(({ columns: heading, rows, notes }) =>
      [columns([heading, ...rows]), ...notes].join("\n"),
    ),
    [
      "checked",
      ...invariants.map(({ holds, statement }) => `  ${holds ? "ok    " : "BROKEN"}  ${statement}`),
    ].join("\n"),
    diagnoses.length === 0
      ? "diagnosis: nothing wrong found"
      : ["diagnosis", ...diagnoses.map(({ sentence }) => `  - ${sentence}`)].join("\n"),
    `written to ${file}`,
  ].join("\n\n");
}
