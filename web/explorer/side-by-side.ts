/** A comparison's script: its models, two at a time, under the same sliders. */

import { mount } from "svelte";
import { decodeBase64 } from "../../src/base/base64.ts";
import type { LiveComparison } from "../../src/pages/index.ts";
import { element } from "../dom.ts";
import { connectTheme } from "../theme.ts";
import { connectWords } from "../words.ts";
import SideBySide from "./SideBySide.svelte";
import { workerCodec } from "./worker-codec.ts";

connectTheme();
connectWords();
try {
  const live = JSON.parse(element("live-data").textContent!) as LiveComparison;
  const source = URL.createObjectURL(
    new Blob([element("live-decoder").textContent!], { type: "text/javascript" }),
  );
  // A worker for each setting that is looked at, not before.
  const codecs = live.settings.map(({ decoder }, i) => {
    let codec: ReturnType<typeof workerCodec> | undefined;
    return () => {
      const weights = element(`live-weights-${i}`).textContent!;
      codec ??= workerCodec(new Worker(source), { decoder, image: live.image }, weights, showError);
      return codec;
    };
  });
  mount(SideBySide, {
    target: element("side-by-side"),
    props: {
      image: live.image,
      classes: live.starts.classes,
      count: live.starts.count,
      pictures: element<HTMLImageElement>("live-starts"),
      models: live.settings.map(({ label, latents, means }, i) => ({
        label,
        latents,
        means: new Float32Array(decodeBase64(means).buffer),
        codec: codecs[i]!,
      })),
    },
  });
} catch (error) {
  showError(error instanceof Error ? error.message : String(error));
}

function showError(message: string): void {
  const place = element("live-error");
  place.textContent = `The live models stopped: ${message}`;
  place.hidden = false;
}
