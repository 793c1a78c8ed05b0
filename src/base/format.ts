/** Numbers as text for people: significant digits, counts with thousands, a mean with its error. */

/** The sign that stands on a number's line in the shipped font; a hyphen is shorter and lower. */
const withMinus = (text: string): string => text.replace(/^-/, "−");

/** At most `digits` significant digits, with thousands: "12.3", "0.0123", "1,230". */
export function formatDigits(value: number, digits = 3): string {
  return withMinus(value.toLocaleString("en-US", { maximumSignificantDigits: digits }));
}

/** What a latent is called wherever people read: "z₇". Files for programs have "z7". */
export function latentLabel(dimension: number): string {
  const subscript = (digit: string): string => String.fromCodePoint(0x2080 + Number(digit));
  return `z${String(dimension).replace(/\d/g, subscript)}`;
}

/** "0.03 s", "40 s", "12 min", "3.4 h". */
export function formatSeconds(seconds: number): string {
  if (seconds < 0.095) return `${Number(seconds.toPrecision(1))} s`;
  if (seconds < 90) return `${seconds.toFixed(seconds < 9.5 ? 1 : 0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** "512 B", "1.5 MB": powers of a thousand, three digits. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log10(bytes) / 3));
  return `${formatShort(Number((bytes / 1000 ** power).toPrecision(3)))} ${["", "kB", "MB", "GB", "TB"][power]}`;
}

/** "1.4 GB", "12,000 GB", of 10⁹ bytes. */
export const formatGigabytes = (bytes: number): string =>
  bytes < 1e11 ? `${(bytes / 1e9).toFixed(1)} GB` : `${formatDigits(bytes / 1e9)} GB`;

/** "12,345", of a whole number. */
export const formatCount = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ",");

/** Four significant digits, whole numbers as they are: "105.2", "−3", "12345", "NaN". */
export function formatShort(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return withMinus(String(value));
  return Math.abs(value) >= 1000 ? formatFixed(value, 0) : withMinus(String(Number(value.toPrecision(4))));
}

/** Four significant digits, zeros too, so that a changing number keeps its width: "105.2", "0.01234", "−3.000", "1.2e-6". */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || value === 0) return withMinus(String(value));
  if (size >= 1000) return formatFixed(value, 0);
  return withMinus(size >= 0.001 ? value.toPrecision(4) : value.toExponential(1));
}

/** So many decimals, zeros too: "105.20", "−0.013", "0.00" (the sign of a rounded zero is noise). */
export const formatFixed = (value: number, decimals: number): string =>
  withMinus((Number(value.toFixed(decimals)) + 0).toFixed(decimals));

/** "105.23 ± 0.27": the error with two digits, the mean with as many decimals; without an error, four digits. */
export function formatWithError(mean: number, error: number): string {
  if (!Number.isFinite(mean) || !Number.isFinite(error)) return formatShort(mean);
  if (error === 0) return `${formatShort(mean)} ± 0`;
  const decimals = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(error))));
  return `${formatFixed(mean, decimals)} ± ${error.toFixed(decimals)}`;
}

/** "1 image", "2 images". */
export const plural = (count: number | string, what: string): string =>
  `${count} ${what}${String(count) === "1" ? "" : "s"}`;

/** "a", "a and b", "a, b and c"; with another word between the last two where one is given. */
export const listed = (items: readonly string[], last = " and "): string =>
  items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")}${last}${items.at(-1)}`;
