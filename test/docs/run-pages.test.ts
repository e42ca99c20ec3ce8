import { stripVTControlCharacters } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test, vi } from 'vitest';
import { predict } from '../../cli/actions/predict.ts';
import { zooNetwork } from '../../index.ts';
import { makesChannels } from '../../network/layer.ts';
import { codeBlocks, pageBlocks, runCode } from '../support/page-code.ts';

const printed: string[] = vi.hoisted(() => []);
vi.mock('../../cli/standard-output.ts', () => ({ writeOut: (text: string) => printed.push(text) }));

beforeAll(async () => {
  await tf.setBackend('cpu');
});

test('docs/calibration.md: a profile predicts a network, kernel by kernel', async () => {
  const [code = ''] = codeBlocks('docs/calibration.md');
  const made = (await runCode(code, '{ fullUs, halfUs, layers, unseenClasses, outsideDomain }')) as {
    readonly fullUs: number;
    readonly halfUs: number;
    readonly layers: readonly { readonly latencyUs: number }[];
    readonly unseenClasses: readonly string[];
    readonly outsideDomain: readonly string[];
  };
  expect(made.halfUs).toBeGreaterThan(0);
  expect(made.halfUs).toBeLessThan(made.fullUs);
  const sum = made.layers.reduce((total, { latencyUs }) => total + latencyUs, 0);
  expect(sum / made.fullUs).toBeCloseTo(1, 6);
  // The family that the profile was calibrated for.
  expect(made.unseenClasses).toEqual([]);
});

test('docs/morphnet.md: cost, term and widths of a fresh model, and a step', async () => {
  const [code = ''] = codeBlocks('docs/morphnet.md');
  const made = (await runCode(code, '{ model, flops, term, widths }')) as {
    readonly model: tf.LayersModel;
    readonly flops: number;
    readonly term: number;
    readonly widths: Readonly<Record<string, number>>;
  };
  // Where γ is 1 a layer's term is its cost for the channels it makes, and again for those it reads that have a γ.
  expect(made.term).toBeGreaterThan(made.flops);
  expect(made.term).toBeLessThan(2 * made.flops);
  const layers = zooNetwork('mobilenet-v1-32').layers.filter(makesChannels);
  for (const layer of layers)
    if (layer.kind === 'conv2d' && layer.name in made.widths)
      expect(made.widths[layer.name]).toBe(layer.filters);
  const gammas = made.model.weights.filter(({ originalName }) => originalName.endsWith('gamma'));
  const least = Math.min(...gammas.map((gamma) => gamma.read().min().dataSync()[0] as number));
  expect(least).toBeLessThan(1);
  expect(least).toBeGreaterThan(0.5);
});

test('docs/getting-started.md: what predict answers is what it answers', async () => {
  const [{ code = '' } = {}] = pageBlocks('docs/getting-started.md').filter(
    ({ language }) => language === 'text',
  );
  const device = 'profiles/amd-epyc-onnxruntime-1-thread-inception-v2.json';
  await predict('mobilenet-v1-0.5', { widths: [], device });
  // Colours aside.
  const answer = stripVTControlCharacters(printed.join(''));
  for (const line of code.trim().split('\n')) expect(answer).toContain(line);
});
