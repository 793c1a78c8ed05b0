/** Comma-separated values with a heading (RFC 4180). */

/**
 * Numbers have nine significant digits, which tell any two float32 apart. What there is none of (`undefined`, NaN) is
 * an empty cell.
 */
export function formatCsv(heading: readonly unknown[], rows: readonly (readonly unknown[])[]): string {
  return `${[heading, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
}

function cell(value: unknown): string {
  if (value === undefined || Number.isNaN(value)) return "";
  const text = typeof value === "number" ? String(Number(value.toPrecision(9))) : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
