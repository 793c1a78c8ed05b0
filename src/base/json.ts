/**
 * JSON that loses no number. `JSON.stringify` turns NaN and the infinities into null without a word, and a
 * typed array into an object; a diverged loss must stay visible in every file and on stdout. Non-finite
 * numbers are written as the strings "NaN", "Infinity" and "-Infinity", typed arrays as arrays.
 */

const nonFinite: ReadonlyMap<string, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

/** `JSON.stringify` on one line (or indented by `indent` spaces) with non-finite numbers as strings. */
export function stringifyJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, inner: unknown) => encode(inner), indent) ?? "null";
}

/**
 * `JSON.parse` that turns those three strings back into the numbers, at any depth.
 *
 * @throws SyntaxError from `JSON.parse`.
 */
export function parseJson(text: string): unknown {
  // A reviver makes parsing several times slower, and hardly any text needs it.
  if (!/"(?:NaN|-?Infinity)"/.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, inner: unknown) =>
    typeof inner === "string" ? (nonFinite.get(inner) ?? inner) : inner,
  );
}

function encode(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as Float32Array);
  }
  return value;
}

/** JSON with the keys of every object in alphabetical order; absent and undefined are the same. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    const sorted = Object.keys(inner).toSorted();
    return Object.fromEntries(sorted.map((key) => [key, (inner as Record<string, unknown>)[key]]));
  });
}
