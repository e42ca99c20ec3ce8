// Schemas of what a model.json says of its layers and of how they are called.
import { z } from 'zod';
import type { FileAdvice } from '../../records/json-text.ts';

/** What a message says of a topology that is broken. */
export const TOPOLOGY_ADVICE: FileAdvice = {
  expected: 'a layers model as tfjs and tensorflowjs_converter write it',
  fix: 'save the model again, with model.save of tfjs or from Keras',
};

/** Models of layers, which may themselves be used as layers: tf.model is a 'Model', Keras says 'Functional'. */
export const MODEL_CLASSES: ReadonlySet<string> = new Set(['Model', 'Functional', 'Sequential']);

const index = z.int().nonnegative();
/** Layer, the how manyth use of it, which of its outputs. */
const tensor = z.tuple([z.string(), index, index]);
/** The last is what the layer was called with besides the tensor. */
const inboundTensor = z.tuple([z.string(), index, index], z.record(z.string(), z.unknown()).nullable());

const sequentialLayer = z.object({ class_name: z.string(), config: z.record(z.string(), z.unknown()) });
const functionalLayer = sequentialLayer.extend({
  name: z.string(),
  inbound_nodes: z.array(z.array(inboundTensor)),
});

/** Configuration of a Sequential, which older files write as the bare list of layers. */
export const sequentialConfig = z.preprocess(
  (config) => (Array.isArray(config) ? { layers: config } : config),
  z.object({ name: z.string().default('sequential'), layers: z.array(sequentialLayer).min(1) }),
);

/** Configuration of a functional model. */
export const functionalConfig = z.object({
  name: z.string(),
  layers: z.array(functionalLayer),
  input_layers: z.array(tensor),
  output_layers: z.array(tensor).min(1),
});

/** A model or a layer, whose configuration the class decides. */
export const modelEntry = z.object({ class_name: z.string(), config: z.unknown() });

/** A model.json of tfjs, or the topology alone. */
export const modelFile = z.object({
  format: z.string().optional(),
  modelTopology: z.unknown().optional(),
});

/** Keras's converter puts the model beside versions and training settings. */
export const wrappedModel = z.object({ model_config: z.unknown().optional() });

export type InboundTensor = z.infer<typeof inboundTensor>;
export type LayerEntry = z.infer<typeof sequentialLayer>;
export type FunctionalLayerEntry = z.infer<typeof functionalLayer>;
