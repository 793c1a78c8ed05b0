/** The report's script: puts the explorer together from what is embedded in the page. */

import { createRawSnippet, mount } from "svelte";
import type { Live } from "../../src/pages/index.ts";
import { element } from "../dom.ts";
import { connectTheme } from "../theme.ts";
import { connectWord, connectWords } from "../words.ts";
import Explorer from "./Explorer.svelte";
import { embeddedSpace } from "./space.ts";
import { workerCodec } from "./worker-codec.ts";

/** A word as the report has it elsewhere: a link to its footnote. */
const word = createRawSnippet((text: () => string) => {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("a.word")];
  const link = links.find(({ firstChild }) => firstChild?.textContent === text());
  if (link === undefined) return { render: () => `<span>${text()}</span>` };
  return { render: () => link.outerHTML, setup: (node) => connectWord(node as HTMLAnchorElement) };
});

connectTheme();
connectWords();
try {
  const live = JSON.parse(element("live-data").textContent!) as Live;
  const weights = element("live-weights").textContent!;
  const source = new Blob([element("live-decoder").textContent!], { type: "text/javascript" });
  const codec = workerCodec(new Worker(URL.createObjectURL(source)), live, weights, showError);
  mount(Explorer, {
    target: element("explorer"),
    props: { space: embeddedSpace(live, element<HTMLImageElement>("pictures")), codec, word },
  });
} catch (error) {
  showError(error instanceof Error ? error.message : String(error));
}

function showError(message: string): void {
  const place = element("live-error");
  place.textContent = `The live model stopped: ${message}`;
  place.hidden = false;
}
