/**
 * Safetensors: named tensors as bytes and back (https://huggingface.co/docs/safetensors). The format is an
 * 8-byte little-endian header length, a JSON header that gives each tensor's dtype, shape and byte range, then
 * the data. This module is pure: it reads no file, and it does not know what the tensors mean. Files written here
 * carry a CRC-32 of each tensor's bytes, and of the other metadata, in their metadata; it is checked wherever it is found.
 *
 * Values are little-endian in the format and in every machine that Node and browsers run on, so typed arrays
 * are views of the bytes wherever the alignment allows it.
 */
import { crc32Text } from "./checksum.ts";
import { BetalabError } from "./errors.ts";

/** The typed array that holds each dtype. The 16- and 8-bit floats stay raw bits; BOOL is 0 or 1 a byte. */
interface TensorArrays {
  F64: Float64Array;
  F32: Float32Array;
  F16: Uint16Array;
  BF16: Uint16Array;
  F8_E4M3: Uint8Array;
  F8_E5M2: Uint8Array;
  I64: BigInt64Array;
  I32: Int32Array;
  I16: Int16Array;
  I8: Int8Array;
  U64: BigUint64Array;
  U32: Uint32Array;
  U16: Uint16Array;
  U8: Uint8Array;
  BOOL: Uint8Array;
}

type TensorDtype = keyof TensorArrays;

/** One tensor: its values in row-major order. A scalar has the shape `[]` and one value. */
export type TensorRecord = {
  readonly [D in TensorDtype]: {
    readonly dtype: D;
    readonly shape: readonly number[];
    readonly data: TensorArrays[D];
  };
}[TensorDtype];

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** In the order of the header. The data may be views of the bytes that were decoded. */
  readonly tensors: Readonly<Record<string, TensorRecord>>;
  readonly metadata: Readonly<Record<string, string>>;
}

type ArrayType = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TensorRecord["data"];
};

const arrayTypes: Readonly<Record<TensorDtype, ArrayType>> = {
  F64: Float64Array,
  F32: Float32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  F8_E4M3: Uint8Array,
  F8_E5M2: Uint8Array,
  I64: BigInt64Array,
  I32: Int32Array,
  I16: Int16Array,
  I8: Int8Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  U16: Uint16Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
};

const METADATA_KEY = "__metadata__";
/** In the metadata: a JSON object from each tensor's name, and "__metadata__", to a CRC-32, eight hexadecimal digits. */
const CHECKSUMS_KEY = "crc32";
const LENGTH_BYTES = 8;
/** The reference implementation's ceiling: no real header is near it, a foreign file's first bytes often are. */
const LARGEST_HEADER = 100_000_000;

/**
 * Encodes `tensors`. Equal input gives equal bytes: the header keeps the order given, and the data lies in the
 * order given too, wider elements first so that every tensor is aligned to its element size.
 *
 * @param metadata any text by any name but "crc32"
 * @throws Error "internal: …" when a tensor's data doesn't fit its dtype and shape, or a name is reserved.
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, TensorRecord>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) checkTensor(name, tensor);
  if (CHECKSUMS_KEY in metadata) throw new Error(`internal: the metadata's "${CHECKSUMS_KEY}" is reserved`);

  const offsets = new Map<string, number>();
  let dataBytes = 0;
  for (const [name, tensor] of entries.toSorted((a, b) => elementSize(b[1]) - elementSize(a[1]))) {
    offsets.set(name, dataBytes);
    dataBytes += tensor.data.byteLength;
  }

  const header = entries.map(([name, { dtype, shape, data }]): [string, unknown] => {
    const start = offsets.get(name)!;
    return [name, { dtype, shape, data_offsets: [start, start + data.byteLength] }];
  });
  const checksums = [
    ...(Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadataChecksum(metadata)] as const] : []),
    ...entries.map(([name, tensor]) => [name, crc32Text(rawBytes(tensor))] as const),
  ];
  const sealed = {
    ...metadata,
    ...(entries.length > 0 && { [CHECKSUMS_KEY]: JSON.stringify(Object.fromEntries(checksums)) }),
  };
  if (Object.keys(sealed).length > 0) header.unshift([METADATA_KEY, sealed]);
  // fromEntries defines own properties, so that even a tensor called "__proto__" survives.
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerBytes = Math.ceil(json.length / 8) * 8;

  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes);
  bytes.set(json, LENGTH_BYTES);
  for (const [name, tensor] of entries) {
    bytes.set(rawBytes(tensor), LENGTH_BYTES + headerBytes + offsets.get(name)!);
  }
  return bytes;
}

/**
 * Decodes `bytes`. Tensors are views of `bytes` where they are aligned and copies where they are not.
 *
 * @param name what the bytes were read from; every error starts with it.
 * @throws BetalabError "data" for anything that is not a whole, well-formed safetensors file.
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): SafetensorsContent {
  const fail: Fail = (reason) => {
    throw new BetalabError("data", `${name} is not a usable safetensors file: ${reason}`);
  };
  const { header, dataStart } = readHeader(bytes, fail);
  const available = bytes.length - dataStart;

  let metadata: Record<string, string> = {};
  const tensors: [string, TensorRecord][] = [];
  const ranges: { name: string; start: number; end: number }[] = [];
  for (const [key, entry] of Object.entries(header)) {
    if (key === METADATA_KEY) {
      metadata = readMetadata(entry, fail);
      continue;
    }
    const { dtype, shape, start, end } = readEntry(key, entry, fail);
    if (end > available) {
      fail(`tensor "${key}" ends at byte ${end} of the data, but there are only ${available} (truncated?)`);
    }
    ranges.push({ name: key, start, end });
    tensors.push([key, view(bytes, dataStart + start, dtype, shape, end - start)]);
  }
  checkCoverage(ranges, available, fail);
  const { [CHECKSUMS_KEY]: checksums, ...rest } = metadata;
  if (checksums !== undefined) checkChecksums(checksums, rest, tensors, fail);
  return { tensors: Object.fromEntries(tensors), metadata: rest };
}

type Fail = (reason: string) => never;

function readHeader(bytes: Uint8Array, fail: Fail): { header: object; dataStart: number } {
  if (bytes.length < LENGTH_BYTES)
    fail(`it has ${bytes.length} bytes, fewer than the 8 of the header length`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(LARGEST_HEADER)) fail(`its first 8 bytes give a header of ${length} bytes`);
  const dataStart = LENGTH_BYTES + Number(length);
  if (dataStart > bytes.length) {
    fail(
      `the header should have ${length} bytes, but only ${bytes.length - LENGTH_BYTES} follow (truncated?)`,
    );
  }
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(LENGTH_BYTES, dataStart));
    const header: unknown = JSON.parse(text);
    if (isObject(header)) return { header, dataStart };
  } catch {
    // Reported below: the parser's own message would quote a JSON text that nobody sees.
  }
  return fail("its header is not a JSON object");
}

function readMetadata(entry: unknown, fail: Fail): Record<string, string> {
  if (!isObject(entry)) return fail(`"${METADATA_KEY}" is not an object`);
  const pairs = Object.entries(entry).map(([key, value]: [string, unknown]): [string, string] => {
    if (typeof value !== "string")
      return fail(`"${METADATA_KEY}" gives "${key}" a value that is not a string`);
    return [key, value];
  });
  return Object.fromEntries(pairs);
}

function readEntry(name: string, entry: unknown, fail: Fail) {
  if (!isObject(entry)) return fail(`tensor "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>;
  if (!isDtype(dtype)) return fail(`tensor "${name}" has the unknown dtype ${JSON.stringify(dtype)}`);
  if (!isSizes(shape)) return fail(`tensor "${name}" has the impossible shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    return fail(`tensor "${name}" has the impossible data_offsets ${JSON.stringify(offsets)}`);
  }
  const [start, end] = [offsets[0]!, offsets[1]!];
  const needed = elementCount(shape) * arrayTypes[dtype].BYTES_PER_ELEMENT;
  if (end - start !== needed) {
    const [expected, found] = [`${dtype} [${shape.join(", ")}] needs ${needed} bytes`, end - start];
    return fail(`tensor "${name}": ${expected}, its data_offsets span ${found}`);
  }
  return { dtype, shape, start, end };
}

/** The format allows neither overlaps nor holes: together the tensors are exactly the data. */
function checkCoverage(ranges: { name: string; start: number; end: number }[], total: number, fail: Fail) {
  let covered = 0;
  for (const { name, start, end } of ranges.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (start < covered) fail(`tensor "${name}" overlaps another: it starts at ${start}, before ${covered}`);
    if (start > covered)
      fail(`bytes ${covered} to ${start} of the data, before "${name}", belong to no tensor`);
    covered = end;
  }
  if (covered < total) fail(`${total - covered} bytes after the last tensor belong to no tensor`);
}

/** Of the metadata beside the checksums, as JSON in its own order. */
const metadataChecksum = (metadata: Readonly<Record<string, string>>): string =>
  crc32Text(new TextEncoder().encode(JSON.stringify(metadata)));

function checkChecksums(
  text: string,
  metadata: Readonly<Record<string, string>>,
  tensors: readonly [string, TensorRecord][],
  fail: Fail,
) {
  let expected: unknown;
  try {
    expected = JSON.parse(text);
  } catch {
    expected = undefined;
  }
  if (!isObject(expected)) fail(`its "${CHECKSUMS_KEY}" is not a JSON object`);
  const sums = expected as Record<string, unknown>;
  if (Object.hasOwn(sums, METADATA_KEY) && sums[METADATA_KEY] !== metadataChecksum(metadata)) {
    fail("its metadata does not have its checksum: the file was damaged after it was written");
  }
  for (const [name, tensor] of tensors) {
    if (sums[name] === crc32Text(rawBytes(tensor))) continue;
    fail(`tensor "${name}" does not have its checksum: the file was damaged after it was written`);
  }
}

function view(
  bytes: Uint8Array,
  offset: number,
  dtype: TensorDtype,
  shape: readonly number[],
  byteLength: number,
): TensorRecord {
  const type = arrayTypes[dtype];
  const start = bytes.byteOffset + offset;
  const aligned = bytes.buffer instanceof ArrayBuffer && start % type.BYTES_PER_ELEMENT === 0;
  const length = byteLength / type.BYTES_PER_ELEMENT;
  const data = aligned
    ? new type(bytes.buffer, start, length)
    : new type(Uint8Array.from(bytes.subarray(offset, offset + byteLength)).buffer, 0, length);
  // `arrayTypes` pairs the dtype with its array; the compiler can't follow that through the lookup.
  return { dtype, shape, data } as TensorRecord;
}

function checkTensor(name: string, { dtype, shape, data }: TensorRecord): void {
  if (name === METADATA_KEY) throw new Error(`internal: a tensor may not be called ${METADATA_KEY}`);
  if (!isSizes(shape) || elementCount(shape) !== data.length || !(data instanceof arrayTypes[dtype])) {
    const found = `${data.constructor.name} of ${data.length}`;
    throw new Error(`internal: tensor "${name}" is ${dtype} [${shape.join(", ")}] but holds a ${found}`);
  }
}

const rawBytes = ({ data }: TensorRecord) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const elementSize = (tensor: TensorRecord): number => tensor.data.BYTES_PER_ELEMENT;
const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isDtype = (value: unknown): value is TensorDtype =>
  typeof value === "string" && Object.hasOwn(arrayTypes, value);
const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
