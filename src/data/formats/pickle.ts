/**
 * Pickles, read without running anything: numbers, text, bytes, lists, tuples, dicts and numpy's arrays, as the batches of
 * CIFAR are written by any protocol from 0 to 5. A pickle is a program for a stack machine that may name any function of
 * Python's and call it; here only those names that numpy's arrays are made of have a meaning, each built here, and any
 * other name is refused by it.
 *
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

import { BetalabError } from "../../base/errors.ts";
import { fromFortran } from "../arrays/layout.ts";
import type { SideArray } from "../arrays/side.ts";
import { requireHeld } from "./array-file.ts";
import { decodeNumbers, type NumberType, numberBytes, numpyType } from "./numbers.ts";

/** A value of a pickle. Dicts are maps; keys that are bytes are text. */
export type PickleValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | PickledArray
  | Callable;

/** An array of numpy's, made in two steps: an empty one, then its state. */
export class PickledArray implements SideArray {
  shape: readonly number[] = [];
  numbers: ArrayLike<number> = [];
}

/** A name that may be called, or a type of numpy's. */
class Callable {
  readonly name: string;
  readonly type: NumberType | undefined;
  constructor(name: string, type?: NumberType) {
    this.name = name;
    this.type = type;
  }
}

/** All that may be named. The module `numpy.core` became `numpy._core`. */
const known =
  /^(numpy\.(_?core\.(multiarray (_reconstruct|scalar)|numeric _frombuffer))|numpy (ndarray|dtype)|_codecs encode|(__builtin__|builtins) bytes|collections OrderedDict)$/;

const MARK = Symbol("mark");
/** Values on the stack at most, and bytes that one text may have: more is no batch of images. */
const mostValues = 10_000_000;

/** The value of a pickle. Throws `data` naming what it would call, or where it is damaged. */
export function readPickle(bytes: Uint8Array, label: string): PickleValue {
  return new Machine(bytes, label).run();
}

class Machine {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #label: string;
  readonly #stack: (PickleValue | typeof MARK)[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  constructor(bytes: Uint8Array, label: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
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
        this.#build(this.#top(), state);
        return undefined;
      }
      default:
        throw this.#damaged(`an opcode ${JSON.stringify(code)} that no arrays need, at byte ${this.#at - 1}`);
    }
  }

  #named(module: string, name: string): Callable {
    if (known.test(`${module} ${name}`)) return new Callable(name);
    throw new BetalabError(
      "data",
      `${this.#label}: a pickle that would call ${module}.${name}, which is not run`,
      "only arrays, lists, dicts, text and numbers are read; save the arrays by numpy.savez",
    );
  }

  #call(callable: PickleValue, given: PickleValue): PickleValue {
    const [first = null, second = null, third = null, fourth = null] = Array.isArray(given) ? given : [];
    const name = callable instanceof Callable ? callable.name : "";
    if (name === "_reconstruct") return new PickledArray();
    if (name === "OrderedDict") return new Map();
    if (name === "dtype" && typeof text(first) === "string") {
      // "u1", and its order comes with the state; objects have none of numpy's codes.
      const type = numpyType(String(text(first)));
      if (type) return new Callable("type", type);
    }
    // Protocol 2 writes bytes as the latin-1 text that has them.
    if (name === "encode" && typeof first === "string")
      return Uint8Array.from(first, (letter) => letter.charCodeAt(0));
    if (name === "bytes") return new Uint8Array(0);
    if (name === "scalar" && first instanceof Callable && first.type && second instanceof Uint8Array) {
      return decodeNumbers(second, first.type, this.#label)[0] ?? 0;
    }
    if (name === "_frombuffer" && first instanceof Uint8Array) {
      const array = new PickledArray();
      this.#fill(array, third, second, fourth === "F", first);
      return array;
    }
    throw this.#damaged(`a call of ${name || "no function"} with what it does not take`);
  }

  #build(value: PickleValue, state: PickleValue): void {
    const parts = Array.isArray(state) ? state : [];
    if (value instanceof Callable && value.type) {
      const top = this.#stack.length - 1;
      const type = {
        ...value.type,
        bigEndian: text(parts[1] ?? null) === ">" && numberBytes(value.type) > 1,
      };
      const changed = new Callable("type", type);
      this.#stack[top] = changed;
      for (const [key, one] of this.#memo) if (one === value) this.#memo.set(key, changed);
      return;
    }
    if (!(value instanceof PickledArray)) throw this.#damaged("a state of something that is no array");
    const [, shape = null, type = null, fortran = null, data = null] = parts;
    this.#fill(value, shape, type, fortran === true, data);
  }

  #fill(
    array: PickledArray,
    shape: PickleValue,
    type: PickleValue,
    fortran: boolean,
    data: PickleValue,
  ): void {
    const sizes = Array.isArray(shape) ? shape : [];
    const length = sizes.reduce<number>((product, size) => product * Number(size), 1);
    const number = type instanceof Callable ? type.type : undefined;
    if (!number || !(data instanceof Uint8Array)) throw this.#damaged("an array that is not of numbers");
    const bytes = length * numberBytes(number);
    if (!Number.isSafeInteger(bytes) || sizes.some((size) => !(Number(size) >= 0)))
      throw this.#damaged("an array's shape");
    requireHeld(this.#label, bytes, data.length);
    array.shape = sizes.map(Number);
    const numbers = decodeNumbers(data.subarray(0, bytes), number, this.#label);
    array.numbers = fortran ? fromFortran(numbers, array.shape) : numbers;
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged("an item of something that is no list");
    for (const item of items) list.push(item);
  }

  #put(dict: PickleValue, items: readonly PickleValue[]): PickleValue {
    if (!(dict instanceof Map)) throw this.#damaged("an item of something that is no dict");
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

  #damaged(what: string): BetalabError {
    return new BetalabError("data", `${this.#label}: not a pickle that can be read: ${what}`);
  }
}

/** Bytes as the text that Python 2 meant by them; anything else as it is. */
function text(value: PickleValue): PickleValue {
  return value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value;
}
