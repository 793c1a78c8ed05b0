/**
 * The map of the latent space: every embedded image a point in the colour of its class. A click decodes the nearest
 * one; A and B are dragged from point to point; the ring is what is decoded now.
 */

import { all, color, element } from "../dom.ts";
import {
  fitView,
  nearestLatent,
  nearestOnMap,
  neighbourTowards,
  projectLinearly,
  type View,
} from "./geometry.ts";
import { classColors, fillLegend } from "./legend.ts";
import type { PlacedMap, Space } from "./space.ts";
import type { Store } from "./state.ts";
import { imagePoint, startFromImage } from "./view.ts";

const MARGIN = 18;
const HANDLE = 10;
/** Around a handle, so that both are seen where they coincide. */
const RING = 15;

export class MapView {
  readonly #store: Store;
  readonly #space: Space;
  readonly #canvas = element<HTMLCanvasElement>("map");
  readonly #peek = element("peek");
  #map: PlacedMap;
  #coloring = 0;
  #size = 0;
  #view: View;
  #dragged: "a" | "b" | undefined;

  constructor(store: Store, space: Space) {
    this.#store = store;
    this.#space = space;
    this.#map = space.maps[0]!;
    this.#view = fitView(this.#map.places, 1, 0);
    this.#connectChoices();
    this.#connectPointer();
    this.#connectKeys();
    this.#choose(0);
    store.follow(() => this.#draw());
    new ResizeObserver(() => this.#resize()).observe(this.#canvas);
    // The colours are read when it is drawn.
    addEventListener("themechange", () => this.#recolor());
  }

  #choose(index: number): void {
    this.#map = this.#space.maps[index]!;
    element("map-note").textContent = this.#map.note;
    for (const button of all("[data-map]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.map) === index));
    }
    this.#resize();
    this.#recolor();
  }

  #recolor(): void {
    fillLegend(this.#space.live.colorings[this.#coloring]);
    this.#draw();
  }

  #resize(): void {
    const size = this.#canvas.clientWidth;
    if (size === 0) return;
    this.#size = size;
    this.#canvas.width = this.#canvas.height = Math.round(size * devicePixelRatio);
    this.#view = fitView(this.#map.places, size, MARGIN);
    this.#draw();
  }

  /** Where a latent is on this map: exactly on a linear one, at the most similar image on any other. */
  #place(latent: Float32Array): [x: number, y: number] {
    const { linear, places } = this.#map;
    if (linear !== undefined) return projectLinearly(linear, latent);
    const nearest = nearestLatent(this.#space.means, latent);
    return [places[2 * nearest]!, places[2 * nearest + 1]!];
  }

  #onScreen(latent: Float32Array): [left: number, top: number] {
    const [left, top] = this.#view.toScreen(...this.#place(latent));
    const inside = (value: number): number => Math.max(8, Math.min(this.#size - 8, value));
    return [inside(left), inside(top)];
  }

  #draw(): void {
    if (this.#size === 0) return;
    const context = this.#canvas.getContext("2d")!;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#size, this.#size);
    const { places } = this.#map;
    const count = places.length / 2;
    const coloring = this.#space.live.colorings[this.#coloring];
    const colors = classColors(coloring);
    const radius = this.#size < 400 || count > 1500 ? 2.4 : 3.2;
    context.globalAlpha = 0.85;
    for (let i = 0; i < count; i++) {
      const [left, top] = this.#view.toScreen(places[2 * i]!, places[2 * i + 1]!);
      context.fillStyle = coloring === undefined ? colors[0]! : colors[coloring.values[i]!]!;
      context.beginPath();
      context.arc(left, top, radius, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
    this.#drawEnds(context);
    const { now } = this.#store.state;
    ring(context, this.#onScreen(now.latent), color("--now"), color("--paper"));
  }

  #drawEnds(context: CanvasRenderingContext2D): void {
    const { a, b } = this.#store.state;
    const [from, to] = [this.#onScreen(a.latent), this.#onScreen(b.latent)];
    context.strokeStyle = color("--ink");
    context.lineWidth = 1.5;
    context.setLineDash([4, 4]);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.setLineDash([]);
    handle(context, from, "A", color("--a"), color("--paper"));
    handle(context, to, "B", color("--b"), color("--paper"));
  }

  #nearest({ offsetX, offsetY }: PointerEvent): number {
    return nearestOnMap(this.#map.places, ...this.#view.toMap(offsetX, offsetY));
  }

  /** The end under the pointer. */
  #endAt({ offsetX, offsetY, pointerType }: PointerEvent): "a" | "b" | undefined {
    const reach = pointerType === "touch" ? 2 * HANDLE : HANDLE + 2;
    return (["b", "a"] as const).find((name) => {
      const [left, top] = this.#onScreen(this.#store.state[name].latent);
      return Math.hypot(left - offsetX, top - offsetY) <= reach;
    });
  }

  #connectPointer(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => {
      this.#dragged = this.#endAt(event);
      if (this.#dragged === undefined) {
        startFromImage(this.#store, this.#space, this.#nearest(event));
        return;
      }
      canvas.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    canvas.addEventListener("pointermove", (event) => {
      const point = this.#nearest(event);
      if (this.#dragged !== undefined) this.#store.set({ [this.#dragged]: imagePoint(this.#space, point) });
      canvas.style.cursor = this.#dragged ? "grabbing" : this.#endAt(event) ? "grab" : "";
      if (event.pointerType === "mouse") this.#showPeek(point);
    });
    const drop = (): void => {
      this.#dragged = undefined;
    };
    canvas.addEventListener("pointerup", drop);
    canvas.addEventListener("pointercancel", drop);
    // A finger that drags an end must not scroll the page.
    canvas.addEventListener("touchmove", (event) => this.#dragged && event.preventDefault(), {
      passive: false,
    });
    canvas.addEventListener("pointerleave", () => {
      this.#peek.hidden = true;
    });
  }

  #connectKeys(): void {
    const directions: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    };
    this.#canvas.addEventListener("keydown", (event) => {
      const direction = directions[event.key];
      if (direction === undefined) return;
      event.preventDefault();
      const { origin, latent } = this.#store.state.now;
      const from = origin.kind === "image" ? origin.image : nearestLatent(this.#space.means, latent);
      startFromImage(this.#store, this.#space, neighbourTowards(this.#map.places, from, ...direction));
    });
  }

  #connectChoices(): void {
    for (const button of all("[data-map]")) {
      button.addEventListener("click", () => this.#choose(Number(button.dataset.map)));
    }
    const coloring = document.querySelector<HTMLSelectElement>("#coloring");
    coloring?.addEventListener("change", () => {
      this.#coloring = Number(coloring.value);
      this.#recolor();
    });
  }

  /** The image under the pointer. */
  #showPeek(point: number): void {
    const { places } = this.#map;
    const [left, top] = this.#view.toScreen(places[2 * point]!, places[2 * point + 1]!);
    const [canvas, text] = [this.#peek.querySelector("canvas")!, this.#peek.querySelector("span")!];
    canvas.hidden = !this.#space.hasPicture(point);
    if (!canvas.hidden) void this.#space.drawPicture(canvas, point);
    text.textContent = this.#space.describe(point) || `image ${point}`;
    const besides =
      left > this.#size / 2
        ? { right: `${this.#size - left + 14}px`, left: "" }
        : { left: `${left + 14}px`, right: "" };
    Object.assign(this.#peek.style, { top: `${Math.min(top, this.#size - 100)}px`, ...besides });
    this.#peek.hidden = false;
  }
}

function ring(context: CanvasRenderingContext2D, at: [number, number], ink: string, halo: string): void {
  for (const [width, style] of [
    [6, halo],
    [3, ink],
  ] as const) {
    context.beginPath();
    context.arc(...at, RING, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
}

function handle(
  context: CanvasRenderingContext2D,
  [left, top]: [number, number],
  letter: string,
  fill: string,
  ink: string,
): void {
  context.beginPath();
  context.arc(left, top, HANDLE, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = ink;
  context.stroke();
  context.fillStyle = ink;
  context.font = "600 12px Inter, system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(letter, left, top + 0.5);
}
