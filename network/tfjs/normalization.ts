// Layers of tfjs that keep the shape: batch normalization, dropout, noise, gates.
import { z } from 'zod';
import { axis, flag, layerOptions, unsupportedOption } from './layer-options.ts';
import type { LayerReader } from './network-draft.ts';

/** Momentum and whether the kernel is fused concern training. */
const batchNormalizationOptions = z.strictObject({
  axis,
  epsilon: z.number().positive().default(1e-3),
  center: flag.default(true),
  scale: flag.default(true),
  momentum: z.unknown().optional(),
  fused: z.unknown().optional(),
  renorm: z.literal(false).optional(),
  renorm_clipping: z.unknown().optional(),
  renorm_momentum: z.unknown().optional(),
});

/** A batch norm of ours always has a β: without center it is zeros. */
const batchNormalization: LayerReader = (site) => {
  const { axis, epsilon, center, scale } = layerOptions(site.layer, batchNormalizationOptions);
  const { name, input } = site;
  const last = site.lastAxis(input);
  if (axis !== -1 && axis !== last) unsupportedOption(site.layer, 'axis', axis, `the last axis, ${last}`);
  return site.add(
    { kind: 'batch-norm', name, inputs: [input], epsilon, scale },
    {
      ...(scale ? { gamma: 'gamma' } : {}),
      beta: center ? 'beta' : null,
      moving_mean: 'moving_mean',
      moving_variance: 'moving_variance',
    },
  );
};

const dropoutOptions = z.strictObject({
  rate: z.number().min(0).max(1).default(0),
  data_format: z.unknown().optional(),
});
const noiseOptions = z.strictObject({ stddev: z.unknown().optional() });

const dropout: LayerReader = (site) => {
  const { rate } = layerOptions(site.layer, dropoutOptions);
  return site.add({ kind: 'dropout', name: site.name, inputs: [site.input], rate });
};

/** Like dropout, nothing once deployed; of its own kind of noise a network knows nothing. */
const noise: LayerReader = (site) => {
  layerOptions(site.layer, noiseOptions);
  return site.add({ kind: 'dropout', name: site.name, inputs: [site.input], rate: 0 });
};

/** How a gate of ours draws its masks concerns training. */
const gateOptions = z.strictObject({
  initial_probability: z.unknown().optional(),
  temperature: z.unknown().optional(),
});

const gate: LayerReader = (site) => {
  layerOptions(site.layer, gateOptions);
  return site.add({ kind: 'gate', name: site.name, inputs: [site.input] }, { logits: 'logits' });
};

/** Layers that keep the shape and matter most in training. */
export const TRAINING_READERS: Readonly<Record<string, LayerReader>> = {
  BatchNormalization: batchNormalization,
  Dropout: dropout,
  SpatialDropout2D: dropout,
  GaussianDropout: dropout,
  AlphaDropout: dropout,
  GaussianNoise: noise,
  ProbabilisticGate: gate,
};
