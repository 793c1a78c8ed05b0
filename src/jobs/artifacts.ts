/**
 * What a job makes, as values: pixels, charts, tables, pages. A sink turns them into files, an answer, or keeps them;
 * nothing here knows a path.
 */

import { formatCsv } from "../base/csv.ts";
import { stringifyJson } from "../base/json.ts";
import type { Watch } from "../base/progress.ts";
import { type Chart, encodePng, type Picture, svgToPng } from "../figures/node.ts";

/** `name` tells the artifacts of one job apart; the first one, or the only one, has none. A `folder` of its own comes before the outcome's. */
export type Artifact =
  | { readonly kind: "picture"; readonly name?: string; readonly picture: Picture }
  /** An animated GIF. */
  | { readonly kind: "animation"; readonly name?: string; readonly gif: Uint8Array }
  | { readonly kind: "chart"; readonly name?: string; readonly chart: Chart }
  | {
      readonly kind: "table";
      readonly name?: string;
      readonly heading: readonly string[];
      readonly rows: readonly (readonly (string | number | undefined)[])[];
      readonly folder?: string;
    }
  /** Data that another job may read back: it carries a `format`. */
  | {
      readonly kind: "record";
      readonly name?: string;
      readonly value: unknown;
      readonly folder?: string;
    }
  | {
      readonly kind: "text";
      readonly name?: string;
      readonly suffix: ".md" | ".tex";
      readonly text: string;
      readonly folder?: string;
    }
  | { readonly kind: "page"; readonly name?: string; readonly html: string }
  /** What is made while it is written, since it may be too large to be held: by the end of its file's name, the first is the usual one. */
  | { readonly kind: "stream"; readonly name?: string; readonly as: Readonly<Record<string, ByteStream>> }
  /** A file of an exported model, under its full name; `step` is that of the weights. */
  | { readonly kind: "model"; readonly name: string; readonly step: number; readonly bytes: Uint8Array };

/** Makes the bytes, in order, anew each time it is called; says where it is, and rejects with "interrupted" once stopped. */
export type ByteStream = (watch?: Watch) => AsyncIterable<Uint8Array>;

/** An artifact as bytes, with the end of its file's name: ".png". A chart is two files. */
export interface Encoded {
  readonly suffix: string;
  readonly bytes: Uint8Array;
}

/** The bytes of an artifact, the one to look at first; of a stream all of them, in its usual form. */
export async function encodeArtifact(artifact: Artifact): Promise<Encoded[]> {
  const text = (suffix: string, content: string): Encoded => ({
    suffix,
    bytes: new TextEncoder().encode(content),
  });
  switch (artifact.kind) {
    case "picture":
      return [{ suffix: ".png", bytes: await encodePng(artifact.picture) }];
    case "animation":
      return [{ suffix: ".gif", bytes: artifact.gif }];
    case "chart": {
      const { svg } = artifact.chart;
      return [{ suffix: ".png", bytes: svgToPng(svg, 2) }, text(".svg", svg)];
    }
    case "table":
      return [text(".csv", formatCsv(artifact.heading, artifact.rows))];
    case "record":
      return [text(".json", `${stringifyJson(artifact.value, 2)}\n`)];
    case "text":
      return [text(artifact.suffix, artifact.text)];
    case "page":
      return [text(".html", artifact.html)];
    case "stream": {
      const [suffix, stream] = Object.entries(artifact.as)[0]!;
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream()) chunks.push(chunk);
      return [{ suffix, bytes: Buffer.concat(chunks) }];
    }
    case "model":
      return [{ suffix: "", bytes: artifact.bytes }];
    default:
      return artifact satisfies never;
  }
}
