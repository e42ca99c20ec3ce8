import { beforeAll, describe, expect, test } from 'vitest';
import { planChannels } from '../../../network/channel-plan.ts';
import { deployedNetwork } from '../../../network/deployed.ts';
import { kernelParameters } from '../../../network/lowering/kernel-parameters.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { type ReadOptions, readOnnx } from '../../../network/onnx/read.ts';
import { writeOnnx } from '../../../network/onnx/write.ts';
import { sampleWidths } from '../../../network/sampling.ts';
import { seededWeights } from '../../../network/weights.ts';
import { resizeNetwork } from '../../../network/widths.ts';
import { importOnnxruntime, type OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { hollowWeights } from './graph-maker.ts';
import { readAndCompare } from './op-agreement.ts';
import { bert, convNext, FUSED, type Sizes, SPELLED, visionTransformer } from './token-graphs.ts';

let ort: OrtModule;
beforeAll(async () => {
  ort = await importOnnxruntime();
});

const RULES = onnxruntimeRules(16);

function totals(network: Network, batch = 1) {
  const lowering = new Lowering(network, RULES, batch);
  const kernels = lowering.kernels();
  const sum = (of: (kernel: (typeof kernels)[number]) => number) =>
    kernels.reduce((total, kernel) => total + of(kernel), 0);
  return {
    flops: sum(({ flops }) => flops),
    parameters: sum((kernel) => kernelParameters(lowering.plan.network, kernel)),
    classes: new Set(kernels.map(({ kernelClass }) => kernelClass)),
  };
}

/** 2 per multiply-add: four products of features, two of tokens, and the MLP, of each block. */
function blockFlops({ width, hidden }: Sizes, tokens: number): number {
  return 2 * tokens * (4 * width ** 2 + 2 * width * hidden) + 2 * 2 * tokens ** 2 * width;
}

/** Products with their biases, and two norms. */
function blockParameters({ width, hidden }: Sizes): number {
  return 4 * (width ** 2 + width) + 2 * width * hidden + hidden + width + 2 * 2 * width;
}

const TINY = { width: 24, heads: 3, blocks: 2, hidden: 40 };
const TINY_VISION = { ...TINY, image: 32, patch: 8, classes: 10 };
const TINY_TEXT = { ...TINY, words: 50, positions: 32 };
const TINY_MAPS = { image: 32, widths: [8, 16], depths: [1, 2], classes: 10 };

function visionFigures(sizes: typeof TINY_VISION) {
  const { width, blocks, image, patch, classes } = sizes;
  const patches = (image / patch) ** 2;
  const taps = 3 * patch ** 2;
  return {
    flops: 2 * patches * taps * width + blocks * blockFlops(sizes, patches + 1) + 2 * width * classes,
    parameters:
      (taps + 1) * width +
      width +
      (patches + 1) * width +
      blocks * blockParameters(sizes) +
      2 * width +
      (width + 1) * classes,
  };
}

function textFigures(sizes: typeof TINY_TEXT, tokens: number) {
  const { width, blocks, words, positions } = sizes;
  return {
    flops: blocks * blockFlops(sizes, tokens) + 2 * width ** 2,
    parameters:
      (words + 2 + positions) * width + 2 * width + blocks * blockParameters(sizes) + (width + 1) * width,
  };
}

/** Layer scale is folded into the product before it, as batch norms are. */
function mapFigures({ image, widths, depths, classes }: typeof TINY_MAPS) {
  let [flops, parameters, channels, side] = [0, 0, 3, image];
  widths.forEach((width, stage) => {
    const size = stage === 0 ? 4 : 2;
    side /= size;
    flops += 2 * side ** 2 * width * channels * size ** 2;
    parameters += (channels * size ** 2 + 1) * width + 2 * (stage === 0 ? width : channels);
    const depth = depths[stage] as number;
    flops += depth * 2 * side ** 2 * (49 * width + 8 * width ** 2);
    parameters += depth * (50 * width + 2 * width + 8 * width ** 2 + 5 * width);
    channels = width;
  });
  return {
    flops: flops + 2 * channels * classes,
    parameters: parameters + 2 * channels + (channels + 1) * classes,
  };
}

describe('FLOPs and parameters by hand', () => {
  const opened = (bytes: Uint8Array, options: ReadOptions = {}) =>
    totals(readOnnx(bytes, 'made', { external: () => hollowWeights(), ...options }).network);

  test('of ViT-B/16', () => {
    const sizes = { width: 768, heads: 12, blocks: 12, hidden: 3072, image: 224, patch: 16, classes: 1000 };
    const expected = visionFigures(sizes);
    // timm's vit_base_patch16_224: 86,567,656 parameters; 17.6 billion multiply-adds.
    expect(expected.parameters).toBe(86_567_656);
    expect(opened(visionTransformer(sizes, FUSED, true))).toMatchObject(expected);
  });

  test('of BERT-base at 128 tokens', () => {
    const sizes = { width: 768, heads: 12, blocks: 12, hidden: 3072, words: 30_522, positions: 512 };
    const expected = textFigures(sizes, 128);
    // bert-base-uncased with its pooler.
    expect(expected.parameters).toBe(109_482_240);
    const figures = opened(bert(sizes, FUSED, true), { dims: { seq: 128 } });
    expect(figures).toMatchObject(expected);
  });

  test('of ConvNeXt-T, its layer scales folded', () => {
    const sizes = { image: 224, widths: [96, 192, 384, 768], depths: [3, 3, 9, 3], classes: 1000 };
    const expected = mapFigures(sizes);
    // torchvision's convnext_tiny has 28,589,128, of which 6,624 are layer scales.
    expect(expected.parameters).toBe(28_589_128 - 6624);
    expect(opened(convNext(sizes, FUSED, true))).toMatchObject(expected);
  });
});

describe.each([
  ['with operators of their own', FUSED],
  ['spelled out', SPELLED],
] as const)('norms and GELU %s', (_, form) => {
  test('a vision transformer is costed and written again', async () => {
    const { network, difference } = await readAndCompare(ort, visionTransformer(TINY_VISION, form));
    expect(difference).toBeLessThan(1e-4);
    const { classes, ...figures } = totals(network);
    expect(figures).toEqual(visionFigures(TINY_VISION));
    for (const name of ['op:MatMul', 'op:MatMul weights', 'op:Softmax', 'op:LayerNormalization'])
      expect(classes).toContain(name);
  });

  test('a text encoder of open batch and length', async () => {
    const bytes = bert(TINY_TEXT, form);
    const { network, difference, batch } = await readAndCompare(ort, bytes, { batch: 2, dims: { seq: 7 } });
    expect(difference).toBeLessThan(1e-4);
    expect(batch).toBeNull();
    const { classes, ...figures } = totals(network);
    expect(figures).toEqual(textFigures(TINY_TEXT, 7));
    expect(totals(network, 3).flops).toBe(3 * figures.flops);
  });

  test('a network of maps with norms over channels', async () => {
    const { network, difference } = await readAndCompare(ort, convNext(TINY_MAPS, form), { batch: 2 });
    expect(difference).toBeLessThan(1e-4);
    const { classes, ...figures } = totals(network);
    expect(figures).toEqual(mapFigures(TINY_MAPS));
  });
});

test('a sequence of open length asks for it', () => {
  expect(() => readOnnx(bert(TINY_TEXT), 'bert')).toThrow(
    /input 'input_ids' of \[batch, seq\].*--dim seq=128/,
  );
});

describe('sub-networks', () => {
  const groupsOf = (network: Network) =>
    planChannels(network)
      .groups.filter(({ fixed, size }) => !fixed && size > 1)
      .map(({ size }) => size);

  test('of a vision transformer differ in features, heads and MLPs', () => {
    const { network } = readOnnx(visionTransformer(TINY_VISION), 'vit');
    const { width, heads, hidden } = TINY;
    expect(groupsOf(network).sort((a, b) => a - b)).toEqual([heads, heads, width, hidden, hidden]);
  });

  test('of a text encoder whose features are an output differ in heads and MLPs', () => {
    const { network } = readOnnx(bert(TINY_TEXT), 'bert', { dims: { seq: 7 } });
    const { heads, hidden } = TINY;
    expect(groupsOf(network).sort((a, b) => a - b)).toEqual([heads, heads, hidden, hidden]);
  });

  test('run, and are lowered as they are when they are written', async () => {
    const { network } = readOnnx(visionTransformer(TINY_VISION), 'vit');
    const plan = planChannels(network);
    const lowering = new Lowering(network, RULES);
    for (let sample = 0; sample < 6; sample++) {
      const widths = sampleWidths(plan, 'uniform', 1, sample);
      const resized = resizeNetwork(plan, widths);
      const bytes = writeOnnx(deployedNetwork(resized), seededWeights(deployedNetwork(resized), 1));
      const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
      const results = await session.run({
        image: new ort.Tensor('float32', new Float32Array(3 * 32 * 32).fill(0.5), [1, 3, 32, 32]),
      });
      expect(Object.values(results)[0]?.dims).toEqual([1, 10]);
      await session.release();
      const figuresOf = (kernels: ReturnType<Lowering['kernels']>) =>
        kernels.map(({ name, flops, inputBytes, outputBytes, weightBytes, parameters }) => ({
          name,
          flops,
          inputBytes,
          outputBytes,
          weightBytes,
          parameters,
        }));
      expect(figuresOf(lowering.kernels(widths))).toEqual(figuresOf(new Lowering(resized, RULES).kernels()));
    }
  });
});
