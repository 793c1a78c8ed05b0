/** A resolved config as YAML, each value with a comment that says where it comes from; reads back as a file. */

import { isMap, isNode, isPair, isScalar, isSeq, parseDocument, stringify, visit } from "yaml";
import type { Resolved } from "./configuration.ts";
import { originOf } from "./layers.ts";

export function formatConfig({ config, origins }: Resolved): string {
  const document = parseDocument(stringify(config, { flowCollectionPadding: false }));
  visit(document, {
    Pair(_, pair, ancestors) {
      if (isMap(pair.value) || !isScalar(pair.key)) return;
      const keys = ancestors.flatMap((node) =>
        isPair(node) && isScalar(node.key) ? [String(node.key.value)] : [],
      );
      const origin = originOf([...keys, String(pair.key.value)], origins) ?? "default";
      if (isSeq(pair.value)) pair.value.flow = true;
      if (isNode(pair.value)) pair.value.comment = ` ${origin}`;
    },
  });
  return document.toString({ flowCollectionPadding: false, lineWidth: 0 }).trimEnd();
}
