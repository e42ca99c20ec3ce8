// Shapes of tensors that a file states beside its nodes.
import { DATA_TYPE, type SizedTensor } from '../tensor-type.ts';
import { imageInputs } from './graph-inputs.ts';
import type { ImageSizes } from './image-sizes.ts';
import type { OnnxModel } from './model.ts';
import { isFloatType } from './tensors.ts';

/**
 * What a file says of its tensors, by name: sizes at a batch, null where one of them is open.
 * @param batch of the graph's inputs
 */
export function storedShapes(
  model: OnnxModel,
  { batch }: { readonly batch: number },
  { dims = {} }: ImageSizes,
): (name: string) => SizedTensor | null {
  const sizes = new Map<string, number>(Object.entries(dims));
  for (const input of imageInputs(model)) {
    const first = input.sizes?.[0];
    if (typeof first === 'string' && first !== '?') sizes.set(first, batch);
  }
  const stated = [...model.valueInfo, ...model.outputs].filter((value) => value.sizes !== null);
  const values = new Map(stated.map((value) => [value.name, value]));
  return (name) => {
    const value = values.get(name);
    const known = value?.sizes?.map((size) => (typeof size === 'number' ? size : sizes.get(size)));
    if (value === undefined || known === undefined) return null;
    const all = known.flatMap((size) => (size === undefined ? [] : [size]));
    const dataType = isFloatType(value.elemType) ? DATA_TYPE.float32 : value.elemType;
    return all.length === known.length ? { dims: all, dataType } : null;
  };
}
