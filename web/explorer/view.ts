/** The decoded picture, large, with where it came from; ways to start anew; saving it. */

import { fillNormal } from "../../src/base/random.ts";
import { all, element, paint } from "../dom.ts";
import type { Decoding } from "./decoding.ts";
import type { Space } from "./space.ts";
import type { Point, Store } from "./state.ts";

/** Saved pictures are at least this large. */
const SAVED_SIZE = 512;

export function connectView(store: Store, space: Space, decoding: Decoding): void {
  const decoded = element<HTMLCanvasElement>("decoded");
  store.follow(({ now, label }, before) => {
    if (before !== undefined && now.latent === before.now.latent && label === before.label) return;
    decoded.ariaBusy = "true";
    decoding.want({
      latent: now.latent,
      label,
      show(pixels, milliseconds) {
        paint(decoded, pixels, space.live.image);
        decoded.dataset.latent = now.latent.join();
        const { state } = store;
        decoded.ariaBusy = String(state.now.latent !== now.latent || state.label !== label);
        element("timing").textContent = `decoded in ${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`;
      },
    });
  });
  showOrigin(store, space);
  connectStarts(store, space);
  element("save").addEventListener("click", () => save(decoded, `${space.live.name}-decoded.png`));
  const classes = document.querySelector<HTMLSelectElement>("#class");
  classes?.addEventListener("change", () => store.set({ label: Number(classes.value) }));
  store.follow(({ label }) => {
    if (classes !== null) classes.value = String(label);
  });
}

function showOrigin(store: Store, space: Space): void {
  const original = element<HTMLCanvasElement>("original");
  store.follow(({ now, start }, before) => {
    const { origin } = now;
    const isMoved = now.latent !== start.latent;
    element("origin").textContent = `${describe(now, space)}${isMoved ? ", moved" : ""}`;
    const image = origin.kind === "image" && space.hasPicture(origin.image) ? origin.image : undefined;
    element("original-figure").hidden = image === undefined;
    if (origin === before?.now.origin) return;
    if (image !== undefined) void space.drawPicture(original, image);
    for (const button of all("#starts button")) {
      if (Number(button.dataset.image) === image) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  });
}

function describe({ origin }: Point, space: Space): string {
  switch (origin.kind) {
    case "mean":
      return "The prior’s mean";
    case "random":
      return "A draw from the prior";
    case "place":
      return "A place on the map";
    case "between":
      return `${Math.round(100 * origin.share)} % of the way from A to B`;
    default: {
      const known = space.describe(origin.image);
      return `Image ${origin.image}${known && `, ${known}`}`;
    }
  }
}

function connectStarts(store: Store, space: Space): void {
  element("start-mean").addEventListener("click", () => store.startFrom(priorMean(space)));
  element("start-random").addEventListener("click", () => {
    const latent = new Float32Array(space.latentDim);
    const [seed] = crypto.getRandomValues(new Uint32Array(1)) as Uint32Array;
    fillNormal(latent, { seed: seed!, stream: "prior" });
    store.startFrom({ latent, origin: { kind: "random" } });
  });
  for (const button of all("#starts button")) {
    const image = Number(button.dataset.image);
    const known = space.describe(image);
    if (known) button.setAttribute("aria-label", `Image ${image}, ${known}`);
    button.title = known;
    void space.drawPicture(button.querySelector("canvas")!, image);
    button.addEventListener("click", () => startFromImage(store, space, image));
  }
}

function priorMean(space: Space): Point {
  return { latent: new Float32Array(space.latentDim), origin: { kind: "mean" } };
}

export function imagePoint(space: Space, image: number): Point {
  return { latent: space.latent(image), origin: { kind: "image", image } };
}

/** Decodes the image's posterior mean; a conditional model then draws its class. */
export function startFromImage(store: Store, space: Space, image: number): void {
  const label = space.live.points.classes?.[image] ?? store.state.label;
  store.startFrom(imagePoint(space, image), { label });
}

/** As PNG, every pixel a square. */
function save(canvas: HTMLCanvasElement, name: string): void {
  const scale = Math.max(1, Math.ceil(SAVED_SIZE / Math.max(canvas.width, canvas.height)));
  const large = document.createElement("canvas");
  large.width = canvas.width * scale;
  large.height = canvas.height * scale;
  const context = large.getContext("2d")!;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, large.width, large.height);
  large.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob!);
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
