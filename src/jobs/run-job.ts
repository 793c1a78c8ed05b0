/** Running a declared job: its options are checked first, and what it makes is handed to a sink. */

import type { z } from "zod";
import { BetalabError, suggest } from "../base/errors.ts";
import { check, describeIssue, showValue } from "../base/issues.ts";
import type { Watch } from "../base/progress.ts";
import { type JobEvent, throwIfStopped } from "./events.ts";
import type { AnyJob, Context, Outcome, Takes } from "./job.ts";
import { fileSink } from "./sinks.ts";

/**
 * Checks the options and runs the job. What it notes is told once, and is part of what it comes to.
 *
 * @throws BetalabError "usage" naming the option and its value; "interrupted"; whatever the job throws.
 */
export async function* runJob(
  job: AnyJob,
  context: Context,
  options: unknown,
): AsyncGenerator<JobEvent, Outcome, void> {
  const checked = checkOptions(job, options);
  checkSubject(job, context.subject);
  throwIfStopped(context.signal);
  const events = job.run(context, checked);
  const notes = new Set<string>();
  try {
    for (;;) {
      const next = await events.next();
      if (next.done) return { ...next.value, notes: [...notes] };
      const event = next.value;
      const told = event.type === "note" && notes.has(event.text);
      if (event.type === "note") notes.add(event.text);
      if (event.type === "prepared") for (const note of event.notes) notes.add(note);
      if (!told) yield event;
    }
  } finally {
    await events.return(undefined as never); // Whoever listened may have gone away.
  }
}

/** The options with their defaults. Throws "usage" naming the first wrong one in backticks, with its value. */
export function checkOptions(job: AnyJob, options: unknown): z.output<z.ZodObject> {
  const { output, issue } = check(job.options, options ?? {});
  if (issue === undefined) return output;
  const [name = "", ...inside] = issue.path;
  if (name === "")
    throw new BetalabError("usage", `${job.name}: ${describeIssue(issue, "what its options are given as")}`);
  if (issue.kind === "unknown key" && inside.length === 0) {
    const names = Object.keys(job.options.shape);
    throw new BetalabError("usage", `${job.name} has no option \`${name}\``, suggest(name, names));
  }
  // Which of several values it is shows in the value; `set`.0 is nothing that anybody typed.
  const where = [`\`${name}\``, ...inside.filter((key) => !/^\d+$/.test(key))].join(".");
  throw new BetalabError("usage", describeIssue(issue, where));
}

function checkSubject({ name, takes, subjectOptional }: AnyJob, subject: unknown): void {
  const isText = typeof subject === "string" && subject !== "";
  const isObject = typeof subject === "object" && subject !== null && !Array.isArray(subject);
  const isList =
    Array.isArray(subject) && subject.length > 0 && subject.every((one) => typeof one === "string");
  const fits = {
    nothing: subject === undefined,
    config: isText || isObject || (subject === undefined && subjectOptional === true),
    run: isText,
    model: isText || isObject,
    runs: isList,
    models: isList,
    source: isText,
    sweep: isText || isObject,
    sweepFolder: isText,
    file: isText,
  }[takes as Takes];
  if (fits) return;
  const wanted =
    takes === "nothing" ? "takes no subject" : `needs ${subjectNouns[takes as Exclude<Takes, "nothing">]}`;
  throw new BetalabError("usage", `${name} ${wanted}, not ${showValue(subject)}`);
}

/** What each kind of subject is called; a job takes one of them, or nothing. */
export const subjectNouns = {
  config: "a preset, a config file or a config",
  run: "a run directory",
  model: "a run directory, an exported model's folder or an open model",
  runs: "a list of run directories, at least one",
  models: "a list of run directories or exported models' folders, at least one",
  source: "the name of a data source",
  sweep: "a sweep's preset or file",
  sweepFolder: "the folder of a sweep",
  file: "a file",
} as const;

/** Writes what a job made: beside its subject, or to `out`. Resolves to the paths, the one to look at first. */
export async function saveOutcome(
  job: Pick<AnyJob, "name">,
  { artifacts = [], stem = job.name, folder = "." }: Outcome,
  out?: string,
  watch: Watch = {},
): Promise<string[]> {
  return artifacts.length === 0 ? [] : fileSink({ folder, out })({ artifacts, stem, watch });
}
