import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { deployedNetwork, deployedWeights } from '../../network/deployed.ts';
import type { Layer } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { seededWeights, weightShapes } from '../../network/weights.ts';
import { inceptionV2 } from '../../network/zoo/inception-v2.ts';
import { anyNetwork } from './any-network.ts';
import {
  activation,
  add,
  concat,
  conv,
  dense,
  depthwise,
  globalPool,
  image,
  network,
  norm,
  pad,
  pool,
} from './layers.ts';

const VALID = { padding: 'valid' } as const;

const namesOf = ({ layers }: Network) => layers.map(({ name }) => name);
const layerOf = (net: Network, name: string) => net.layers.find((layer) => layer.name === name);

describe('a deployed network', () => {
  test('has its batch norms folded, and a bias where one was', () => {
    const deployed = deployedNetwork(
      network([
        image(4, 3),
        conv('A', 'input', 4),
        norm('N', 'A'),
        activation('R', 'N'),
        depthwise('D', 'R'),
        norm('M', 'D'),
        conv('B', 'M', 2),
      ]),
    );
    expect(namesOf(deployed)).toEqual(['input', 'A', 'R', 'D', 'B']);
    expect(layerOf(deployed, 'A')).toMatchObject({ useBias: true });
    expect(layerOf(deployed, 'D')).toMatchObject({ useBias: true, inputs: ['R'] });
    expect(layerOf(deployed, 'R')).toMatchObject({ inputs: ['A'] });
    expect(layerOf(deployed, 'B')).toMatchObject({ useBias: false, inputs: ['D'] });
  });

  test('returns the tensor of the layer that took in a batch norm which was an output', () => {
    const deployed = deployedNetwork(network([image(4, 3), conv('A', 'input', 4), norm('N', 'A')]));
    expect(deployed.outputs).toEqual(['A']);
  });

  test('keeps a batch norm that is not alone behind a convolution', () => {
    const shared = [image(4, 3), conv('A', 'input', 4), norm('N', 'A'), add('S', 'A', 'N')];
    expect(namesOf(deployedNetwork(network(shared)))).toEqual(['input', 'A', 'N', 'S']);
    const output = network([image(4, 3), conv('A', 'input', 4), norm('N', 'A')], 'A', 'N');
    expect(deployedNetwork(output)).toEqual(output);
    const behindAdd = [image(4, 3), conv('A', 'input', 3), add('S', 'input', 'A'), norm('N', 'S')];
    expect(namesOf(deployedNetwork(network(behindAdd)))).toEqual(['input', 'A', 'S', 'N']);
  });

  test('folds a batch norm behind a batch norm too', () => {
    const deployed = deployedNetwork(
      network([image(4, 3), conv('A', 'input', 4), norm('N', 'A'), norm('M', 'N'), activation('R', 'M')]),
    );
    expect(namesOf(deployed)).toEqual(['input', 'A', 'R']);
    expect(layerOf(deployed, 'R')).toMatchObject({ inputs: ['A'] });
  });

  test('returns the padded map where a pad is an output, though a convolution reads it too', () => {
    const last = network([image(4, 3), conv('A', 'input', 4), pad('Z', 'A')]);
    expect(deployedNetwork(last)).toEqual(last);
    const read = network([image(4, 3), pad('Z', 'input'), conv('A', 'Z', 4, VALID)], 'Z', 'A');
    expect(deployedNetwork(read)).toEqual(read);
  });

  test('keeps a pad that nothing reads, or that something else than a convolution reads', () => {
    const unread = network([image(4, 3), pad('Z', 'input'), conv('A', 'input', 4)], 'A');
    expect(deployedNetwork(unread)).toEqual(unread);
    const pooled = network([
      image(4, 3),
      pad('Z', 'input'),
      conv('A', 'Z', 3, { ...VALID, kernel: 3 }),
      pool('max-pool', 'P', 'Z', VALID),
      add('S', 'A', 'P'),
    ]);
    expect(deployedNetwork(pooled)).toEqual(pooled);
  });

  test('pads in a max pool where nothing is negative, in an average one that counts what is padded', () => {
    const pooled = (before: Layer, ...behind: Layer[]) =>
      deployedNetwork(network([image(6, 3), before, ...behind]));
    const padding = { top: 1, bottom: 1, left: 1, right: 1 };
    const relu = activation('R', 'input');
    const max = pool('max-pool', 'P', 'Z', VALID);
    expect(layerOf(pooled(relu, pad('Z', 'R'), max), 'P')).toMatchObject({ inputs: ['R'], padding });
    // Padding of its own is below any value, as zeros are beside values that are not negative.
    const own = pool('max-pool', 'P', 'Z');
    expect(layerOf(pooled(relu, pad('Z', 'R'), own), 'P')).toMatchObject({
      padding: { top: 2, bottom: 2, left: 2, right: 2 },
    });
    expect(namesOf(pooled(activation('T', 'input', 'tanh'), pad('Z', 'T'), max))).toContain('Z');
    // A window of zeros alone.
    expect(namesOf(pooled(relu, pad('Z', 'R', [3, 0, 0, 0]), max))).toContain('Z');
    const average = { ...pool('avg-pool', 'P', 'Z', VALID), countsPadding: false };
    expect(layerOf(pooled(relu, pad('Z', 'R'), average), 'P')).toMatchObject({
      padding,
      countsPadding: true,
    });
    expect(namesOf(pooled(relu, pad('Z', 'R'), { ...average, padding: 'same' }))).toContain('Z');
  });

  test('folds zeros behind folded layers, each into all convolutions behind it', () => {
    const deployed = deployedNetwork(
      network([
        image(4, 3),
        conv('A', 'input', 4),
        norm('N', 'A'),
        { kind: 'dropout', name: 'O', inputs: ['N'], rate: 0.5 },
        pad('Z', 'O', [1, 2, 3, 0]),
        { kind: 'dropout', name: 'Q', inputs: ['Z'], rate: 0.5 },
        conv('B', 'Q', 2, VALID),
        depthwise('D', 'Z', 1, { ...VALID, kernel: 3 }),
        globalPool('G', 'B'),
        globalPool('H', 'D'),
        concat('J', 'G', 'H'),
      ]),
    );
    expect(namesOf(deployed)).toEqual(['input', 'A', 'B', 'D', 'G', 'H', 'J']);
    const zeros = { top: 1, bottom: 2, left: 3, right: 0 };
    expect(layerOf(deployed, 'B')).toMatchObject({ inputs: ['A'], padding: zeros });
    expect(layerOf(deployed, 'D')).toMatchObject({ inputs: ['A'], padding: zeros });
  });

  test('adds zeros to those of a padded convolution and of a pad', () => {
    const same = [
      image(5, 3),
      pad('Y', 'input', [1, 0, 0, 0]),
      pad('Z', 'Y', [0, 1, 2, 0]),
      conv('A', 'Z', 4, { kernel: 3, stride: 2 }),
    ];
    // A 7×7 map, every second pixel of a 3×3 window: one zero on each side.
    expect(layerOf(deployedNetwork(network(same)), 'A')).toMatchObject({
      inputs: ['input'],
      padding: { top: 2, bottom: 2, left: 3, right: 1 },
    });
    const twice = [image(5, 3), pad('Y', 'input'), pad('Z', 'Y', [0, 1, 2, 0])];
    expect(layerOf(deployedNetwork(network(twice)), 'Z')).toMatchObject({
      inputs: ['input'],
      padding: { top: 1, bottom: 2, left: 3, right: 1 },
    });
  });

  test('has every shape that the network has', () => {
    fc.assert(
      fc.property(anyNetwork, (any) => {
        const shapes = inferShapes(any);
        const deployed = deployedNetwork(any);
        for (const [name, shape] of inferShapes(deployed)) expect(shape).toEqual(shapes.get(name));
        expect(planChannels(deployed).groups.map(({ size, fixed }) => [size, fixed])).toEqual(
          planChannels(any).groups.map(({ size, fixed }) => [size, fixed]),
        );
      }),
    );
  });

  test('computes once what it has computed', () => {
    const twice = [
      image(4, 3),
      conv('A', 'input', 4),
      activation('R', 'A'),
      activation('T', 'A'),
      pool('max-pool', 'P', 'R'),
      pool('max-pool', 'Q', 'T'),
      conv('B', 'P', 4),
      conv('C', 'Q', 4),
      add('S', 'B', 'C'),
    ];
    const deployed = deployedNetwork(network(twice));
    expect(namesOf(deployed)).toEqual(['input', 'A', 'R', 'P', 'B', 'C', 'S']);
    expect(layerOf(deployed, 'C')).toMatchObject({ inputs: ['P'] });
    // Outputs stay, and so does what differs.
    expect(namesOf(deployedNetwork(network(twice.slice(0, 4), 'R', 'T')))).toEqual(['input', 'A', 'R', 'T']);
    const other = [...twice.slice(0, 3), activation('T', 'A', 'tanh'), add('S', 'R', 'T')];
    expect(namesOf(deployedNetwork(network(other)))).toEqual(['input', 'A', 'R', 'T', 'S']);
  });

  test('has a tensor times its own sigmoid as one activation', () => {
    const gated = (...inputs: string[]): Layer[] => [
      image(4, 3),
      conv('A', 'input', 4),
      activation('R', 'A', 'sigmoid'),
      activation('G', 'R', 'sigmoid'),
      { kind: 'multiply', name: 'M', inputs },
    ];
    for (const inputs of [
      ['R', 'G'],
      ['G', 'R'],
    ]) {
      const deployed = deployedNetwork(network(gated(...inputs)));
      expect(namesOf(deployed)).toEqual(['input', 'A', 'R', 'M']);
      expect(layerOf(deployed, 'M')).toMatchObject({ activation: 'swish', inputs: ['R'] });
    }
    expect(namesOf(deployedNetwork(network(gated('A', 'G'))))).toContain('G');
    expect(namesOf(deployedNetwork(network(gated('R', 'G'), 'G', 'M')))).toContain('G');
  });

  test('is the network itself when there is nothing to fold', () => {
    const plain = network([image(4, 3), conv('A', 'input', 4)]);
    expect(deployedNetwork(plain)).toBe(plain);
  });
});

/** Weights of one source layer and its batch norm; γ, β, μ, σ² of two channels. */
function weightsOf(source: Record<string, number[]>, part: 'with γ' | 'without γ' = 'with γ') {
  return new Map(
    Object.entries({
      ...source,
      ...(part === 'with γ' ? { 'N/gamma': [1.5, 2] } : {}),
      'N/beta': [0.25, 0.5],
      'N/moving_mean': [1, -1],
      // ε = 0.001: √(3.999 + ε) = 2 and √(0.249 + ε) = 0.5
      'N/moving_variance': [3.999, 0.249],
    }).map(([name, values]) => [name, Float32Array.from(values)]),
  );
}
const deployedOf = (layers: Layer[], weights: ReadonlyMap<string, Float32Array>) => {
  const deployed = deployedWeights(network([image(1, 2), ...layers]), weights);
  return Object.fromEntries([...deployed].map(([name, values]) => [name, [...values]]));
};
const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe('deployed weights: w · γ / √(σ² + ε) and β + (b − μ) · γ / √(σ² + ε)', () => {
  test('of a convolution, its output channel fastest', () => {
    // Factors 1.5 / 2 = 0.75 and 2 / 0.5 = 4; inputs 0 and 1 have the rows [2, 3] and [4, 5].
    const weights = weightsOf({ 'A/kernel': [2, 3, 4, 5] });
    expect(deployedOf([conv('A', 'input', 2), norm('N', 'A')], weights)).toEqual({
      'A/kernel': close([1.5, 12, 3, 20]),
      'A/bias': close([0.25 - 0.75, 0.5 + 4]),
    });
  });

  test('of a layer that has a bias already', () => {
    const weights = weightsOf({ 'A/kernel': [2, 3, 4, 5], 'A/bias': [10, 20] });
    const layers: Layer[] = [{ ...conv('A', 'input', 2), useBias: true }, norm('N', 'A')];
    expect(deployedOf(layers, weights)['A/bias']).toEqual(close([0.25 + 9 * 0.75, 0.5 + 21 * 4]));
  });

  test('of a batch norm without γ, which counts as 1', () => {
    const weights = weightsOf({ 'A/kernel': [2, 3, 4, 5] }, 'without γ');
    // Factors 1 / 2 and 1 / 0.5.
    expect(deployedOf([conv('A', 'input', 2), norm('N', 'A', false)], weights)).toEqual({
      'A/kernel': close([1, 6, 2, 10]),
      'A/bias': close([0.25 - 0.5, 0.5 + 2]),
    });
  });

  test('of a depthwise convolution, multiplier fastest, and of a dense layer', () => {
    const depth = [depthwise('D', 'input', 1, { kernel: 1 }), norm('N', 'D')];
    expect(deployedOf(depth, weightsOf({ 'D/kernel': [2, 3] }))['D/kernel']).toEqual(close([1.5, 12]));
    const full = [dense('L', 'input', 2), norm('N', 'L')];
    const weights = weightsOf({ 'L/kernel': [2, 3, 4, 5], 'L/bias': [0, 0] });
    expect(deployedOf(full, weights)['L/kernel']).toEqual(close([1.5, 12, 3, 20]));
  });

  test('of two batch norms in a row: one factor after the other', () => {
    const weights = weightsOf({ 'A/kernel': [2, 3, 4, 5] });
    for (const [name, values] of weightsOf({})) weights.set(name.replace('N/', 'M/'), values);
    const layers = [conv('A', 'input', 2), norm('N', 'A'), norm('M', 'N')];
    expect(deployedOf(layers, weights)).toEqual({
      // 2 · 0.75², 3 · 4², …
      'A/kernel': close([1.125, 48, 2.25, 80]),
      // The biases −0.5 and 4.5 of one, then 0.25 + (−0.5 − 1) · 0.75 and 0.5 + (4.5 + 1) · 4.
      'A/bias': close([-0.875, 22.5]),
    });
  });

  test('are those that the deployed network has, by name and size', () => {
    const network = inceptionV2('separable');
    const deployed = deployedWeights(network, seededWeights(network, 1));
    const wanted = weightShapes(deployedNetwork(network));
    expect([...deployed.keys()].sort()).toEqual(wanted.map(({ name }) => name).sort());
    for (const { name, shape } of wanted) {
      expect(deployed.get(name)?.length).toBe(shape.reduce((product, size) => product * size, 1));
    }
  });

  test('that are missing are named', () => {
    const layers = [conv('A', 'input', 2), norm('N', 'A')];
    expect(() => deployedOf(layers, weightsOf({}))).toThrow('weights of A or N are missing');
  });
});
