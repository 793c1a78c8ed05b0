/** A job's declaration as plain data: what a command line, a form or a page of the docs is made from. */

import type { AnyJob, Takes } from "../jobs/index.ts";

export interface OptionDescription {
  /** As in the declaration: `oneWay`. */
  readonly name: string;
  readonly type: "boolean" | "integer" | "number" | "string";
  /** It holds several values. */
  readonly list?: true;
  readonly description: string;
  /** What it may be, where it is one of a few. */
  readonly choices?: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  /** "ms". */
  readonly unit?: string;
  /** What the value is called: "folder". */
  readonly placeholder?: string;
  /** It follows the subject on a command line. */
  readonly positional?: true;
  /** A list whose values are given one at a time: they may hold commas. */
  readonly repeated?: true;
  /** The variable that is read when it is absent. */
  readonly environment?: string;
}

export interface JobDescription extends Pick<AnyJob, "name" | "summary" | "example"> {
  readonly takes: Takes;
  readonly subjectOptional?: true;
  /** It makes artifacts: they can be sent elsewhere by `out`. */
  readonly artifacts?: true;
  /** Where they go unless `out` says. */
  readonly destination?: string;
  readonly options: readonly OptionDescription[];
  /** JSON Schema of the value. */
  readonly value: unknown;
}
