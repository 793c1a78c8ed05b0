/**
 * numpy's arrays in pickles, as the batches of CIFAR are written: the few names that they are made of, each built here.
 * The module `numpy.core` became `numpy._core`.
 */

import { fromFortran } from "../arrays/layout.ts";
import type { SideArray } from "../arrays/side.ts";
import { requireHeld } from "./array-file.ts";
import { decodeNumbers, type NumberType, numberBytes, numpyType } from "./numbers.ts";
import { type Fail, Made, type PickleValue, readPickle, text, type Vocabulary } from "./pickle.ts";

/** An array of numpy's, made in two steps: an empty one, then its state. */
export class PickledArray extends Made implements SideArray {
  shape: readonly number[] = [];
  numbers: ArrayLike<number> = [];
  constructor() {
    super("ndarray");
  }
}

/** A name that may be called, or a type of numpy's. */
class Callable extends Made {
  readonly type: NumberType | undefined;
  constructor(name: string, type?: NumberType) {
    super(name);
    this.type = type;
  }
}

const known =
  /^(numpy\.(_?core\.(multiarray (_reconstruct|scalar)|numeric _frombuffer))|numpy (ndarray|dtype)|_codecs encode|(__builtin__|builtins) bytes|collections OrderedDict)$/;

/** A pickle of numpy's arrays. Throws `data` naming what it would call, or where it is damaged. */
export function readNumpyPickle(bytes: Uint8Array, label: string): PickleValue {
  const vocabulary: Vocabulary = {
    hint: "only arrays, lists, dicts, text and numbers are read; save the arrays by numpy.savez",
    named: (module, name) => (known.test(`${module} ${name}`) ? new Callable(name) : undefined),
    call({ name }, [first = null, second = null, third = null, fourth = null], fail) {
      if (name === "_reconstruct") return new PickledArray();
      if (name === "OrderedDict") return new Map();
      if (name === "dtype" && typeof text(first) === "string") {
        // "u1", and its order comes with the state; objects have none of numpy's codes.
        const made = numpyType(String(text(first)));
        return made && new Callable("type", made);
      }
      // Protocol 2 writes bytes as the latin-1 text that has them.
      if (name === "encode" && typeof first === "string")
        return Uint8Array.from(first, (letter) => letter.charCodeAt(0));
      if (name === "bytes") return new Uint8Array(0);
      if (name === "scalar" && first instanceof Callable && first.type && second instanceof Uint8Array) {
        return decodeNumbers(second, first.type, label)[0] ?? 0;
      }
      if (name !== "_frombuffer" || !(first instanceof Uint8Array)) return undefined;
      return fill(new PickledArray(), [third, second, fourth === "F", first], { label, fail });
    },
    build(value, state, fail) {
      const parts = Array.isArray(state) ? state : [];
      if (value instanceof Callable && value.type) {
        const bigEndian = text(parts[1] ?? null) === ">" && numberBytes(value.type) > 1;
        return new Callable("type", { ...value.type, bigEndian });
      }
      if (!(value instanceof PickledArray)) return undefined;
      const [, shape = null, type = null, fortran = null, data = null] = parts;
      return fill(value, [shape, type, fortran === true, data], { label, fail });
    },
  };
  return readPickle(bytes, label, vocabulary);
}

function fill(
  array: PickledArray,
  [shape, type, fortran, data]: readonly [PickleValue, PickleValue, boolean, PickleValue],
  { label, fail }: { readonly label: string; readonly fail: Fail },
): PickledArray {
  const sizes = Array.isArray(shape) ? shape : [];
  const length = sizes.reduce<number>((product, size) => product * Number(size), 1);
  const number = type instanceof Callable ? type.type : undefined;
  if (!number || !(data instanceof Uint8Array)) throw fail("an array that is not of numbers");
  const bytes = length * numberBytes(number);
  if (!Number.isSafeInteger(bytes) || sizes.some((size) => !(Number(size) >= 0)))
    throw fail("an array's shape");
  requireHeld(label, bytes, data.length);
  if (data.length > bytes) throw fail("an array with more bytes than its shape has");
  array.shape = sizes.map(Number);
  const numbers = decodeNumbers(data, number, label);
  array.numbers = fortran ? fromFortran(numbers, array.shape) : numbers;
  return array;
}
