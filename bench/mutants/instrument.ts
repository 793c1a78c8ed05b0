/**
 * A source file with several mutations in it at once, each behind a switch, so that it is compiled once for all of
 * them: `a + b` becomes `(globalThis.mutant(7) ? a - b : a + b)`. The switch also notes who reached it.
 */

import ts from "typescript";
import type { Mutation } from "./mutations.ts";

/** The text of `file`. A mutation's number is what `globalThis.mutant` is asked for. */
export function instrument(file: ts.SourceFile, mutations: ReadonlyMap<number, Mutation>): string {
  const at = new Map<ts.Node, [number, string][]>();
  for (const [number, { node, text }] of mutations) at.set(node, [...(at.get(node) ?? []), [number, text]]);
  const render = (node: ts.Node): string => {
    let text = "";
    let position = node.getStart();
    node.forEachChild((child) => {
      const start = child.getStart();
      text += file.text.slice(position, start) + render(child);
      position = child.end;
    });
    text += file.text.slice(position, node.end);
    for (const [number, mutated] of at.get(node) ?? []) {
      const on = `globalThis.mutant(${number})`;
      text = ts.isStatement(node) ? `{ if (!${on}) ${text} }` : `(${on} ? ${mutated} : ${text})`;
    }
    return text;
  };
  return render(file);
}
