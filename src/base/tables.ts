/** Tables for reading, of text; the first row is the heading. Numbers stand to the right, the first and the last column to the left. */

type Rows = readonly (readonly string[])[];

/** A table in GitHub's Markdown. */
export function markdownTable(rows: Rows): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const [heading, ...others] = rows;
  const rule = alignment(heading!).map((side) => (side === "l" ? "---" : "---:"));
  return [line(heading!), line(rule), ...others.map(line)].join("\n");
}

/** A `tabular` for LaTeX with booktabs; what people's text holds is escaped. */
export function latexTable(rows: Rows): string {
  const line = (cells: readonly string[]): string => `${cells.map(latexText).join(" & ")} \\\\`;
  const [heading, ...others] = rows;
  return [
    `\\begin{tabular}{${alignment(heading!).join("")}}`,
    "\\toprule",
    line(heading!),
    "\\midrule",
    ...others.map(line),
    "\\bottomrule",
    "\\end{tabular}",
  ].join("\n");
}

/** A value of any kind as a cell: numbers as they are, words without quotes. */
export const tableCell = (value: unknown): string | number | undefined =>
  value === undefined || typeof value === "number" || typeof value === "string"
    ? value
    : JSON.stringify(value);

const alignment = (heading: readonly string[]): ("l" | "r")[] =>
  heading.map((_, i) => (i === 0 || i === heading.length - 1 ? "l" : "r"));

/** Characters that mean something to LaTeX, or that pdfLaTeX's fonts lack. */
const escapes: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  // Behind the end of a row, or at its beginning, these two are taken for an option.
  "[": "{[}",
  "*": "{*}",
  ...Object.fromEntries([..."{}$&#%_"].map((sign) => [sign, `\\${sign}`])),
  "`": "\\textasciigrave{}",
  "…": "\\dots{}",
  "−": "$-$",
  "±": "$\\pm$",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "°": "$^\\circ$",
  "‖": "$\\|$",
  "√": "$\\surd$",
  "∞": "$\\infty$",
  "≤": "$\\le$",
  "≥": "$\\ge$",
  "→": "$\\to$",
  "′": "$'$",
  "⁻": "$^-$",
  ...Object.fromEntries(
    (
      "α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho " +
      "σ sigma τ tau φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Π Pi Σ Sigma Φ Phi Ψ Psi Ω Omega"
    )
      .match(/\S+ \S+/g)!
      .map((pair) => [pair[0], `$\\${pair.slice(2)}$`]),
  ),
  ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, digit) => [sign, `$^${digit}$`])),
  ...Object.fromEntries([..."₀₁₂₃₄₅₆₇₈₉"].map((sign, digit) => [sign, `$_${digit}$`])),
};

const latexText = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/[^A-Za-z0-9 ]/gu, (sign) => escapes[sign] ?? sign)
    // Two hyphens are a dash to LaTeX.
    .replace(/-(?=-)/g, "-{}");
