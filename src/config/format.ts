/** A resolved config as YAML, each value with a comment that says where it comes from; reads back as a file. */

import { isMap, isNode, isPair, isScalar, isSeq, parseDocument, stringify, visit } from "yaml";
import type { Resolved } from "./configuration.ts";
import { originOf } from "./layers.ts";

/** @param explanations lines to stand over the values, by path */
export function formatConfig(
  { config, origins }: Resolved,
  explanations: ReadonlyMap<string, string> = new Map(),
): string {
  const document = parseDocument(stringify(config, { flowCollectionPadding: false }));
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key)) return;
      const keys = ancestors.flatMap((node) =>
        isPair(node) && isScalar(node.key) ? [String(node.key.value)] : [],
      );
      const path = [...keys, String(pair.key.value)];
      const origin = originOf(path, origins) ?? "default";
      const explanation = explanations.get(path.join("."));
      if (explanation !== undefined) pair.key.commentBefore = ` ${explanation}`;
      if (isMap(pair.value)) return;
      if (isSeq(pair.value)) pair.value.flow = true;
      if (isNode(pair.value)) pair.value.comment = ` ${origin}`;
    },
  });
  return document.toString({ flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}
