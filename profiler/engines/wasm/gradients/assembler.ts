// An assembler of WebAssembly functions with SIMD: instructions as bytes, and the module around them.

/** Encoded WebAssembly instructions. */
export type Code = readonly number[];

/** Value types, by their binary encoding. */
export const valueType = { i32: 0x7f, f32: 0x7d, v128: 0x7b } as const;
export type ValueType = (typeof valueType)[keyof typeof valueType];

/** A local variable of a function under assembly. */
export interface Local {
  readonly get: Code;
  /** Stores what `value` leaves on the stack. */
  set(value: Code): Code;
  /** Adds `step` to an i32 local. */
  advance(step: Code): Code;
}

/** The local variables of one function: its parameters, and as many more as it asks for. */
export interface Scope<Parameter extends string> {
  readonly parameters: Readonly<Record<Parameter, Local>>;
  local(type: ValueType): Local;
}

const operator =
  (...opcode: Code) =>
  (left: Code, right: Code): Code => [...left, ...right, ...opcode];

/** Addresses are in bytes and need no more than 4-byte alignment. */
const loadOperator =
  (...opcode: Code) =>
  (address: Code, offset = 0): Code => [...address, ...opcode, 2, ...unsigned(offset)];

const storeOperator =
  (...opcode: Code) =>
  (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...opcode, 2, ...unsigned(offset)];

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: operator(0x6a),
  multiply: operator(0x6c),
  and: operator(0x71),
  shiftRight: operator(0x76),
};

/** The operations that one f32 and four of them have in common. */
export interface Lanes {
  readonly type: ValueType;
  readonly count: number;
  /** The same number in every lane. */
  constant(value: number): Code;
  load(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  add(left: Code, right: Code): Code;
  subtract(left: Code, right: Code): Code;
  multiply(left: Code, right: Code): Code;
  equal(left: Code, right: Code): Code;
  /** Of two outcomes of `equal`. */
  or(left: Code, right: Code): Code;
  /** `whenTrue` in the lanes where `condition`, such an outcome, holds, and `whenFalse` elsewhere. */
  select(condition: Code, whenTrue: Code, whenFalse: Code): Code;
}

export const f32: Lanes = {
  type: valueType.f32,
  count: 1,
  constant: (value) => [0x43, ...bytesOf(value)],
  load: loadOperator(0x2a),
  store: storeOperator(0x38),
  add: operator(0x92),
  subtract: operator(0x93),
  multiply: operator(0x94),
  equal: operator(0x5b),
  or: operator(0x72),
  select: (condition, whenTrue, whenFalse) => [...whenTrue, ...whenFalse, ...condition, 0x1b],
};

export const f32x4 = {
  type: valueType.v128,
  count: 4,
  constant: (value: number): Code => [0xfd, 0x0c, ...new Array<Code>(4).fill(bytesOf(value)).flat()],
  load: loadOperator(0xfd, 0x00),
  store: storeOperator(0xfd, 0x0b),
  /** One f32 from memory, in all four lanes. */
  loadSplat: loadOperator(0xfd, 0x09),
  add: operator(0xfd, 0xe4, 0x01),
  subtract: operator(0xfd, 0xe5, 0x01),
  multiply: operator(0xfd, 0xe6, 0x01),
  equal: operator(0xfd, 0x41),
  or: operator(0xfd, 0x50),
  select: (condition: Code, whenTrue: Code, whenFalse: Code): Code => [
    ...whenTrue,
    ...whenFalse,
    ...condition,
    ...[0xfd, 0x52],
  ],
} satisfies Lanes & { loadSplat(address: Code, offset?: number): Code };

/** `body`, `times` times over; `counter` runs down from `times` to 1. */
export function repeat(counter: Local, times: Code, body: Code): Code {
  const next = counter.set(i32.add(counter.get, i32.constant(-1)));
  const loop = [0x03, 0x40, ...body, ...next, ...counter.get, 0x0d, 0, 0x0b];
  return [...counter.set(times), ...counter.get, 0x04, 0x40, ...loop, 0x0b];
}

/**
 * Assembles a module that imports its memory as `env.memory` and exports one function, `run`, which takes the
 * named parameters as i32 in that order and returns nothing.
 */
export function assemble<Parameter extends string>(
  parameterNames: readonly Parameter[],
  body: (scope: Scope<Parameter>) => Code,
): WebAssembly.Module {
  const locals: ValueType[] = [];
  const parameters = Object.fromEntries(parameterNames.map((name, index) => [name, localAt(index)]));
  const code = body({
    parameters: parameters as Record<Parameter, Local>,
    local: (type) => localAt(parameterNames.length + locals.push(type) - 1),
  });
  const signature = [0x60, ...vector(parameterNames.map(() => [valueType.i32])), 0];
  const declarations = vector(locals.map((type) => [1, type]));
  return new WebAssembly.Module(
    new Uint8Array([
      ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      ...section(1, signature),
      ...section(2, [...name('env'), ...name('memory'), 2, 0, 0]),
      ...section(3, [0]),
      ...section(7, [...name('run'), 0, 0]),
      ...section(10, sized([...declarations, ...code, 0x0b])),
    ]),
  );
}

function localAt(index: number): Local {
  const get = [0x20, ...unsigned(index)];
  const set = (value: Code): Code => [...value, 0x21, ...unsigned(index)];
  return { get, set, advance: (step) => set(i32.add(get, step)) };
}

/** A section with one entry. */
function section(id: number, entry: Code): Code {
  return [id, ...sized(vector([entry]))];
}

function vector(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()];
}

function sized(code: Code): Code {
  return [...unsigned(code.length), ...code];
}

function name(text: string): Code {
  return sized([...new TextEncoder().encode(text)]);
}

/** Of an f32, little end first. */
function bytesOf(value: number): Code {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return [...new Uint8Array(view.buffer)];
}

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a 32-bit integer. */
function signed(value: number): Code {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
