/**
 * WebAssembly instructions as bytes. Each function takes the code of its operands and returns that of the whole, so
 * a nested call reads like the expression that it computes. Only what the kernels need is here.
 */

/** Bytes of instructions. */
export type Code = readonly number[];

/** LEB128 of an unsigned integer. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low + 128);
  } while (rest !== 0);
  return bytes;
}

/** LEB128 of a 32-bit integer, which may be negative; addresses above 2³¹ are taken as the integer of their bits. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) return bytes;
  }
}

/** Code after code. */
export const sequence = (...parts: readonly Code[]): Code => parts.flat();

const plain =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), opcode];
const vector =
  (opcode: number) =>
  (...operands: readonly Code[]): Code => [...operands.flat(), 0xfd, ...unsigned(opcode)];
const lane =
  (opcode: number) =>
  (index: number, ...operands: readonly Code[]): Code => [...vector(opcode)(...operands), index];
/** A load or a store, at the address of its first operand plus a constant. */
const memory =
  (encode: readonly number[]) =>
  (offset: number, ...operands: readonly Code[]): Code => [
    ...operands.flat(),
    ...encode,
    0,
    ...unsigned(offset),
  ];
const memoryLane =
  (opcode: number) =>
  (index: number, offset: number, ...operands: readonly Code[]): Code => [
    ...memory([0xfd, ...unsigned(opcode)])(offset, ...operands),
    index,
  ];

const bytesOf = (...values: readonly number[]): number[] => [
  ...new Uint8Array(Float32Array.from(values).buffer),
];

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  load: memory([0x28]),
  equal: plain(0x46),
  lessThan: plain(0x48),
  add: plain(0x6a),
  subtract: plain(0x6b),
  multiply: plain(0x6c),
} as const;

export const f32 = {
  load: memory([0x2a]),
  store: memory([0x38]),
  add: plain(0x92),
  max: plain(0x97),
  const: (value: number): Code => [0x43, ...bytesOf(value)],
} as const;

export const v128 = {
  load: memory([0xfd, 0x00]),
  loadSplat: memory([0xfd, 0x09]),
  store: memory([0xfd, 0x0b]),
  /** Eight bytes, each as a short. */
  loadShorts: memory([0xfd, 0x02]),
  /** Four bytes into the lowest lane. */
  loadZero: memory([0xfd, 0x5c]),
  loadLane: memoryLane(0x56),
  storeLane: memoryLane(0x5a),
  loadByte: memoryLane(0x54),
  storeByte: memoryLane(0x58),
  and: vector(0x4e),
  or: vector(0x50),
  /** The bits of a where the third operand has ones, those of b elsewhere. */
  select: vector(0x52),
  /** Sixteen bytes of two vectors, by number. */
  shuffle: (order: readonly number[], a: Code, b: Code): Code => [...a, ...b, 0xfd, 0x0d, ...order],
} as const;

export const f32x4 = {
  const: (value: number): Code => [0xfd, 0x0c, ...bytesOf(value, value, value, value)],
  extract: lane(0x1f),
  equal: vector(0x41),
  less: vector(0x43),
  greater: vector(0x44),
  nearest: vector(0x6a),
  abs: vector(0xe0),
  negate: vector(0xe1),
  sqrt: vector(0xe3),
  add: vector(0xe4),
  subtract: vector(0xe5),
  multiply: vector(0xe6),
  divide: vector(0xe7),
  min: vector(0xe8),
  max: vector(0xe9),
  /** b where a < b, else a: one instruction, and what is not a number stays so in a. */
  larger: vector(0xeb),
  fromIntegers: vector(0xfa),
} as const;

export const i32x4 = {
  const: (value: number): Code => {
    const bytes = [...new Uint8Array(Int32Array.of(value).buffer)];
    return [0xfd, 0x0c, ...bytes, ...bytes, ...bytes, ...bytes];
  },
  lanes: (...values: readonly number[]): Code => [
    0xfd,
    0x0c,
    ...new Uint8Array(Int32Array.from(values).buffer),
  ],
  shiftLeft: vector(0xab),
  shiftRight: vector(0xac),
  less: vector(0x39),
  notEqual: vector(0x38),
  add: vector(0xae),
  subtract: vector(0xb1),
  multiply: vector(0xb5),
  min: vector(0xb6),
  max: vector(0xb8),
  /** Rounds towards zero; beyond the range, the nearest integer within. */
  fromFloats: vector(0xf8),
  fromShorts: vector(0xa9),
  shortsFromBytes: vector(0x89),
  shortsFromUpperBytes: vector(0x8a),
  /** Products of eight pairs of shorts, the sum of each two neighbours. */
  dot: vector(0xba),
  toShorts: vector(0x85),
  shortsToBytes: vector(0x66),
} as const;

export const i16x8 = {
  const: (value: number): Code => [
    0xfd,
    0x0c,
    ...new Uint8Array(Int16Array.from({ length: 8 }, () => value).buffer),
  ],
  equal: vector(0x2d),
  abs: vector(0x80),
  shiftRight: vector(0x8c),
  add: vector(0x8e),
  subtract: vector(0x91),
  min: vector(0x96),
} as const;

/** Sets `length` bytes from `address` on to zero. */
export const zero = (address: Code, length: Code): Code => [
  ...address,
  ...i32.const(0),
  ...length,
  0xfc,
  0x0b,
  0,
];

export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
];

/** Runs one of two codes: the first where `condition` is not 0. */
export const either = (condition: Code, then: Code, otherwise: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...then,
  0x05,
  ...otherwise,
  0x0b,
];

/** Runs `body` again and again while `condition` is not 0 after it. */
export const doWhile = (condition: Code, ...body: readonly Code[]): Code => [
  0x03,
  0x40,
  ...body.flat(),
  ...condition,
  0x0d,
  0,
  0x0b,
];
