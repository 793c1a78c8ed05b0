/**
 * The stack machine of pickles, without what would be run: numbers, text, bytes, lists, tuples and dicts of any protocol from
 * 0 to 5. A pickle is a program that may name any function of Python's and call it; here a name has the meaning that a
 * vocabulary gives it (numpy's arrays, PyTorch's tensors), and any other is refused by it.
 *
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

import { BetalabError } from "../../base/errors.ts";
import { latin1, quotedBytes, rawUnicode } from "./pickle-text.ts";

/** A value of a pickle. Dicts are maps; keys that are bytes are text. */
export type PickleValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Made;

/** What a vocabulary makes: a thing that may be called, or what such a call gives. */
export class Made {
  /** What Python calls it. */
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What the names in a pickle mean. Whatever it answers `undefined` to is refused. */
export interface Vocabulary {
  /** What may be done instead, for people. */
  readonly hint: string;
  named(module: string, name: string): Made | undefined;
  call(callable: Made, given: readonly PickleValue[], fail: Fail): PickleValue | undefined;
  /** What `value` is with a state that was pickled beside it. */
  build(value: PickleValue, state: PickleValue, fail: Fail): PickleValue | undefined;
  /** What is kept outside of the pickle. */
  persistent?(id: PickleValue): Made | undefined;
}

/** Makes the error for a pickle that is damaged. */
export type Fail = (what: string) => BetalabError;

const MARK = Symbol("mark");
/** Operations at most: more is no batch of images, and no state of a net. */
const mostValues = 10_000_000;

/** The value of a pickle. Throws `data` naming what it would call, or where it is damaged. */
export function readPickle(bytes: Uint8Array, label: string, vocabulary: Vocabulary): PickleValue {
  return new Machine(bytes, label, vocabulary).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #label: string;
  readonly #vocabulary: Vocabulary;
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  constructor(bytes: Uint8Array, label: string, vocabulary: Vocabulary) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
    this.#vocabulary = vocabulary;
  }

  run(): PickleValue {
    for (let steps = 0; steps < mostValues; steps++) {
      const code = String.fromCharCode(this.#take(1)[0]!);
      if (code === ".") return this.#pop();
      const operation = Machine.#operations[code];
      const unknown = `an opcode ${JSON.stringify(code)} that no arrays need, at byte ${this.#at - 1}`;
      if (operation === undefined) throw this.#damaged(unknown);
      const made = operation(this);
      if (made !== undefined) this.#stack.push(made);
    }
    throw this.#damaged("it has too many values");
  }

  /** By opcode, what is done, and what it puts on the stack, if anything. */
  static readonly #operations: Readonly<
    Record<string, (m: Machine) => PickleValue | typeof MARK | undefined>
  > = {
    "\x80": (m) => void m.#take(1),
    "\x95": (m) => void m.#take(8),
    "(": () => MARK,
    "0": (m) => void m.#pop(),
    N: () => null,
    "\x88": () => true,
    "\x89": () => false,
    K: (m) => m.#unsigned(1),
    M: (m) => m.#unsigned(2),
    J: (m) => m.#unsigned(4) | 0,
    "\x8a": (m) => m.#long(m.#take(m.#unsigned(1))),
    G: (m) => m.#double(),
    I: (m) => m.#integer(m.#line()),
    L: (m) => m.#decimal(m.#line().replace(/L$/, "")),
    F: (m) => m.#decimal(m.#line()),
    S: (m) => quotedBytes(m.#line()),
    V: (m) => rawUnicode(m.#line()),
    U: (m) => m.#take(m.#unsigned(1)),
    C: (m) => m.#take(m.#unsigned(1)),
    T: (m) => m.#take(m.#unsigned(4)),
    B: (m) => m.#take(m.#unsigned(4)),
    "\x8e": (m) => m.#take(m.#unsigned(8)),
    "\x96": (m) => m.#take(m.#unsigned(8)),
    "\x8c": (m) => m.#text(m.#unsigned(1)),
    X: (m) => m.#text(m.#unsigned(4)),
    "\x8d": (m) => m.#text(m.#unsigned(8)),
    ")": () => [],
    "]": () => [],
    "}": () => new Map(),
    t: (m) => m.#toMark(),
    l: (m) => m.#toMark(),
    d: (m) => m.#put(new Map(), m.#toMark()),
    "\x85": (m) => [m.#pop()],
    "\x86": (m) => m.#pair(),
    "\x87": (m) => {
      const [second, third] = m.#pair();
      return [m.#pop(), second, third];
    },
    a: (m) => m.#append([m.#pop()]),
    e: (m) => m.#append(m.#toMark()),
    s: (m) => {
      const item = m.#pair();
      m.#put(m.#top(), item);
      return undefined;
    },
    u: (m) => {
      const items = m.#toMark();
      m.#put(m.#top(), items);
      return undefined;
    },
    "\x94": (m) => m.#keep(m.#memo.size),
    q: (m) => m.#keep(m.#unsigned(1)),
    r: (m) => m.#keep(m.#unsigned(4)),
    p: (m) => m.#keep(m.#decimal(m.#line())),
    h: (m) => m.#remembered(m.#unsigned(1)),
    j: (m) => m.#remembered(m.#unsigned(4)),
    g: (m) => m.#remembered(m.#decimal(m.#line())),
    c: (m) => m.#named(m.#line(), m.#line()),
    "\x93": (m) => {
      const [module, name] = m.#pair();
      return m.#named(String(module), String(name));
    },
    R: (m) => m.#call(...m.#pair()),
    b: (m) => m.#build(...m.#pair()),
    i: (m) => m.#call(m.#named(m.#line(), m.#line()), m.#toMark()),
    P: (m) => m.#persistent(m.#line()),
    Q: (m) => m.#persistent(m.#pop()),
  };

  #named(module: string, name: string): Made {
    const made = this.#vocabulary.named(module, name);
    if (made !== undefined) return made;
    throw new BetalabError(
      "data",
      `${this.#label}: a pickle that would call ${module.slice(0, 80)}.${name.slice(0, 80)}, which is not run`,
      this.#vocabulary.hint,
    );
  }

  #call(callable: PickleValue, given: PickleValue): PickleValue {
    const made = callable instanceof Made ? callable : undefined;
    const result = made && this.#vocabulary.call(made, Array.isArray(given) ? given : [], this.#damaged);
    if (result !== undefined) return result;
    throw this.#damaged(`a call of ${made?.name ?? "no function"} with what it does not take`);
  }

  /** `value` with its state, wherever it was kept as well. */
  #build(value: PickleValue, state: PickleValue): PickleValue {
    const built = this.#vocabulary.build(value, state, this.#damaged);
    if (built === undefined) throw this.#damaged("a state of something that takes none");
    if (built === value) return built;
    for (const [key, one] of this.#memo) if (one === value) this.#memo.set(key, built);
    return built;
  }

  #persistent(id: PickleValue): PickleValue {
    const made = this.#vocabulary.persistent?.(id);
    if (made !== undefined) return made;
    throw this.#damaged("a persistent id that is not the storage of a tensor");
  }

  #append(items: readonly PickleValue[]): undefined {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged("an item of something that is not a list");
    for (const item of items) list.push(item);
  }

  #put(dict: PickleValue, items: readonly PickleValue[]): PickleValue {
    if (!(dict instanceof Map)) throw this.#damaged("an item of something that is not a dict");
    for (let i = 0; i + 1 < items.length; i += 2) dict.set(text(items[i]!), items[i + 1]!);
    return dict;
  }

  #toMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw this.#damaged("an end without a beginning");
    const items = this.#stack.splice(at).slice(1);
    return items as PickleValue[];
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  /** The two on top, in the order in which they were put there. */
  #pair(): [PickleValue, PickleValue] {
    const second = this.#pop();
    return [this.#pop(), second];
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#damaged("a value is missing");
    return value;
  }

  #keep(key: number): undefined {
    this.#memo.set(key, this.#top());
  }

  #remembered(key: number): PickleValue {
    const value = this.#memo.get(key);
    if (value === undefined) throw this.#damaged("a value that was never kept");
    return value;
  }

  #take(length: number): Uint8Array {
    if (!(length >= 0) || this.#at + length > this.#bytes.length) throw this.#damaged("truncated");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #unsigned(length: 1 | 2 | 4 | 8): number {
    return this.#take(length).reduceRight((sum, byte) => 256 * sum + byte, 0);
  }

  #double(): number {
    this.#take(8);
    return this.#view.getFloat64(this.#at - 8);
  }

  /** A two's complement number of any length. */
  #long(bytes: Uint8Array): number {
    const negative = (bytes.at(-1) ?? 0) > 127;
    return bytes.reduceRight((sum, byte) => 256 * sum + byte, 0) - (negative ? 256 ** bytes.length : 0);
  }

  /** Python's truths are numbers of two digits in protocol 0. */
  #integer(words: string): number | boolean {
    return /^0[01]$/.test(words) ? words === "01" : this.#decimal(words);
  }

  #decimal(words: string): number {
    const value = Number(words);
    if (words.trim() === "" || Number.isNaN(value))
      throw this.#damaged(`${JSON.stringify(words.slice(0, 20))} for a number`);
    return value;
  }

  #text(length: number): string {
    return new TextDecoder().decode(this.#take(length));
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.#damaged("truncated");
    const line = latin1(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }

  readonly #damaged: Fail = (what) =>
    new BetalabError("data", `${this.#label}: not a pickle that can be read: ${what}`);
}

/** Bytes as the text that Python 2 meant by them; anything else as it is. */
export function text(value: PickleValue): PickleValue {
  return value instanceof Uint8Array ? latin1(value) : value;
}
