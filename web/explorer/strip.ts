/** The interpolation from A to B: a strip of pictures, and a slider along it. */

import { all, element, paint } from "../dom.ts";
import type { Decoding } from "./decoding.ts";
import { between } from "./geometry.ts";
import type { Space } from "./space.ts";
import type { State, Store } from "./state.ts";

export function connectStrip(store: Store, space: Space, decoding: Decoding): void {
  const frames = all("#strip button").map((button) => ({
    button,
    canvas: button.querySelector("canvas")!,
    share: Number(button.dataset.share),
  }));
  const slider = element<HTMLInputElement>("share");
  const goTo = (share: number): void => {
    const { a, b } = store.state;
    store.startFrom({ latent: between(a.latent, b.latent, share), origin: { kind: "between", share } });
  };
  slider.addEventListener("input", () => goTo(Number(slider.value)));
  for (const { button, share } of frames) button.addEventListener("click", () => goTo(share));
  element("lock-a").addEventListener("click", () => store.set({ a: store.state.now }));
  element("lock-b").addEventListener("click", () => store.set({ b: store.state.now }));

  store.follow((state, before) => {
    if (changed(state, before)) {
      decoding.wantStrip(
        frames.map(({ canvas, share }) => ({
          latent: between(state.a.latent, state.b.latent, share),
          label: state.label,
          show: (pixels) => paint(canvas, pixels, space.live.image),
        })),
      );
    }
    const { origin } = state.now;
    const share = origin.kind === "between" ? origin.share : undefined;
    if (share !== undefined) slider.value = String(share);
    for (const { button, share: own } of frames) {
      if (share !== undefined && Math.abs(own - share) < 1e-6) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  });
}

function changed({ a, b, label }: State, before: State | undefined): boolean {
  return (
    before === undefined ||
    a.latent !== before.a.latent ||
    b.latent !== before.b.latent ||
    label !== before.label
  );
}
