/** What runs are compared by. */

/** A kind of number. */
export interface Measure {
  readonly key: string;
  /** For tables: "−ELBO", "mig". */
  readonly label: string;
  /** Absent for counts and shares. */
  readonly unit?: string | undefined;
  readonly better?: "higher" | "lower" | undefined;
  /** What exactly it is: definition, settings, samples. Runs whose texts differ can't be compared by it. */
  readonly definition: string;
  /** Its values are whole numbers. Default: false. */
  readonly whole?: boolean | undefined;
  /** Why it says something else than what the models are worth, and is no part of the verdict. */
  readonly withheld?: string | undefined;
}
