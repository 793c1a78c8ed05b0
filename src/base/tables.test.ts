import { expect, test } from "vitest";
import { latexTable, markdownTable } from "./tables.ts";

test("Markdown: aligned, with bars escaped", () => {
  expect(
    markdownTable([
      ["", "a|b", ""],
      ["x", "1", "u"],
    ]),
  ).toBe("|  | a\\|b |  |\n| --- | ---: | --- |\n| x | 1 | u |");
});

test("LaTeX: a booktabs tabular in which nothing but the table is a command", () => {
  expect(
    latexTable([
      ["", "β = 1", "50 % of a_b & c#1", "unit"],
      ["−ELBO", "−105.23 ± 0.27", "[1, 2]", "nats/image"],
      ["σ² \\x{y}", "$3 ~4^5", "10⁻³ |z₁₂| <\n*…", "Bézier"],
      ["--set x", "τ′", "?`", "Ω"],
    ]),
  ).toBe(
    [
      "\\begin{tabular}{lrrl}",
      "\\toprule",
      " & $\\beta$ = 1 & 50 \\% of a\\_b \\& c\\#1 & unit \\\\",
      "\\midrule",
      "$-$ELBO & $-$105.23 $\\pm$ 0.27 & {[}1, 2] & nats/image \\\\",
      "$\\sigma$$^2$ \\textbackslash{}x\\{y\\} & \\$3 \\textasciitilde{}4\\textasciicircum{}5 & 10$^-$$^3$ \\textbar{}z$_1$$_2$\\textbar{} \\textless{} {*}\\dots{} & Bézier \\\\",
      "-{}-set x & $\\tau$$'$ & ?\\textasciigrave{} & $\\Omega$ \\\\",
      "\\bottomrule",
      "\\end{tabular}",
    ].join("\n"),
  );
});
