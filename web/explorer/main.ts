/** The page's script: puts the live decoder together from what is embedded in the page. */

import type { Live } from "../../src/pages/index.ts";
import { element } from "../dom.ts";
import { connectTheme } from "../theme.ts";
import { Decoding } from "./decoding.ts";
import { MapView } from "./map.ts";
import { connectSliders } from "./sliders.ts";
import { Space } from "./space.ts";
import { Store } from "./state.ts";
import { connectStrip } from "./strip.ts";
import { connectView, imagePoint } from "./view.ts";

connectTheme();
try {
  start();
} catch (error) {
  showError(error instanceof Error ? error.message : String(error));
}

function start(): void {
  const live = JSON.parse(element("live-data").textContent!) as Live;
  const space = new Space(live);
  const decoding = new Decoding(
    element("live-decoder").textContent!,
    live,
    element("live-weights").textContent!,
    showError,
  );
  const first = imagePoint(space, 0);
  const store = new Store({
    now: first,
    start: first,
    label: live.points.classes?.[0] ?? 0,
    a: first,
    b: imagePoint(space, unlike(live, 0)),
  });
  connectSliders(store);
  connectView(store, space, decoding);
  connectStrip(store, space, decoding);
  new MapView(store, space);
}

/** A point of another class, where classes are known. */
function unlike({ colorings: [coloring], points }: Live, point: number): number {
  const other = coloring?.values.findIndex((value) => value !== coloring.values[point]) ?? -1;
  return other >= 0 ? other : Math.min(1, points.count - 1);
}

function showError(message: string): void {
  const place = element("live-error");
  place.textContent = `The live decoder stopped: ${message}`;
  place.hidden = false;
}
