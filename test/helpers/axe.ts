/** What axe-core finds wrong with a page, or a part of it, for those who can't see it or use no mouse. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Found {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** Rule, element and reason, one line each. */
export async function accessibilityProblems(page: Page, part = "html"): Promise<string[]> {
  await page.evaluate(source);
  const violations = await page.evaluate<readonly Found[]>(
    `axe.run(${JSON.stringify(part)}).then(({ violations }) => violations)`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary}`),
  );
}
