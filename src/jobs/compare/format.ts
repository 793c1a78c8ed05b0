/** Numbers of a comparison as text. */

/** "12.34 ± 0.56": as many decimals as two digits of the uncertainty need; four digits where there is none. */
export function formatInterval(mean: number, halfWidth: number): string {
  if (!Number.isFinite(halfWidth)) return formatShort(mean);
  if (halfWidth === 0) return `${formatShort(mean)} ± 0`;
  const decimals = Math.min(6, Math.max(0, 1 - Math.floor(Math.log10(halfWidth))));
  return `${signed(mean.toFixed(decimals))} ± ${halfWidth.toFixed(decimals)}`;
}

/** Four significant digits, whole numbers as they are. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Number.isInteger(value)) return signed(String(value));
  return signed(Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4))));
}

const signed = (text: string): string => text.replace("-", "−");
