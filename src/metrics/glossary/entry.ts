/** What a glossary says of a word: a line for somebody who meets it first, and a line for somebody who measures with it. */

export interface Entry {
  /** As it is shown: "KL", "active units". */
  readonly term: string;
  /** Other forms under which it is shown or asked for. */
  readonly also?: readonly string[];
  /** What its numbers count. */
  readonly unit?: string;
  /** For a learner: one sentence without a formula. */
  readonly plain: string;
  /** For a researcher: formula, source, range, what to beware of. */
  readonly exact: string;
  /** Other terms. */
  readonly see?: readonly string[];
}
