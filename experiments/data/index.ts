export { type Augmentation, type RandomChanges, randomChanges } from './augmentation.ts';
export {
  type BatchOptions,
  epochOrder,
  fillBatch,
  type Normalization,
  normalization,
} from './batches.ts';
export { type DataFolderOptions, loadDataFolder } from './data-folder.ts';
export { type Dataset, type ImageSet, type Medium, subset } from './dataset.ts';
export type { ImageSize } from './decode-images.ts';
export { generateTexturedShapes, type TexturedShapesOptions } from './textured-shapes.ts';
