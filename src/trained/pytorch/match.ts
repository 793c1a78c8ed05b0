/**
 * Which tensor of a file is which of a model's: by a known net's names, by the model's own names, and what is left by order
 * and shape, module by module. Nothing is left over, on either side.
 */

import { BetalabError } from "../../base/errors.ts";
import type { StateSpec } from "../../nn/index.ts";
import { floatsOf } from "./floats.ts";
import { type KnownNet, moduleOf, type Tensors } from "./known.ts";

/** One tensor of the model, and where its numbers come from. */
export interface Match {
  readonly name: string;
  readonly shape: readonly number[];
  /** The file's name for it; "fc[0:20]" for the rows of a tensor that holds two. */
  readonly from: string;
  readonly by: "known name" | "name" | "order and shape";
  readonly data: Float32Array;
}

/** Throws "data" with the tensors of both sides that stay without a partner, or naming one that is not finite. */
export function matchTensors(
  specs: readonly StateSpec[],
  tensors: Tensors,
  net: KnownNet | undefined,
  file: string,
): Match[] {
  const left = new Map(Object.entries(tensors));
  const matches = new Map<string, Match>();
  const take = (spec: StateSpec, from: string, by: Match["by"]): boolean => {
    const tensor = left.get(from);
    if (tensor === undefined || tensor.shape.join() !== spec.shape.join()) return false;
    left.delete(from);
    const { name, shape } = spec;
    matches.set(name, { name, shape, from, by, data: floatsOf(tensor, `${file}: ${from}`) });
    return true;
  };
  for (const spec of specs) {
    const { name } = spec;
    const theirs = net?.modules[moduleOf(name)];
    const leaf = name.slice(moduleOf(name).length);
    const known = theirs !== undefined && take(spec, `${theirs}${leaf}`, "known name");
    if (!known) take(spec, name, "name");
  }
  matchModules(
    modulesOf(specs.filter(({ name }) => !matches.has(name)).map((spec) => [spec.name, spec])),
    modulesOf([...left]),
    (spec, from, rows) => {
      if (rows === undefined) return take(spec, from, "order and shape");
      const { name, shape } = spec;
      const data = floatsOf(left.get(from)!, `${file}: ${from}`);
      const each = data.length / 2;
      const part = data.subarray(rows * each, (rows + 1) * each);
      const label = `${from}[${rows * shape[0]!}:${(rows + 1) * shape[0]!}]`;
      matches.set(name, { name, shape, from: label, by: "order and shape", data: part });
      if (rows === 1) left.delete(from);
      return true;
    },
  );
  const missing = specs.filter(({ name }) => !matches.has(name));
  if (missing.length > 0 || left.size > 0) throw leftOver(file, missing, left);
  return specs.map(({ name }) => matches.get(name)!);
}

type Modules<T> = readonly { readonly name: string; readonly tensors: ReadonlyMap<string, T> }[];

/** The tensors of each module together, by their own name ("weight"), in the order of the first of each. */
function modulesOf<T>(entries: readonly (readonly [string, T])[]): Modules<T> {
  const modules = new Map<string, Map<string, T>>();
  for (const [name, tensor] of entries) {
    const module = moduleOf(name);
    const leaf = name.slice(module === "" ? 0 : module.length + 1);
    modules.set(module, (modules.get(module) ?? new Map()).set(leaf, tensor));
  }
  return [...modules].map(([name, tensors]) => ({ name, tensors }));
}

/** @param take `rows`: the first or the second half of a tensor's rows */
function matchModules(
  ours: Modules<StateSpec>,
  theirs: Modules<{ readonly shape: readonly number[] }>,
  take: (spec: StateSpec, from: string, rows?: 0 | 1) => boolean,
): void {
  let at = 0;
  for (let i = 0; i < ours.length && at < theirs.length; i++) {
    const module = ours[i]!;
    const next = ours[i + 1];
    const other = theirs[at]!;
    const path = (leaf: string): string => (other.name === "" ? leaf : `${other.name}.${leaf}`);
    const fits = (factor: number) =>
      module.tensors.size === other.tensors.size &&
      [...module.tensors].every(([leaf, { shape }]) => {
        const found = other.tensors.get(leaf)?.shape;
        return found?.join() === [factor * shape[0]!, ...shape.slice(1)].join();
      });
    if (fits(1)) {
      for (const [leaf, spec] of module.tensors) take(spec, path(leaf));
      at++;
    } else if (module.name.endsWith(".mean") && next?.name.endsWith(".log_variance") && fits(2)) {
      // One layer with both moments: the first half of its rows is the mean, as in `chunk(2, 1)`.
      for (const [leaf, spec] of module.tensors) take(spec, path(leaf), 0);
      for (const [leaf, spec] of next.tensors) take(spec, path(leaf), 1);
      i++;
      at++;
    } else return;
  }
}

const SHOWN = 12;

function leftOver(
  file: string,
  missing: readonly StateSpec[],
  left: ReadonlyMap<string, { readonly shape: readonly number[] }>,
): BetalabError {
  const list = (entries: readonly (readonly [string, readonly number[]])[]): string => {
    const shown = entries.slice(0, SHOWN).map(([name, shape]) => `${name} [${shape.join(", ")}]`);
    const more = entries.length - shown.length;
    return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  };
  const ours = list(missing.map(({ name, shape }) => [name, shape]));
  const theirs = list([...left].map(([name, { shape }]) => [name, shape]));
  return new BetalabError(
    "data",
    [
      `${file} does not fit the model`,
      ...(ours === "" ? [] : [`no tensor for ${ours}`]),
      ...(theirs === "" ? [] : [`left over: ${theirs}`]),
    ].join("; "),
    "name the net by `architecture` or `preset` and its sizes by `set`, such as model.hidden=[400] or model.latentDim=20",
  );
}
