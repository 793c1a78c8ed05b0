/** HTML as text: whatever is put into a template is escaped, unless it is HTML itself. */

import { escapeMarkup } from "../base/escape.ts";

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** A template whose parts are escaped; lists are joined, `undefined` and `false` are nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, i) => text + (i < parts.length ? render(parts[i]) : "")).join(""));
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map(render).join("");
  return escapeMarkup(String(part));
}

/** For `<script type="application/json">`: no `<` is left that could end the element. */
export function jsonForScript(value: unknown): Html {
  return new Html(JSON.stringify(value).replaceAll("<", "\\u003c"));
}

/** For `<script>`: the sequences that would end the element, or hide its end, are written in another way. */
export function codeForScript(code: string): Html {
  return new Html(code.replace(/<\/(script)/gi, "<\\/$1").replaceAll("<!--", "\\x3C!--"));
}
