/**
 * The stack machine of pickles, without what would be run: numbers, text, bytes, lists, tuples and dicts of any protocol from
 * 0 to 5. A pickle is a program that may name any function of Python's and call it; here a name has the meaning that a
 * vocabulary gives it (numpy's arrays, PyTorch's tensors), and any other is refused by it.
 *
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

import { BetalabError } from "../../base/errors.ts";

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
export abstract class Made {
  /** What Python calls it. */
  abstract readonly name: string;
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
      const made = this.#step(code);
      if (made !== undefined) this.#stack.push(made);
    }
    throw this.#damaged("it has too many values");
  }

  /** What an operation puts on the stack, if anything. */
  #step(code: string): PickleValue | typeof MARK | undefined {
    switch (code) {
      case "\x80":
        this.#take(1);
        return undefined;
      case "\x95":
        this.#take(8);
        return undefined;
      case "(":
        return MARK;
      case "N":
        return null;
      case "\x88":
      case "\x89":
        return code === "\x88";
      case "0":
        this.#pop();
        return undefined;
      case "K":
        return this.#take(1)[0]!;
      case "M":
        return this.#unsigned(2);
      case "J":
        return this.#unsigned(4) | 0;
      case "\x8a":
        return this.#long(this.#take(this.#unsigned(1)));
      case "G":
        this.#take(8);
        return this.#view.getFloat64(this.#at - 8);
      case "I":
      case "L":
        return this.#decimal(this.#line().replace(/L$/, ""));
      case "F":
        return this.#decimal(this.#line());
      case "S":
        return this.#line().replace(/^(['"])(.*)\1$/, "$2");
      case "V":
        return this.#line();
      case "U":
      case "C":
        return this.#take(this.#unsigned(1));
      case "T":
      case "B":
        return this.#take(this.#unsigned(4));
      case "\x8e":
      case "\x96":
        return this.#take(this.#unsigned(8));
      case "\x8c":
        return this.#text(this.#unsigned(1));
      case "X":
        return this.#text(this.#unsigned(4));
      case "\x8d":
        return this.#text(this.#unsigned(8));
      case ")":
      case "]":
        return [];
      case "}":
        return new Map();
      case "t":
      case "l":
        return this.#toMark();
      case "d":
        return this.#put(new Map(), this.#toMark());
      case "\x85":
      case "\x86":
      case "\x87": {
        const items = Array.from({ length: code.charCodeAt(0) - 0x84 }, () => this.#pop());
        return items.reverse();
      }
      case "a":
        this.#append([this.#pop()]);
        return undefined;
      case "e":
        this.#append(this.#toMark());
        return undefined;
      case "s": {
        const value = this.#pop();
        this.#put(this.#below(), [this.#pop(), value]);
        return undefined;
      }
      case "u": {
        const items = this.#toMark();
        this.#put(this.#top(), items);
        return undefined;
      }
      case "\x94":
        this.#memo.set(this.#memo.size, this.#top());
        return undefined;
      case "q":
        this.#memo.set(this.#unsigned(1), this.#top());
        return undefined;
      case "r":
        this.#memo.set(this.#unsigned(4), this.#top());
        return undefined;
      case "p":
        this.#memo.set(this.#decimal(this.#line()), this.#top());
        return undefined;
      case "h":
        return this.#remembered(this.#unsigned(1));
      case "j":
        return this.#remembered(this.#unsigned(4));
      case "g":
        return this.#remembered(this.#decimal(this.#line()));
      case "c": {
        const module = this.#line();
        return this.#named(module, this.#line());
      }
      case "\x93": {
        const name = this.#pop();
        return this.#named(String(this.#pop()), String(name));
      }
      case "R": {
        const given = this.#pop();
        return this.#call(this.#pop(), given);
      }
      case "b": {
        const state = this.#pop();
        this.#build(this.#pop(), state);
        return undefined;
      }
      case "i": {
        const module = this.#line();
        return this.#call(this.#named(module, this.#line()), this.#toMark());
      }
      case "P":
        return this.#persistent(this.#line());
      case "Q":
        return this.#persistent(this.#pop());
      default:
        throw this.#damaged(`an opcode ${JSON.stringify(code)} that no arrays need, at byte ${this.#at - 1}`);
    }
  }

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

  /** Puts `value` with its state on the stack, and wherever it was kept. */
  #build(value: PickleValue, state: PickleValue): void {
    const built = this.#vocabulary.build(value, state, this.#damaged);
    if (built === undefined) throw this.#damaged("a state of something that takes none");
    this.#stack.push(built);
    if (built === value) return;
    for (const [key, one] of this.#memo) if (one === value) this.#memo.set(key, built);
  }

  #persistent(id: PickleValue): PickleValue {
    const made = this.#vocabulary.persistent?.(id);
    if (made !== undefined) return made;
    throw this.#damaged("a persistent id that is not the storage of a tensor");
  }

  #append(items: readonly PickleValue[]): void {
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
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw this.#damaged("a value is missing");
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#damaged("a value is missing");
    return value;
  }

  /** What lies under the key on top: the dict that an item goes into. */
  #below(): PickleValue {
    const value = this.#stack.at(-2);
    if (value === undefined || value === MARK) throw this.#damaged("a value is missing");
    return value;
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

  /** A two's complement number of any length. */
  #long(bytes: Uint8Array): number {
    const negative = (bytes.at(-1) ?? 0) > 127;
    return bytes.reduceRight((sum, byte) => 256 * sum + byte, 0) - (negative ? 256 ** bytes.length : 0);
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
    const line = new TextDecoder("latin1").decode(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return line;
  }

  readonly #damaged: Fail = (what) =>
    new BetalabError("data", `${this.#label}: not a pickle that can be read: ${what}`);
}

/** Bytes as the text that Python 2 meant by them; anything else as it is. */
export function text(value: PickleValue): PickleValue {
  return value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value;
}
