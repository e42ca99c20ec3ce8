import { expect, test } from 'vitest';
import type { Layer } from '../../network/layer.ts';
import { checkedNetwork, consumersOf, layerNamed } from '../../network/network.ts';
import { UserError } from '../../records/user-error.ts';
import { add, concat, conv, image, network } from './layers.ts';

const check = (layers: Layer[], ...outputs: string[]) => checkedNetwork({ name: 'net', layers, outputs });

test.each([
  {
    what: 'two layers of one name',
    layers: [image(4, 3), conv('A', 'input', 2), conv('A', 'input', 2)],
    message: 'got two layers named A in network net; expected unique names; correct layer A',
  },
  {
    what: 'an input that comes later',
    layers: [image(4, 3), conv('A', 'B', 2), conv('B', 'input', 2)],
    message:
      'got input B of A before it is defined in network net; expected layers in order; correct layer A',
  },
  {
    what: 'a sum of one',
    layers: [image(4, 3), add('S', 'input')],
    message: 'got 1 inputs to add S in network net; expected at least 2; correct layer S',
  },
  {
    what: 'a concat of nothing',
    layers: [image(4, 3), concat('J')],
    message: 'got 0 inputs to concat J in network net; expected at least 1; correct layer J',
  },
  {
    what: 'a convolution of two tensors',
    layers: [image(4, 3), { ...conv('A', 'input', 2), inputs: ['input', 'input'] }],
    message: 'got 2 inputs to conv2d A in network net; expected 1; correct layer A',
  },
])('$what is refused, by the name of the layer', ({ layers, message }) => {
  expect(() => check(layers, 'input')).toThrow(UserError);
  expect(() => check(layers, 'input')).toThrow(message);
});

test('an output that no layer makes is refused', () => {
  expect(() => check([image(4, 3)], 'logits')).toThrow(
    'got output logits of network net; expected the name of one of its layers; correct the list of outputs',
  );
});

test('consumers are listed in order, once per time they read', () => {
  // input ─▶ A ─▶ S = A + A
  //    └───▶ B
  const tiny = network([image(4, 3), conv('A', 'input', 2), add('S', 'A', 'A'), conv('B', 'input', 2)]);
  const names = new Map(
    [...consumersOf(tiny)].map(([name, layers]) => [name, layers.map((one) => one.name)]),
  );
  expect(Object.fromEntries(names)).toEqual({ input: ['A', 'B'], A: ['S', 'S'], S: [], B: [] });
});

test('a layer is found by its name, and its lack is our own error', () => {
  const tiny = network([image(4, 3)]);
  expect(layerNamed(tiny, 'input')).toBe(tiny.layers[0]);
  expect(() => layerNamed(tiny, 'X')).toThrow('network tiny has no layer X');
});
