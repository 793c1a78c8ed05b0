/** How a training program's inputs and outputs are called where they are neither state nor data. */

const prefixed = (prefix: string) => ({
  /** The whole name. */
  of: (name: string): string => `${prefix}${name}`,
  /** The name behind the prefix; `undefined` for a name of another kind. */
  in: (whole: string): string | undefined =>
    whole.startsWith(prefix) ? whole.slice(prefix.length) : undefined,
});

/** What a state tensor is after the call. */
export const nextState = prefixed("next:");
/** A term of the call's last step. */
export const termOutput = prefixed("term:");
/** Random numbers that an objective draws. */
export const drawInput = prefixed("random:");
/** The sum of a parameter's gradients over the parts of a batch that have been taken. */
export const gradientSum = prefixed("sum:");
