// Decodes an ONNX file, its weights left where they lie.
import protobuf from 'protobufjs';
import { UserError } from '../../records/user-error.ts';
import type { ByteSource } from '../byte-source.ts';
import { locateBreak } from './locate-break.ts';
import { ONNX_PROTO } from './onnx.proto.ts';
import { slimModel } from './slim-model.ts';

export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly floatData: readonly number[];
  readonly int32Data: readonly number[];
  readonly int64Data: readonly number[];
  readonly doubleData: readonly number[];
  readonly rawData: Uint8Array;
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
}

export interface AttributeProto {
  readonly name: string;
  readonly f: number;
  readonly i: number;
  readonly s: Uint8Array;
  readonly t: TensorProto | null;
  readonly floats: readonly number[];
  readonly ints: readonly number[];
  readonly strings: readonly Uint8Array[];
  /** AttributeProto.AttributeType. */
  readonly type: number;
}

export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

/** A size is a positive number, or a name or nothing where it is not fixed. */
export interface ValueProto {
  readonly name: string;
  readonly elemType: number;
  readonly sizes: readonly (number | string)[] | null;
}

export interface OnnxModel {
  readonly opset: number;
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueProto[];
  readonly outputs: readonly ValueProto[];
  /** What the file says of tensors in between. */
  readonly valueInfo: readonly ValueProto[];
}

interface RawValue {
  name: string;
  type: {
    tensorType: {
      elemType: number;
      shape: { dim: { dimValue?: number; dimParam?: string }[] } | null;
    } | null;
  } | null;
}

interface RawModel {
  graph: {
    node: NodeProto[];
    initializer: TensorProto[];
    input: RawValue[];
    output: RawValue[];
    valueInfo: RawValue[];
  } | null;
  opsetImport: { domain: string; version: number }[];
}

const AGAIN = 'export the model again, or copy the file again if it was cut off on the way';
const STANDARD_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx']);

let modelType: protobuf.Type | undefined;

/** Where bytes that protobufjs cannot decode are wrong. */
function brokenAt(source: ByteSource, message: string): string {
  const bytes = source.subarray(0, source.length);
  const found = locateBreak(bytes);
  if (found === null) return `is corrupt (${message})`;
  const { at, within, missing } = found;
  const place = `at byte ${at} of ${bytes.length}${within.length === 0 ? '' : `, in ${within.join('/')}`}`;
  return missing === 0 ? `is corrupt ${place}` : `breaks off ${place}: ${missing} bytes are missing`;
}

function valueProto({ name, type }: RawValue): ValueProto {
  const tensor = type?.tensorType ?? null;
  const sizes = tensor?.shape?.dim.map(({ dimValue = 0, dimParam = '' }) =>
    dimValue > 0 ? dimValue : dimParam === '' ? '?' : dimParam,
  );
  return { name, elemType: tensor?.elemType ?? 0, sizes: sizes ?? null };
}

/**
 * Decodes an ONNX model; large values are left where they are, as `external_data` in `OWN_FILE`.
 * @param label the file as messages name it
 * @throws UserError saying where the bytes stop making sense
 */
export function decodeModel(source: ByteSource, label: string): OnnxModel {
  const fail = (got: string, fix = AGAIN): never => {
    throw new UserError({ got: `${label}, which ${got}`, expected: 'an ONNX model', fix });
  };
  modelType ??= protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');
  let model: RawModel;
  try {
    const message = modelType.decode(slimModel(source) ?? source.subarray(0, source.length));
    model = modelType.toObject(message, {
      longs: Number,
      arrays: true,
      objects: true,
      defaults: true,
    }) as RawModel;
  } catch (error) {
    return fail(brokenAt(source, error instanceof Error ? error.message : String(error)));
  }
  const { graph } = model;
  if (graph === null || graph === undefined || graph.node.length === 0) {
    return fail(`has no graph in its ${source.length} bytes`);
  }
  const opset = model.opsetImport.find(({ domain }) => STANDARD_DOMAINS.has(domain))?.version;
  if (opset === undefined) return fail('names no version of the ONNX operators', AGAIN);
  return {
    opset,
    nodes: graph.node,
    initializers: graph.initializer,
    inputs: graph.input.map(valueProto),
    outputs: graph.output.map(valueProto),
    valueInfo: graph.valueInfo.map(valueProto),
  };
}

/** Whether a node's operator is one of ONNX's own. */
export function isStandard({ domain }: NodeProto): boolean {
  return STANDARD_DOMAINS.has(domain);
}
