/** One slider per latent, bound both ways to the decoded point. */

import { all, element } from "../dom.ts";
import type { Store } from "./state.ts";

export function connectSliders(store: Store): void {
  const sliders = all<HTMLInputElement>("#sliders input");
  for (const slider of sliders) {
    const dimension = Number(slider.dataset.dimension);
    slider.addEventListener("input", () => {
      const { now } = store.state;
      const latent = now.latent.slice();
      latent[dimension] = Number(slider.value);
      store.set({ now: { ...now, latent } });
    });
  }
  store.follow(({ now, start }) => {
    for (const slider of sliders) {
      const dimension = Number(slider.dataset.dimension);
      const value = now.latent[dimension]!;
      const reach = Number(slider.max);
      // Writing the value of the slider under the finger would round it.
      if (Math.abs(Number(slider.value) - value) > 0.026) slider.value = String(value);
      slider.style.setProperty("--track", track(value / reach));
      const row = slider.closest("li")!;
      row.querySelector("output")!.textContent = value.toFixed(2).replace("-", "−");
      row.classList.toggle("moved", value !== start.latent[dimension]);
    }
  });
  const undo = element<HTMLButtonElement>("undo");
  undo.addEventListener("click", () => store.set({ now: store.state.start }));
  store.follow(({ now, start }) => {
    undo.disabled = now.latent.every((value, d) => value === start.latent[d]);
  });
}

/** A track that is filled from zero, in its middle, to the thumb. */
function track(share: number): string {
  const at = 50 + 50 * Math.max(-1, Math.min(1, share));
  const [from, to] = [Math.min(50, at), Math.max(50, at)];
  const stops = [`var(--faint) ${from}%`, `var(--now) ${from}% ${to}%`, `var(--faint) ${to}%`];
  return `linear-gradient(to right,${stops.join(",")})`;
}
