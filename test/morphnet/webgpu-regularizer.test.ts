import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GammaFlops, readWeights, trainableModel, writeWeights } from '../../morphnet/index.ts';
import { NetworkBuilder } from '../../network/builder.ts';
import { webgpuAdapter } from '../../profiler/engines/webgpu/adapter.ts';
import { skipReason } from '../profiler/engines/skip-reason.ts';

const reason = await skipReason('webgpu');

describe.skipIf(reason !== null)(
  `on webgpu, which cannot be read at once${reason === null ? '' : ` (${reason})`}`,
  () => {
    let close: () => Promise<void>;

    beforeAll(async () => {
      close = (await webgpuAdapter.openTraining()).close;
    });

    afterAll(async () => {
      await close?.();
    });

    function tiny() {
      const builder = new NetworkBuilder('tiny');
      const a = builder.conv('a', builder.input(4, 4, 2), 3, 1);
      return builder.build(builder.logitsConv('logits', a, 2));
    }

    test('cost and term follow what refresh read, and the gradient reaches γ', async () => {
      const model = trainableModel(tiny(), 1);
      const weights = new Map(await readWeights(model));
      weights.set('a/BatchNorm/gamma', Float32Array.of(0.5, 0, -2));
      writeWeights(model, weights);
      const regularizer = new GammaFlops(model);
      await regularizer.refresh();
      expect(regularizer.structure().a).toBe(2);
      // 16 pixels: 2·16·(2·2 + 2·2) FLOPs; a channel costs 2·16·(2 + 2).
      expect(regularizer.cost()).toBe(2 * 16 * 8);
      const gamma = model.getLayer('a/BatchNorm').weights[0]?.read() as tf.Variable;
      const { value, grads } = tf.variableGrads(() => regularizer.term(), [gamma]);
      expect((await value.data())[0]).toBeCloseTo(2 * 16 * 4 * 2.5, 3);
      expect(Array.from(await (grads[gamma.name] as tf.Tensor).data())).toEqual([128, 0, -128]);
      regularizer.proximalStep(0.5 / 128);
      expect(Array.from(await gamma.data())).toEqual([0, 0, -1.5]);
      await regularizer.refresh();
      expect(regularizer.structure().a).toBe(1);
      model.dispose();
    });

    test('a regularizer that has not read says so', () => {
      const regularizer = new GammaFlops(trainableModel(tiny(), 1));
      expect(() => regularizer.cost()).toThrow('call and await refresh()');
    });
  },
);
