/** A text with its formulas as HTML. */
export function setFormulas(text: string): string;
