/** What a text is made from. */
export interface Told {
  readonly value: unknown;
  /** The files that were written, the one to look at first. */
  readonly paths: readonly string[];
  /** What was named on the command line. */
  readonly subject: unknown;
  readonly options: Readonly<Record<string, unknown>>;
}
