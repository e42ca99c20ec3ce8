export {
  type Augmentation,
  type BatchOptions,
  epochOrder,
  fillBatch,
  type Normalization,
  normalization,
} from './batches.ts';
export { type ClassFolderOptions, loadClassFolders } from './class-folders.ts';
export { type Dataset, type ImageSet, subset } from './dataset.ts';
export type { ImageSize } from './decode-images.ts';
export { generateTexturedShapes, type TexturedShapesOptions } from './textured-shapes.ts';
