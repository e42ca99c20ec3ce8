import { beforeAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../../calibration/open-device.ts';
import { latencyPredictor } from '../../../calibration/predict.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import { readOnnx } from '../../../network/onnx/read.ts';
import { importOnnxruntime, type OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { UserError } from '../../../records/user-error.ts';
import { FLOAT, GraphMaker, INT64 } from './graph-maker.ts';
import { readAndCompare } from './op-agreement.ts';

let ort: OrtModule;
beforeAll(async () => {
  ort = await importOnnxruntime();
});

const RULES = onnxruntimeRules(16);

/** A convolution, what is between, and a convolution of as many channels. */
function between(make: (graph: GraphMaker, x: string) => string, channels = 4, opset = 17): Uint8Array {
  const graph = new GraphMaker();
  const input = graph.input('image', ['batch', 3, 8, 8]);
  const before = graph.node('Conv', [input, graph.weight(channels, 3, 3, 3)], { pads: [1, 1, 1, 1] });
  const x = make(graph, before);
  return graph.model([graph.node('Conv', [x, graph.weight(5, channels, 1, 1)])], { opset });
}

const opsOf = (bytes: Uint8Array) =>
  readOnnx(bytes, 'made').network.layers.flatMap((layer) => (layer.kind === 'op' ? [layer.opType] : []));

describe('an operator without a layer of ours', () => {
  test.each<[string, readonly string[], (graph: GraphMaker, x: string) => string]>([
    ['a function of each element', ['Sin'], (graph, x) => graph.node('Sin', [x])],
    ['a function that no activation is', ['Exp'], (graph, x) => graph.node('Exp', [graph.node('Relu', [x])])],
    ['a power', ['Pow'], (graph, x) => graph.node('Pow', [x, graph.number(3)])],
    ['over an axis', ['Softmax'], (graph, x) => graph.node('Softmax', [x], { axis: 3 })],
    ['along pixels', ['Hardmax'], (graph, x) => graph.node('Hardmax', [x], { axis: 2 })],
    ['sums along an axis', ['CumSum'], (graph, x) => graph.node('CumSum', [x, graph.numbers([], [2])])],
    [
      'pixels joined',
      ['Concat', 'Slice'],
      (graph, x) => {
        const joined = graph.node('Concat', [x, x], { axis: 2 });
        return graph.node('Slice', [
          joined,
          graph.shape(-1),
          graph.shape(-9),
          graph.shape(2),
          graph.shape(-1),
        ]);
      },
    ],
    ['a product of two maps', ['MatMul'], (graph, x) => graph.node('MatMul', [x, graph.node('Relu', [x])])],
    [
      'an equation',
      ['Einsum'],
      (graph, x) => graph.node('Einsum', [x, graph.node('Relu', [x])], { equation: 'nchw,ncvw->nchv' }),
    ],
    [
      'one of several outputs',
      ['TopK'],
      (graph, x) => graph.node('TopK', [x, graph.shape(8)], { axis: 3 }, { outputs: 2 }),
    ],
  ])('%s is kept as it is', async (_, ops, make) => {
    const bytes = between(make);
    const { difference } = await readAndCompare(ort, bytes, { batch: 2 });
    expect(difference).toBeLessThan(1e-4);
    expect(opsOf(bytes)).toEqual(expect.arrayContaining([...ops]));
  });

  test('all outputs of one are there', async () => {
    const bytes = between((graph, x) => {
      const first = graph.node(
        'Split',
        [graph.node('Sin', [x]), graph.shape(3, 5)],
        { axis: 2 },
        { outputs: 2 },
      );
      return graph.node('Concat', [`${first}/1`, first], { axis: 2 });
    });
    const { difference, network } = await readAndCompare(ort, bytes, { batch: 2 });
    expect(difference).toBeLessThan(1e-4);
    expect(network.layers.filter(({ kind }) => kind === 'op-output')).toHaveLength(1);
  });

  test('axes that are attributes in its version are inputs in the one that is written', async () => {
    const bytes = between(
      (graph, x) => {
        const sum = graph.node('ReduceL2', [x], { axes: [3], keepdims: 0 });
        return graph.node('Mul', [x, graph.node('Unsqueeze', [sum], { axes: [3] })]);
      },
      4,
      12,
    );
    const { difference } = await readAndCompare(ort, bytes, { batch: 2 });
    expect(difference).toBeLessThan(1e-4);
  });

  test('is a kernel of its own class with its bytes and no FLOPs, and fixes widths that it may depend on', () => {
    const { network } = readOnnx(
      between((graph, x) => graph.node('Sin', [x])),
      'made',
    );
    const sine = new Lowering(network, RULES, 2).kernels().find(({ op }) => op === 'op');
    expect(sine).toMatchObject({
      kernelClass: 'op:Sin',
      flops: 0,
      inputBytes: 2 * 4 * 64 * 4,
      outputBytes: 2 * 4 * 64 * 4,
      weightBytes: 0,
    });
    const isFree = (op: string, more: readonly string[] = []) => {
      const bytes = between((graph, x) => graph.node(op, [x, ...more.map(() => graph.numbers([], [2]))]));
      return planChannels(readOnnx(bytes, 'made').network).groups.some(({ fixed }) => !fixed);
    };
    expect(isFree('Sin')).toBe(true);
    expect(isFree('CumSum', ['axis'])).toBe(false);
  });

  test('is told as not costed on a datasheet, its row there', () => {
    const { network } = readOnnx(
      between((graph, x) => graph.node('Sin', [x])),
      'made',
    );
    const plan = planChannels(network);
    const device = openDevice('p100');
    const { layers } = latencyPredictor(plan, device).detail(plan.fullWidths);
    expect(layers.map(({ kind, bound }) => [kind, bound === null])).toEqual([
      ['conv2d', false],
      ['op:Sin', true],
      ['conv2d', false],
    ]);
  });
});

describe('inputs', () => {
  test('of whole numbers look up weights', async () => {
    const graph = new GraphMaker();
    const ids = graph.input('ids', ['batch', 6], INT64);
    const table = graph.weight(9, 12);
    const made = graph.node('Sigmoid', [graph.node('Gather', [table, ids])]);
    const { network, difference } = await readAndCompare(ort, graph.model([made]), { batch: 3 });
    expect(difference).toBeLessThan(1e-5);
    const lookup = new Lowering(network, RULES, 3)
      .kernels()
      .find(({ kernelClass }) => kernelClass === 'op:Gather');
    // As much of the table as it makes, and 8 bytes a number.
    expect(lookup).toMatchObject({
      inputBytes: 3 * 6 * 12 * 4 + 3 * 6 * 8,
      outputBytes: 3 * 6 * 12 * 4,
      parameters: 9 * 12,
    });
  });

  test('of one dimension more are convolved along it', async () => {
    const graph = new GraphMaker();
    const input = graph.input('sound', ['batch', 4, 20]);
    const x = graph.node('Relu', [graph.node('Conv', [input, graph.weight(6, 4, 3), graph.weight(6)])]);
    const { network, difference } = await readAndCompare(ort, graph.model([x]), { batch: 2 });
    expect(difference).toBeLessThan(1e-5);
    const [convolution] = new Lowering(network, RULES).kernels();
    expect(convolution).toMatchObject({ kernelClass: 'op:Conv', flops: 2 * 18 * 6 * 4 * 3 });
  });
});

describe('refused in one line', () => {
  const messageOf = (bytes: Uint8Array) => {
    try {
      readOnnx(bytes, 'made', { label: 'made.onnx' });
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as Error).message).not.toContain('\n');
      return (error as Error).message;
    }
    throw new Error('nothing was wrong');
  };

  test.each(['If', 'Loop', 'Scan'])('control flow: %s', (op) => {
    const bytes = between((graph, x) => graph.node(op, [x]));
    expect(messageOf(bytes)).toMatch(new RegExp(`node '/${op}_1' \\(${op}\\) with control flow`));
  });

  test('an output whose shape nothing tells, but not where the file tells it', () => {
    const make = (graph: GraphMaker, x: string) =>
      graph.node('QuickGelu', [x], { alpha: { float: 1.7 } }, { domain: 'com.microsoft' });
    expect(messageOf(between(make))).toMatch(/node '\/QuickGelu_1' \(QuickGelu\) with an output whose shape/);
    const graph = new GraphMaker();
    const made = make(graph, graph.input('image', [1, 3, 8, 8], FLOAT));
    const bytes = graph.model([made], { valueInfo: { [made]: [1, 3, 8, 8] } });
    const [, op] = readOnnx(bytes, 'made').network.layers;
    expect(op).toMatchObject({ kind: 'op', domain: 'com.microsoft', opType: 'QuickGelu' });
  });

  test('another batch than the one that a file fixes', () => {
    const graph = new GraphMaker();
    const input = graph.input('tokens', [1, 6, 8]);
    const bytes = graph.model([graph.node('MatMul', [input, graph.weight(8, 4)])]);
    const { network, batch } = readOnnx(bytes, 'made');
    expect(batch).toBe(1);
    expect(() => new Lowering(network, RULES, 2)).toThrow(/made at batch 2; expected batch 1/);
  });
});
