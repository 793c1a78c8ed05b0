/** The files of the tutorial: our solutions, what the learner has written, and what of it is solved. */

import { shown, starter } from "./regions.ts";

const solutions = Object.fromEntries(
  Object.entries(
    import.meta.glob<string>("../../examples/tutorial/*.ts", {
      query: "?raw",
      import: "default",
      eager: true,
    }),
  ).map(([path, text]) => [path.replace(/^.*\/|\.ts$/g, ""), text]),
);

export const solutionOf = (slug: string): string => shown(solutions[slug]!);
export const starterOf = (slug: string): string => starter(solutions[slug]!);

const key = (slug: string, what: "file" | "solved"): string => `betalab-tutorial-${slug}-${what}`;

// A page may be refused storage: what was written then lasts as long as the page.
const memory = new Map<string, string>();

function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(name) ?? undefined;
  } catch {
    return memory.get(name);
  }
}

function keep(name: string, text: string | undefined): void {
  try {
    if (text === undefined) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    if (text === undefined) memory.delete(name);
    else memory.set(name, text);
  }
}

export const writtenFor = (slug: string): string => recall(key(slug, "file")) ?? starterOf(slug);
export const isSolved = (slug: string): boolean => recall(key(slug, "solved")) !== undefined;

/** Keeps what is in the editor; nothing is kept of an untouched file. */
export function keepWritten(slug: string, text: string): void {
  keep(key(slug, "file"), text === starterOf(slug) ? undefined : text);
}

/** Keeps the file that passed: later steps import it. */
export const keepSolved = (slug: string, text: string): void => keep(key(slug, "solved"), text);

/** What the steps import of each other: the learner's file where it passed, else ours. */
export function filesOf(): Record<string, string> {
  return Object.fromEntries(
    Object.keys(solutions).map((slug) => [slug, recall(key(slug, "solved")) ?? solutionOf(slug)]),
  );
}
