import { describe, expect, test } from 'vitest';
import { planChannels } from '../../network/channel-plan.ts';
import { Lowering } from '../../network/lowering/lower.ts';
import { onnxruntimeRules, TFJS_RULES } from '../../network/lowering/rules.ts';
import { MorphNetView } from '../../network/morph-net-view.ts';
import { checkedNetwork } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { weightShapes } from '../../network/weights.ts';
import { smallInception } from '../../network/zoo/inception-small.ts';
import { ZOO, zooNetwork } from '../../network/zoo/index.ts';
import { IMAGES_32 } from '../../network/zoo/small-input.ts';
import { UserError } from '../../records/user-error.ts';

const NAMES = Object.keys(ZOO);

function totals(name: string, batch = 1): { flops: number; parameters: number } {
  const plan = planChannels(zooNetwork(name));
  return new MorphNetView(plan, batch).totals(plan.fullWidths, [], new Float64Array());
}

describe('the zoo', () => {
  test.each(NAMES)('has a sound network called %s', (name) => {
    const network = zooNetwork(name);
    expect(network.name).toBe(name);
    expect(checkedNetwork(network)).toBe(network);
    expect(planChannels(network).groups.filter(({ fixed }) => !fixed).length).toBeGreaterThan(10);
  });

  test('says what it has when asked for something else', () => {
    const message = `got network 'inception-v9'; expected one of ${NAMES.join(', ')}; correct the name`;
    expect(() => zooNetwork('inception-v9')).toThrow(UserError);
    expect(() => zooNetwork('inception-v9')).toThrow(message);
  });

  test('does not take a property of every object for a network', () => {
    expect(() => zooNetwork('constructor')).toThrow("got network 'constructor'");
    expect(() => zooNetwork('toString')).toThrow(UserError);
  });

  test.each(NAMES)('counts %s for any batch: eight times the FLOPs, the same weights', (name) => {
    const [one, eight] = [totals(name), totals(name, 8)];
    expect(eight).toMatchObject({ flops: 8 * one.flops, parameters: one.parameters });
    for (const rules of [TFJS_RULES, onnxruntimeRules(16)]) {
      const single = new Lowering(zooNetwork(name), rules).kernels();
      const kernels = new Lowering(zooNetwork(name), rules, 8).kernels();
      expect(kernels.map((kernel) => [kernel.name, kernel.flops, kernel.outputBytes])).toEqual(
        single.map((kernel) => [kernel.name, 8 * kernel.flops, 8 * kernel.outputBytes]),
      );
      expect(kernels.map(({ weightBytes }) => weightBytes)).toEqual(
        single.map(({ weightBytes }) => weightBytes),
      );
    }
  });
});

describe('the small relatives', () => {
  // MFLOP per example, and weights: those of batch norms and biases too.
  test.each([
    ['inception-32', 42, 200_706],
    ['inception-separable-32', 42, 200_850],
    ['googlenet-32', 46, 216_154],
    ['mobilenet-v1-32', 21, 424_810],
    ['resnet-v1-32', 51, 223_994],
    ['inception-digits', 26, 200_274],
    ['googlenet-digits', 29, 215_866],
    ['mobilenet-v1-digits', 14, 424_522],
    ['resnet-v1-digits', 31, 223_706],
  ])('have %s with %d MFLOP and %d weights', (name, megaFlops, weights) => {
    expect(Math.round(totals(name).flops / 1e6)).toBe(megaFlops);
    const count = weightShapes(zooNetwork(name)).reduce(
      (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
      0,
    );
    expect(count).toBe(weights);
  });

  test.each(NAMES.filter((name) => /-(32|digits)$/.test(name)))(
    'have %s, of its input and classes',
    (name) => {
      const network = zooNetwork(name);
      const shapes = inferShapes(network);
      const image = name.endsWith('-32')
        ? { height: 32, width: 32, channels: 3 }
        : { height: 64, width: 40, channels: 1 };
      expect(shapes.get('input')).toEqual({ ...image, flat: false });
      expect(network.outputs.map((output) => shapes.get(output)?.channels)).toEqual([10]);
      const kinds = network.layers.slice(-2).map(({ kind }) => kind);
      expect(kinds).toEqual(['global-avg-pool', 'dense']);
    },
  );

  test('have as many classes as asked for', () => {
    const plan = planChannels(smallInception({ ...IMAGES_32, classes: 7 }));
    expect(plan.shapes.get('Logits/Dense')?.channels).toBe(7);
  });

  test.each(['resnet-v1-32', 'resnet-v1-digits'])(
    'have one group for the outputs of a block of %s',
    (name) => {
      const tied = planChannels(zooNetwork(name)).groups.filter(({ sources }) => sources.length > 1);
      expect(tied.map(({ size, sources }) => [size, sources])).toEqual(
        [64, 128, 256].map((size, block) => {
          const unit = (index: number) => `block${block + 1}/unit_${index}/bottleneck_v1`;
          return [size, [`${unit(1)}/shortcut`, `${unit(1)}/conv3`, `${unit(2)}/conv3`]];
        }),
      );
    },
  );

  test.each(['mobilenet-v1-32', 'mobilenet-v1-digits'])(
    'have one group around each depthwise of %s',
    (name) => {
      const plan = planChannels(zooNetwork(name));
      const depthwise = plan.network.layers.flatMap((layer, index) =>
        layer.kind === 'depthwise-conv2d' ? [index] : [],
      );
      expect(depthwise).toHaveLength(11);
      for (const index of depthwise) {
        const [input] = plan.inputs[index] ?? [];
        expect(plan.outputChannels[index]).toEqual(plan.outputChannels[input as number]);
      }
    },
  );
});
