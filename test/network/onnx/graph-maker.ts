import protobuf from 'protobufjs';
import { ONNX_PROTO } from '../../../network/onnx/onnx.proto.ts';
import { seededNormals } from '../../../network/weights.ts';

export const FLOAT = 1;
export const INT64 = 7;
const MODEL = protobuf.parse(ONNX_PROTO).root.lookupType('onnx.ModelProto');

type Attribute = number | string | readonly number[] | { readonly float: number };

function attributeFields(name: string, value: Attribute) {
  if (typeof value === 'number') return { name, type: 2, i: value };
  if (typeof value === 'string') return { name, type: 3, s: Buffer.from(value) };
  if ('float' in value) return { name, type: 1, f: value.float };
  return { name, type: 7, ints: value };
}

const count = (dims: readonly number[]) => dims.reduce((product, size) => product * size, 1);

/** Writes a graph as exporters do, node by node. Weights are seeded, or of a file beside it that nobody reads. */
export class GraphMaker {
  readonly nodes: object[] = [];
  private readonly initializers: object[] = [];
  private readonly inputs: object[] = [];
  private readonly isHollow: boolean;
  private made = 0;

  /** @param isHollow whether weights are only referred to: for sizes that no test wants to write */
  constructor(isHollow = false) {
    this.isHollow = isHollow;
  }

  input(name: string, sizes: readonly (number | string)[], elemType = FLOAT): string {
    const dim = sizes.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
    this.inputs.push({ name, type: { tensorType: { elemType, shape: { dim } } } });
    return name;
  }

  /** A node of one output, or of so many. Returns the first one's name; the others have /1, /2 behind it. */
  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    { outputs = 1, domain = '' } = {},
  ): string {
    const name = `/${opType}_${this.nodes.length}`;
    const output = Array.from({ length: outputs }, (_, i) => (i === 0 ? name : `${name}/${i}`));
    const attribute = Object.entries(attributes).map(([key, value]) => attributeFields(key, value));
    this.nodes.push({ opType, name, domain, input, output, attribute });
    return name;
  }

  weight(...dims: number[]): string {
    const name = `w${this.made++}`;
    const length = 4 * count(dims);
    this.initializers.push(
      this.isHollow
        ? {
            name,
            dims,
            dataType: FLOAT,
            dataLocation: 1,
            externalData: [
              { key: 'location', value: 'weights' },
              { key: 'length', value: `${length}` },
            ],
          }
        : {
            name,
            dims,
            dataType: FLOAT,
            floatData: [...seededNormals(name, count(dims), 3)].map((x) => x / 4),
          },
    );
    return name;
  }

  numbers(dims: readonly number[], values: readonly number[], dataType = INT64): string {
    const name = `c${this.made++}`;
    const field = dataType === INT64 ? { int64Data: values } : { floatData: values };
    this.initializers.push({ name, dims, dataType, ...field });
    return name;
  }

  number(value: number): string {
    return this.numbers([], [value], FLOAT);
  }

  shape(...values: number[]): string {
    return this.numbers([values.length], values);
  }

  model(
    outputs: readonly string[],
    { opset = 17, valueInfo = {} as Record<string, readonly number[]> } = {},
  ): Uint8Array {
    const info = ([name, sizes]: [string, readonly number[]]) => ({
      name,
      type: { tensorType: { elemType: FLOAT, shape: { dim: sizes.map((dimValue) => ({ dimValue })) } } },
    });
    const message = MODEL.fromObject({
      irVersion: 8,
      opsetImport: [
        { domain: '', version: opset },
        { domain: 'com.microsoft', version: 1 },
      ],
      graph: {
        name: 'made',
        node: this.nodes,
        initializer: this.initializers,
        input: this.inputs,
        output: outputs.map((name) => ({ name })),
        valueInfo: Object.entries(valueInfo).map(info),
      },
    });
    return MODEL.encode(message).finish();
  }
}

/** Weights of a hollow graph: vectors of zeros, and matrices that are never read. */
export function hollowWeights() {
  return {
    length: 2 ** 40,
    subarray(from: number, to: number): Uint8Array {
      if (to - from > 2 ** 21) throw new Error('matrices are read to predict');
      return new Uint8Array(to - from);
    },
  };
}
