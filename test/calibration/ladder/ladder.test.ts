import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  fitLadder,
  jackknifeLadder,
  kernelModel,
  modelOf,
  predictKernel,
  RUNGS,
} from '../../../calibration/ladder/ladder.ts';
import { overheadRung } from '../../../calibration/ladder/overhead.ts';
import { sortedGroups } from '../../../calibration/ladder/sorted-groups.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { gridWidths } from '../../../network/width-grid.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const network = zooNetwork('inception-32');
const lowering = new Lowering(network, rulesNamed('onnxruntime-nchw16c'), 1);
const samples = Array.from({ length: 12 }, (_, k) =>
  lowering.kernels(gridWidths(lowering.plan, 1, k)).map((kernel, i) => ({
    kernel,
    latencyUs: (2 + kernel.flops / 1e5) * (i % 2 === 0 ? 1.3 : 1),
    network: `net ${k}`,
  })),
).flat();

test('the rungs are in the order of their richness', () => {
  expect(RUNGS).toEqual(['roofline', 'overhead', 'kernel-class', 'table', 'layer-table']);
});

test('each rung is given the model that it is made for: its own fits its schema, what it stands on included', () => {
  const models = fitLadder(samples, true);
  expect(models.map(({ rung }) => rung)).toEqual(RUNGS);
  for (const model of models) expect(kernelModel.parse(model)).toEqual(model);
});

test('kernels of several networks are not told by their names', () => {
  expect(fitLadder(samples, false).map(({ rung }) => rung)).toEqual(RUNGS.slice(0, -1));
});

test('a jackknifed ladder predicts as the fitted one, and has each network left out on every rung', () => {
  const models = fitLadder(samples, true);
  const kernels = samples.slice(0, 40).map(({ kernel }) => kernel);
  jackknifeLadder(samples, true).forEach(({ model, without }, i) => {
    const fitted = models[i];
    if (fitted === undefined) throw new Error(`no rung ${i}`);
    expect(model.rung).toBe(fitted.rung);
    expect(kernels.map((kernel) => predictKernel(model, kernel))).toEqual(
      kernels.map((kernel) => predictKernel(fitted, kernel)),
    );
    expect(without.size).toBe(12);
    expect([...without.values()].every(({ rung }) => rung === model.rung)).toBe(true);
  });
});

test('a model is predicted by its own rung', () => {
  const model = overheadRung.fit(samples);
  for (const { kernel } of samples.slice(0, 40))
    expect(predictKernel(model, kernel)).toEqual(overheadRung.predict(model, kernel));
});

test('the model of a rung is found by its name, or missed loudly', () => {
  const models = fitLadder(samples, false);
  expect(modelOf(models, 'overhead')).toBe(models[1]);
  expect(() => modelOf(models, 'layer-table')).toThrow('no model of the rung layer-table');
});

test('models of shipped profiles are what their schemas say, to the last field', () => {
  const path = join(
    import.meta.dirname,
    '..',
    '..',
    '..',
    'profiles',
    'amd-epyc-onnxruntime-1-thread-inception-v2.json',
  );
  const { rungs } = JSON.parse(readFileSync(path, 'utf8')) as { rungs: { model: unknown }[] };
  for (const { model } of rungs) expect(kernelModel.parse(model)).toEqual(model);
});

test('groups come in the order of their names', () => {
  expect(sortedGroups(['b2', 'a1', 'b1'], ([letter = '']) => letter)).toEqual([
    ['a', ['a1']],
    ['b', ['b2', 'b1']],
  ]);
});
