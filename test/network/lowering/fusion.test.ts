import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../network/layer.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import {
  type LoweringRules,
  ONNXRUNTIME_WEBGPU_RULES,
  onnxruntimeRules,
  rulesNamed,
  TFJS_RULES,
} from '../../../network/lowering/rules.ts';
import { groupWidths, type Widths } from '../../../network/widths.ts';
import { activation, add, concat, conv, dense, flatten, image, network, norm } from '../layers.ts';

const PLAIN = onnxruntimeRules(null);
const lowered = (layers: Layer[], rules: LoweringRules, widths: Widths = {}, outputs: string[] = []) => {
  const lowering = new Lowering(network(layers, ...outputs), rules);
  return lowering.kernels(groupWidths(lowering.plan, widths));
};
/** `op layer+layer` of each kernel. */
const kernelsOf = (...args: Parameters<typeof lowered>) =>
  lowered(...args).map(({ op, layers }) => `${op} ${layers.join('+')}`);

describe('a convolution', () => {
  const chain = [image(4, 3), conv('A', 'input', 4), norm('N', 'A'), activation('R', 'N'), conv('B', 'R', 2)];

  test('takes its batch norm and activation in', () => {
    expect(kernelsOf(chain, TFJS_RULES)).toEqual(['conv A+R', 'conv B']);
  });

  test('gets a bias from its batch norm', () => {
    // 3 · 4 weights and 4 biases
    expect(lowered(chain, TFJS_RULES)[0]?.weightBytes).toBe(4 * 16);
  });

  test('takes in one activation, not the next behind it', () => {
    const twice = [
      image(4, 3),
      conv('A', 'input', 4),
      activation('R', 'A'),
      activation('T', 'R'),
      conv('B', 'T', 2),
    ];
    expect(kernelsOf(twice, TFJS_RULES)).toEqual(['conv A+R', 'activation T', 'conv B']);
  });

  test('takes in only the activations that the engine can fuse', () => {
    const tanh = [image(4, 3), conv('A', 'input', 4), activation('T', 'A', 'tanh'), conv('B', 'T', 2)];
    expect(kernelsOf(tanh, TFJS_RULES)).toEqual(['conv A', 'activation T', 'conv B']);
    expect(kernelsOf(tanh, PLAIN)).toEqual(['conv A+T', 'conv B']);
  });

  test('whose output others read keeps batch norm and activation out', () => {
    //         ┌▶ N ─▶ R ─┐
    // input ─▶ A         + S
    //         └──────────┘
    const shared = [
      image(4, 3),
      conv('A', 'input', 4),
      norm('N', 'A'),
      activation('R', 'N'),
      add('S', 'A', 'R'),
    ];
    expect(kernelsOf(shared, TFJS_RULES)).toEqual(['conv A', 'batch-norm N', 'activation R', 'add S']);
    const output = [image(4, 3), conv('A', 'input', 4), activation('R', 'A'), conv('B', 'R', 2)];
    expect(kernelsOf(output, TFJS_RULES, {}, ['A', 'B'])).toEqual(['conv A', 'activation R', 'conv B']);
  });

  test('fuses with what comes after a residual add whose branch died', () => {
    // input ─▶ A(4) ─▶ N ────────────┐
    //    └──▶ B(2) ─▶ C(4) ─▶ M ─────+ S ─▶ R ─▶ D(1)
    const block = [
      image(4, 3),
      conv('A', 'input', 4),
      norm('N', 'A'),
      conv('B', 'input', 2),
      conv('C', 'B', 4),
      norm('M', 'C'),
      add('S', 'N', 'M'),
      activation('R', 'S'),
      conv('D', 'R', 1),
    ];
    expect(kernelsOf(block, TFJS_RULES)).toEqual([
      'conv A',
      'conv B',
      'conv C',
      'add S',
      'activation R',
      'conv D',
    ]);
    expect(kernelsOf(block, TFJS_RULES, { B: 0 })).toEqual(['conv A+R', 'conv D']);
  });

  test('folds a batch norm that has it for itself since another reader died', () => {
    // A(4) ─┬▶ N ─▶ B(2) ─┐
    //       └▶ X(5) ──────J ─▶ C(1)
    const fork = [
      image(4, 3),
      conv('A', 'input', 4),
      norm('N', 'A'),
      conv('B', 'N', 2),
      conv('X', 'A', 5),
      concat('J', 'B', 'X'),
      conv('C', 'J', 1),
    ];
    expect(kernelsOf(fork, TFJS_RULES)).toEqual([
      'conv A',
      'batch-norm N',
      'conv B',
      'conv X',
      'concat J',
      'conv C',
    ]);
    const alone = lowered(fork, TFJS_RULES, { X: 0 });
    expect(alone.map(({ name }) => name)).toEqual(['A', 'B', 'C']);
    // 12 weights and, new, 4 biases
    expect(alone[0]?.weightBytes).toBe(4 * 16);
  });
});

test('a concat left with one input runs nothing', () => {
  const branches = [
    image(4, 3),
    conv('A', 'input', 4),
    conv('B', 'input', 2),
    concat('J', 'A', 'B'),
    conv('C', 'J', 1),
  ];
  expect(kernelsOf(branches, TFJS_RULES, { A: 0 })).toEqual(['conv B', 'conv C']);
  expect(lowered(branches, TFJS_RULES, { A: 0 })[1]).toMatchObject({ inputChannels: 2 });
});

test('slices that share a tensor out run as one on the CPU provider alone', () => {
  const half = (name: string, from: number): Layer => ({
    kind: 'slice',
    name,
    inputs: ['A'],
    from,
    channels: 2,
  });
  const halves = [image(2, 3), conv('A', 'input', 4), half('S', 0), half('T', 2), add('J', 'S', 'T')];
  expect(kernelsOf(halves, PLAIN)).toEqual(['conv A', 'slice S+T', 'add J']);
  expect(kernelsOf(halves, ONNXRUNTIME_WEBGPU_RULES)).toEqual([
    'transpose input',
    'conv A',
    'slice S',
    'slice T',
    'add J',
  ]);
});

test('a flatten is a view where channels are last, and turns the data where they are first', () => {
  const head = (size: number) => [
    image(size, 3),
    conv('A', 'input', 4),
    flatten('F', 'A'),
    dense('D', 'F', 5),
  ];
  expect(kernelsOf(head(2), TFJS_RULES)).toEqual(['conv A', 'dense D']);
  expect(kernelsOf(head(2), PLAIN)).toEqual(['conv A', 'transpose F', 'dense D']);
  // One pixel reads the same in either order.
  expect(kernelsOf(head(1), PLAIN)).toEqual(['conv A', 'dense D']);
});

test('a profile finds its rules by name', () => {
  for (const rules of [TFJS_RULES, PLAIN, onnxruntimeRules(8), onnxruntimeRules(16)]) {
    expect(rulesNamed(rules.name)).toEqual(rules);
  }
  expect(() => rulesNamed('onnxruntime-nhwc')).toThrow("no lowering rules are called 'onnxruntime-nhwc'");
});
