import { createHash } from 'node:crypto';
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../network/user-error.ts';

export interface ImageFile {
  readonly path: string;
  /** Path inside the data directory, parts joined by `/`. */
  readonly name: string;
  readonly label: number;
  readonly bytes: number;
  readonly modifiedMs: number;
}

/** The images of a class-folder data set, sorted by name. */
export interface ClassFolderListing {
  readonly classes: readonly string[];
  readonly train: readonly ImageFile[];
  readonly test: readonly ImageFile[];
}

const LAYOUT = 'DIR/train/<class>/ and DIR/test/<class>/, or DIR/<class>/, with .jpg, .jpeg or .png images';

/** One image in this many goes to the test set where the folders do not say which. */
const TEST_FRACTION = 6;

/**
 * Lists `directory/train/<class>/` and `directory/test/<class>/`, or `directory/<class>/` split 5:1 by a hash of the
 * file names. Hidden files and folders are passed over.
 *
 * @throws UserError when the directory is missing or laid out otherwise, or a class has no images
 */
export function listClassFolders(directory: string): ClassFolderListing {
  const folders = subfolders(directory);
  const [hasTrain, hasTest] = [folders.includes('train'), folders.includes('test')];
  if (hasTrain && hasTest) return listSplit(directory);
  for (const [part, other] of [
    ['train', 'test'],
    ['test', 'train'],
  ] as const) {
    // A folder called train that holds images is a class (of trains).
    if (folders.includes(part) && subfolders(join(directory, part)).length > 0) {
      throw new UserError({
        got: `${directory} with a folder ${part} but no folder ${other}`,
        expected: LAYOUT,
        fix: `add ${join(directory, other)}, or give ${join(directory, part)} to have it split`,
      });
    }
  }
  return splitClasses(directory, folders);
}

function listSplit(directory: string): ClassFolderListing {
  const classes = requireClasses(directory, subfolders(join(directory, 'train')));
  const testClasses = subfolders(join(directory, 'test'));
  const unknown = testClasses.find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new UserError({
      got: `the class ${unknown} in ${join(directory, 'test')} alone`,
      expected: 'every test class among the training classes',
      fix: `add ${join(directory, 'train', unknown)}, or remove the test class`,
    });
  }
  const list = (part: string, names: readonly string[]) =>
    names.flatMap((name) => listImages(directory, `${part}/${name}`, classes.indexOf(name)));
  return {
    classes,
    train: list('train', classes),
    test: list('test', requireClasses(directory, testClasses)),
  };
}

function splitClasses(directory: string, folders: readonly string[]): ClassFolderListing {
  const classes = requireClasses(directory, folders);
  const train: ImageFile[] = [];
  const test: ImageFile[] = [];
  classes.forEach((name, label) => {
    const images = listImages(directory, name, label);
    if (images.length < 2) {
      throw new UserError({
        got: `one image of the class ${name} in ${directory}`,
        expected: 'at least two, to split between training and test',
        fix: 'add images, or remove the folder',
      });
    }
    // Ranking by hash, rather than cutting at a hash value, leaves no class without test images.
    const ranked = images.map((image) => image.name).sort((a, b) => (splitRank(a) < splitRank(b) ? -1 : 1));
    const chosen = new Set(ranked.slice(0, Math.max(1, Math.round(images.length / TEST_FRACTION))));
    for (const image of images) (chosen.has(image.name) ? test : train).push(image);
  });
  return { classes, train, test };
}

function splitRank(name: string): string {
  return createHash('sha256').update(`morphline split ${name}`).digest('hex');
}

function requireClasses(directory: string, classes: readonly string[]): readonly string[] {
  if (classes.length > 0) return classes;
  throw new UserError({
    got: `${directory} without class folders`,
    expected: LAYOUT,
    fix: 'sort the images into one folder per class',
  });
}

function listImages(directory: string, folder: string, label: number): ImageFile[] {
  const names = visibleEntries(join(directory, folder))
    .filter((entry) => !entry.isDirectory() && /\.(jpe?g|png)$/i.test(entry.name))
    .map((entry) => entry.name)
    .sort();
  if (names.length === 0) {
    throw new UserError({
      got: `no images in ${join(directory, folder)}`,
      expected: '.jpg, .jpeg or .png files in every class folder',
      fix: 'add images, or remove the folder',
    });
  }
  return names.map((file) => {
    const name = `${folder}/${file}`;
    const path = join(directory, name);
    // Twice as fast as awaiting them all. A dangling link shows up when it is decoded.
    const stats = statSync(path, { throwIfNoEntry: false });
    return { path, name, label, bytes: stats?.size ?? 0, modifiedMs: stats?.mtimeMs ?? 0 };
  });
}

function subfolders(directory: string): string[] {
  return visibleEntries(directory)
    .filter(
      (entry) => entry.isDirectory() || (entry.isSymbolicLink() && isFolder(join(directory, entry.name))),
    )
    .map((entry) => entry.name)
    .sort();
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function visibleEntries(directory: string): Dirent[] {
  if (!isFolder(directory)) {
    throw new UserError({
      got: `${directory}, which is no directory`,
      expected: LAYOUT,
      fix: 'check the path',
    });
  }
  return readdirSync(directory, { withFileTypes: true }).filter((entry) => !entry.name.startsWith('.'));
}
