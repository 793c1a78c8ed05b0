/** An evaluation as text for people: numbers with their units and errors, what was checked, what is wrong. */
import { describeEvaluation } from "../../jobs/index.ts";
import type { EvaluationRecord } from "../../runs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function evaluationText({ value, paths }: Told): string {
  const evaluation = value as EvaluationRecord;
  const { invariants, diagnoses } = evaluation;
  const { about, sections } = describeEvaluation(evaluation);
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
    `written to ${paths.join(", ")}`,
  ].join("\n\n");
}
