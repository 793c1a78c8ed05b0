/**
 * The tensors of a `.pt` or `.pth` file: the zip archive that `torch.save` writes, whose `data.pkl` names the tensors and
 * whose `data/KEY` are their numbers. Nothing of it is run: tensors, storages and plain containers are known, and whatever
 * else the pickle names is refused.
 */

import { basename } from "node:path";
import { BetalabError } from "../../base/errors.ts";
import type { TensorRecord } from "../../base/safetensors.ts";
import { lengthOf } from "./numbers.ts";
import { Made, type PickleValue, readPickle, type Vocabulary } from "./pickle.ts";
import { collect } from "./streams.ts";
import { listZip, type ZipMember, zipChunks } from "./zip.ts";

/** PyTorch's storages, by what safetensors calls their numbers. */
const storages = {
  DoubleStorage: { dtype: "F64", array: Float64Array },
  FloatStorage: { dtype: "F32", array: Float32Array },
  HalfStorage: { dtype: "F16", array: Uint16Array },
  BFloat16Storage: { dtype: "BF16", array: Uint16Array },
  LongStorage: { dtype: "I64", array: BigInt64Array },
  IntStorage: { dtype: "I32", array: Int32Array },
  ShortStorage: { dtype: "I16", array: Int16Array },
  CharStorage: { dtype: "I8", array: Int8Array },
  ByteStorage: { dtype: "U8", array: Uint8Array },
  BoolStorage: { dtype: "BOOL", array: Uint8Array },
} as const;

type StorageName = keyof typeof storages;

class Storage extends Made {
  readonly type: StorageName;
  readonly key: string;
  readonly length: number;
  constructor(type: StorageName, key: string, length: number) {
    super("a storage");
    this.type = type;
    this.key = key;
    this.length = length;
  }
}

/** A view of a storage: the numbers at `offset` and on, `stride` apart. */
class StoredTensor extends Made {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly stride: readonly number[];
  constructor(storage: Storage, offset: number, shape: readonly number[], stride: readonly number[]) {
    super("a tensor");
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.stride = stride;
  }
}

const hint = "in Python, torch.save(model.state_dict(), file) keeps the tensors alone";

const vocabulary: Vocabulary = {
  hint,
  named(module, name) {
    const storage = /^torch(\.storage)?$/.test(module) && Object.hasOwn(storages, name);
    const known =
      storage ||
      (module === "collections" && name === "OrderedDict") ||
      (module === "torch._utils" && /^_rebuild_(tensor_v2|parameter)$/.test(name));
    return known ? new Made(name) : undefined;
  },
  call({ name }, given, fail) {
    if (name === "OrderedDict") return given.length === 0 ? new Map() : undefined;
    const [first, offset, shape, stride] = given;
    if (name === "_rebuild_parameter") return first instanceof StoredTensor ? first : undefined;
    if (name !== "_rebuild_tensor_v2" || !(first instanceof Storage)) return undefined;
    if (!isCount(offset) || !isCounts(shape) || !isCounts(stride) || shape.length !== stride.length) {
      throw fail("a tensor whose shape can't be understood");
    }
    const length = lengthOf(shape);
    const last = offset + shape.reduce((sum, size, axis) => sum + (size - 1) * stride[axis]!, 0);
    if (length > first.length || (length > 0 && !(last < first.length))) {
      throw fail(`a tensor of ${shape.join("×")} that reaches beyond its storage of ${first.length} numbers`);
    }
    return new StoredTensor(first, offset, shape, stride);
  },
  // A state dict has its modules' versions as an attribute.
  build: (value) => (value instanceof Map ? value : undefined),
  persistent(id) {
    if (!Array.isArray(id) || id[0] !== "storage" || !(id[1] instanceof Made)) return undefined;
    const [, { name }, key, , length] = id as [unknown, Made, PickleValue, unknown, PickleValue];
    if (!Object.hasOwn(storages, name) || typeof key !== "string" || !isCount(length)) return undefined;
    return new Storage(name as StorageName, key, length);
  },
};

interface PytorchContent {
  /** Of a state dict, or of the one that a checkpoint holds. */
  readonly tensors: Readonly<Record<string, TensorRecord>>;
  /** Names of what else there is in the checkpoint: an optimiser's state, say. */
  readonly others: readonly string[];
}

/** Throws `data` naming the file and what it would call, what is damaged, or what it holds instead of tensors. */
export async function readPytorch(path: string): Promise<PytorchContent> {
  const name = basename(path);
  const members = zipMembers(path);
  const pickle = members.find((member) => /(^|\/)data\.pkl$/.test(member.name));
  if (pickle === undefined) {
    throw new BetalabError(
      "data",
      `${name} is a zip archive without data.pkl: not a file of torch.save`,
      hint,
    );
  }
  const folder = pickle.name.slice(0, -"data.pkl".length);
  const memberAt = (inner: string) => members.find((member) => member.name === folder + inner);
  const order = memberAt("byteorder");
  if (order && new TextDecoder().decode(await contentOf(path, order)).trim() !== "little") {
    throw new BetalabError("data", `${name} has its numbers in the order of a big-endian machine`, hint);
  }
  const value = readPickle(await contentOf(path, pickle), `${name}: data.pkl`, vocabulary);
  const held = new Map<string, Uint8Array>();
  const tensors: [string, TensorRecord][] = [];
  const { dict, others } = stateDictIn(value, name);
  for (const [key, tensor] of dict) {
    const { storage } = tensor;
    const member = memberAt(`data/${storage.key}`);
    if (member === undefined) {
      throw new BetalabError("data", `${name}: the numbers of ${key}, data/${storage.key}, are not in it`);
    }
    const bytes = held.get(storage.key) ?? (await contentOf(path, member));
    held.set(storage.key, bytes);
    tensors.push([key, recordOf(tensor, bytes, `${name}: ${key}`)]);
  }
  return { tensors: Object.fromEntries(tensors), others };
}

function zipMembers(path: string): ZipMember[] {
  try {
    return listZip(path);
  } catch (cause) {
    if (!(cause instanceof BetalabError) || cause.code !== "data") throw cause;
    throw new BetalabError(
      "data",
      `${basename(path)} is neither a safetensors file nor a zip archive of torch.save, or it is truncated`,
      "files from before PyTorch 1.6 are another format: load one and save its state dict again",
      { cause },
    );
  }
}

/** The state dict: one that a checkpoint holds under a usual name, the value itself, or the only dict of tensors in it. */
function stateDictIn(value: PickleValue, name: string) {
  const { tensors, others } = partsOf(value);
  const dicts = others
    .map(([key, one]) => ({ key, ...partsOf(one) }))
    .filter(({ tensors: { length } }) => length > 0);
  const named = dicts.filter(({ key }) => /^(model|net|vae)?_?(state_dict)?$/.test(key));
  const keysOf = (parts: readonly (readonly [string, unknown])[]) => parts.map(([key]) => key.slice(0, 80));
  if (named.length === 0 && tensors.length > 0) return { dict: tensors, others: keysOf(others) };
  const [chosen, ...rest] = named.length > 0 ? named : dicts;
  if (chosen !== undefined && rest.length === 0) {
    const besides = [...tensors, ...others].filter(([key]) => key !== chosen.key);
    return { dict: chosen.tensors, others: keysOf([...chosen.others, ...besides]) };
  }
  const keys = dicts.map(({ key }) => key.slice(0, 80)).join(", ");
  const what = chosen === undefined ? "holds no dict of tensors" : `holds several dicts of tensors: ${keys}`;
  throw new BetalabError("data", `${name} ${what}`, hint);
}

/** The tensors that a dict holds by name, and what else it holds. */
function partsOf(value: PickleValue) {
  const tensors: [string, StoredTensor][] = [];
  const others: [string, PickleValue][] = [];
  for (const [key, one] of value instanceof Map ? value : []) {
    if (typeof key === "string" && one instanceof StoredTensor) tensors.push([key, one]);
    else others.push([typeof key === "object" ? "a part that is not named by text" : String(key), one]);
  }
  return { tensors, others };
}

/** The numbers of a tensor, row-major. */
function recordOf(tensor: StoredTensor, bytes: Uint8Array, label: string): TensorRecord {
  const { storage, offset, shape, stride } = tensor;
  const { dtype, array } = storages[storage.type];
  if (bytes.length < storage.length * array.BYTES_PER_ELEMENT) {
    throw new BetalabError("data", `${label}: its storage has ${bytes.length} bytes, too few`);
  }
  const all = new array(bytes.slice(0, storage.length * array.BYTES_PER_ELEMENT).buffer);
  if (stride.every((step, axis) => step === lengthOf(shape.slice(axis + 1)))) {
    return { dtype, shape, data: all.slice(offset, offset + lengthOf(shape)) } as TensorRecord;
  }
  const data = new array(lengthOf(shape));
  const at = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = all[at.reduce((sum, index, axis) => sum + index * stride[axis]!, offset)]!;
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis]! === shape[axis]; axis--) at[axis] = 0;
  }
  return { dtype, shape, data } as TensorRecord;
}

const contentOf = (path: string, member: ZipMember): Promise<Uint8Array> =>
  collect(zipChunks(path, member), member.size);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
