/** Writes a net's forward pass in Python, and the layers that it calls with the sizes that its weights have. */

import type { StateSpec } from "../../nn/index.ts";

export class Scribe {
  /** Constructors by the layer's name in Python, dotted where layers are in groups. */
  readonly layers = new Map<string, string>();
  readonly #shapes: ReadonlyMap<string, readonly number[]>;
  readonly #modules: Readonly<Record<string, string>>;

  /** @param modules other names for our modules */
  constructor(specs: readonly StateSpec[], modules: Readonly<Record<string, string>>) {
    this.#shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
    this.#modules = modules;
  }

  /** Features that a layer takes: the second axis of its weight; and gives, the first. */
  sizes(module: string): readonly [into: number, out: number] {
    const [out = 0, into = 0] = this.#shapes.get(`${module}.weight`) ?? [];
    return [into, out];
  }

  linear(module: string, x: string): string {
    return this.#call(module, `nn.Linear(${this.sizes(module).join(", ")})`, x);
  }

  conv(module: string, x: string, kernel: number, stride: number, padding: number): string {
    const [into, out] = this.sizes(module);
    return this.#call(module, `nn.Conv2d(${[into, out, kernel, stride, padding].join(", ")})`, x);
  }

  convTranspose(
    module: string,
    x: string,
    window: readonly [kernel: number, stride: number, padding: number],
    outputPadding: readonly [number, number] = [0, 0],
  ): string {
    const [out, into] = this.sizes(module);
    const padded = outputPadding.some((one) => one > 0) ? [`(${outputPadding.join(", ")})`] : [];
    return this.#call(module, `nn.ConvTranspose2d(${[into, out, ...window, ...padded].join(", ")})`, x);
  }

  groupNorm(module: string, x: string, groups: number): string {
    return this.#call(module, `nn.GroupNorm(${groups}, ${this.sizes(module)[1]})`, x);
  }

  #call(module: string, layer: string, x: string): string {
    const name = this.#modules[module] ?? module;
    this.layers.set(name, layer);
    return `self.${name}(${x})`;
  }
}

/** The lines of `__init__` that make the layers: groups are `nn.ModuleDict`s. */
export function layerLines(layers: ReadonlyMap<string, string>): string[] {
  const tree: Tree = {};
  for (const [name, layer] of layers) {
    const path = name.split(".");
    const last = path.pop()!;
    let at = tree;
    for (const part of path) {
      at[part] ??= {};
      at = at[part] as Tree;
    }
    at[last] = layer;
  }
  return Object.entries(tree).flatMap(([name, inside]) => {
    const [first, ...rest] = linesOf(inside);
    return [`self.${name} = ${first}`, ...rest];
  });
}

interface Tree {
  [name: string]: string | Tree;
}

function linesOf(inside: string | Tree): string[] {
  if (typeof inside === "string") return [inside];
  const entries = Object.entries(inside).flatMap(([name, one]) => {
    const [first, ...rest] = linesOf(one);
    const lines = [`    "${name}": ${first}`, ...rest.map((line) => `    ${line}`)];
    lines.push(`${lines.pop()},`);
    return lines;
  });
  return ["nn.ModuleDict({", ...entries, "})"];
}
