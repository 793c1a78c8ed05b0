/** Functions and the module that they make up: one memory, imported; every function exported under its number. */

import { type Code, doWhile, i32, unsigned } from "./assembler.ts";

export type ValueType = "i32" | "v128" | "f32";
const encodings: Readonly<Record<ValueType, number>> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** A variable of a function. */
export class Local {
  readonly index: number;
  readonly get: Code;

  constructor(index: number) {
    this.index = index;
    this.get = [0x20, ...unsigned(index)];
  }

  set(value: Code): Code {
    return [...value, 0x21, ...unsigned(this.index)];
  }

  /** Sets it, and leaves the value. */
  tee(value: Code): Code {
    return [...value, 0x22, ...unsigned(this.index)];
  }
}

/** The variables of a function that is being written; its parameters are i32. */
export class Frame {
  readonly types: ValueType[] = [];
  readonly parameters: readonly Local[];

  constructor(parameters: number) {
    this.parameters = Array.from({ length: parameters }, (_, i) => new Local(i));
  }

  local(type: ValueType): Local {
    this.types.push(type);
    return new Local(this.parameters.length + this.types.length - 1);
  }

  /** `value` in a variable of its own, to be used more than once: the code that sets it, and the code that reads it. */
  keep(type: ValueType, value: Code): { readonly set: Code; readonly get: Code } {
    const local = this.local(type);
    return { set: local.set(value), get: local.get };
  }

  /** `body` for i = from, from + step, … below `to`; at least once. */
  loop(i: Local, from: Code, to: Code, step: number, ...body: readonly Code[]): Code {
    return [...i.set(from), ...doWhile(i32.lessThan(i.tee(i32.add(i.get, i32.const(step))), to), ...body)];
  }
}

interface Written {
  readonly parameters: number;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

export class ModuleBuilder {
  readonly #functions: Written[] = [];
  readonly #byKey = new Map<string, number>();

  /**
   * The number of the function that `key` stands for, written on first use: kernels of the same shapes are one.
   * Its parameters are addresses and sizes.
   */
  define(key: string, parameters: number, write: (frame: Frame) => Code): number {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const frame = new Frame(parameters);
    // What it calls is defined while it is written.
    const body = write(frame);
    const index = this.#functions.length;
    this.#functions.push({ parameters, locals: frame.types, body });
    this.#byKey.set(key, index);
    return index;
  }

  /** The whole module, whose memory may be a shared one; its functions are exported as "0", "1", …. */
  toBytes(isShared: boolean): Uint8Array<ArrayBuffer> {
    const memory = isShared ? [0x03, ...unsigned(0), ...unsigned(65_536)] : [0x00, ...unsigned(0)];
    const counts = [...new Set(this.#functions.map(({ parameters }) => parameters))];
    const types = counts.map((count) => [0x60, ...list(Array.from({ length: count }, () => [0x7f])), 0]);
    const bodies = this.#functions.map(({ locals, body }) => {
      const whole = [...list(runs(locals)), ...body, 0x0b];
      return [...unsigned(whole.length), ...whole];
    });
    const text = (name: string) => list([...new TextEncoder().encode(name)].map((byte) => [byte]));
    return Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, list(types)),
      ...section(2, list([[...text("host"), ...text("memory"), 0x02, ...memory]])),
      ...section(3, list(this.#functions.map(({ parameters }) => unsigned(counts.indexOf(parameters))))),
      ...section(7, list(this.#functions.map((_, i) => [...text(String(i)), 0x00, ...unsigned(i)]))),
      ...section(10, list(bodies)),
    ]);
  }
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

/** Locals as the format declares them: how many of a type one after another. */
function runs(types: readonly ValueType[]): number[][] {
  const result: [number, ValueType][] = [];
  for (const type of types) {
    const last = result.at(-1);
    if (last?.[1] === type) last[0]++;
    else result.push([1, type]);
  }
  return result.map(([count, type]) => [...unsigned(count), encodings[type]]);
}
