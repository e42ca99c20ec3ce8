// What the rest of the suite takes from here: data sets, batches, random changes.
export { type Augmentation, type RandomChanges, randomChanges } from './augmentation.ts';
export { type BatchOptions, epochOrder, fillBatch } from './batches.ts';
export { type DataFolderOptions, loadDataFolder } from './data-folder.ts';
export { type Dataset, type ImageSet, type Medium, subset } from './dataset.ts';
export type { ImageSize } from './decode-images.ts';
export { type FetchOptions, fetchSet, isKnownSet } from './fetch-set.ts';
export { type Normalization, normalization } from './normalization.ts';
export { paddedData } from './pad-images.ts';
export { generateTexturedShapes, type TexturedShapesOptions } from './textured-shapes.ts';
