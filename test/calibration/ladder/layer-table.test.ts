import { expect, test } from 'vitest';
import { kernelClassRung } from '../../../calibration/ladder/kernel-class.ts';
import type { KernelSample } from '../../../calibration/ladder/kernel-sample.ts';
import { type KernelModel, predictKernel } from '../../../calibration/ladder/ladder.ts';
import { layerTableRung } from '../../../calibration/ladder/layer-table.ts';
import { overheadRung } from '../../../calibration/ladder/overhead.ts';
import { tableRung } from '../../../calibration/ladder/table.ts';
import { planChannels } from '../../../network/channel-plan.ts';
import type { Kernel } from '../../../network/lowering/kernel.ts';
import { Lowering } from '../../../network/lowering/lower.ts';
import { rulesNamed } from '../../../network/lowering/rules.ts';
import { gridWidths } from '../../../network/width-grid.ts';
import { zooNetwork } from '../../../network/zoo/index.ts';

const network = zooNetwork('inception-32');
const plan = planChannels(network);
const lowering = new Lowering(network, rulesNamed('onnxruntime-nchw16c'), 1);

/** Every other kernel, by its name, takes twice as long, for which no class or shape is a reason. */
function slowUs({ name, flops }: Kernel): number {
  const letters = [...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return (letters % 2 === 0 ? 2 : 1) * (2 + flops / 1e5);
}

const samplesAt = (indices: number[]) =>
  indices.flatMap((index) =>
    lowering
      .kernels(gridWidths(plan, 1, index))
      .map((kernel): KernelSample => ({ kernel, latencyUs: slowUs(kernel) })),
  );
const fitted = samplesAt(Array.from({ length: 32 }, (_, k) => k));
const others = samplesAt(Array.from({ length: 8 }, (_, k) => 100 + k));
const classes = kernelClassRung.fit(fitted, overheadRung.fit(fitted));
const table = tableRung.fit(fitted, classes);
const layers = layerTableRung.fit(fitted, table);

const error = (model: KernelModel, samples: readonly KernelSample[]) =>
  samples.reduce(
    (sum, { kernel, latencyUs }) =>
      sum + Math.abs(Math.log(predictKernel(model, kernel).latencyUs / latencyUs)),
    0,
  ) / samples.length;

test('kernels of one network have times of their own, at widths that were not measured too', () => {
  expect(error(table, others)).toBeGreaterThan(0.1);
  expect(error(layers, others)).toBeLessThan(0.35 * error(table, others));
});

test('kernels of another network have those of their class', () => {
  const [kernel] = new Lowering(zooNetwork('resnet-v1-32'), rulesNamed('onnxruntime-nchw16c'), 1)
    .kernels()
    .filter(({ kernelClass }) => table.residuals[kernelClass] !== undefined);
  if (kernel === undefined) throw new Error('no kernel of a known class');
  expect(predictKernel(layers, kernel)).toEqual(predictKernel(table, kernel));
});
