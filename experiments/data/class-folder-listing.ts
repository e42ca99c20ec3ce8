// Data sets laid out in one folder per class, with or without a split into training and test.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../../records/user-error.ts';
import {
  type DataFile,
  type DataListing,
  LAYOUTS,
  listDataFileNames,
  listSubfolders,
  mediumOf,
  statDataFile,
} from './data-listing.ts';

/** One file in this many goes to the test set where the folders do not say which. */
const TEST_FRACTION = 6;

/**
 * Lists `directory/train/<class>/` and `directory/test/<class>/`, or `directory/<class>/` split 5:1 by a hash of the
 * file names. Hidden files and folders are passed over.
 *
 * @throws UserError when the directory is missing or laid out otherwise, a class has no images or recordings,
 *   or there are both
 */
export function listClassFolders(directory: string): DataListing {
  const folders = listSubfolders(directory);
  const [hasTrain, hasTest] = [folders.includes('train'), folders.includes('test')];
  if (hasTrain && hasTest) return listSplit(directory);
  for (const [part, other] of [
    ['train', 'test'],
    ['test', 'train'],
  ] as const) {
    // A folder called train that holds files is a class (of trains).
    if (folders.includes(part) && listSubfolders(join(directory, part)).length > 0) {
      throw new UserError({
        got: `${directory} with a folder ${part} but no folder ${other}`,
        expected: LAYOUTS,
        fix: `add ${join(directory, other)}, or give ${join(directory, part)} to have it split`,
      });
    }
  }
  return splitClasses(directory, folders);
}

function listSplit(directory: string): DataListing {
  const classes = requireClasses(directory, listSubfolders(join(directory, 'train')));
  const testClasses = listSubfolders(join(directory, 'test'));
  const unknown = testClasses.find((name) => !classes.includes(name));
  if (unknown !== undefined) {
    throw new UserError({
      got: `the class ${unknown} in ${join(directory, 'test')} alone`,
      expected: 'every test class among the training classes',
      fix: `add ${join(directory, 'train', unknown)}, or remove the test class`,
    });
  }
  const list = (part: string, names: readonly string[]) =>
    names.flatMap((name) => listFiles(directory, `${part}/${name}`, classes.indexOf(name)));
  return listing(classes, list('train', classes), list('test', requireClasses(directory, testClasses)));
}

function splitClasses(directory: string, folders: readonly string[]): DataListing {
  const classes = requireClasses(directory, folders);
  const train: DataFile[] = [];
  const test: DataFile[] = [];
  classes.forEach((name, label) => {
    const files = listFiles(directory, name, label);
    if (files.length < 2) {
      throw new UserError({
        got: `one file of the class ${name} in ${directory}`,
        expected: 'at least two, to split between training and test',
        fix: 'add some, or remove the folder',
      });
    }
    // Ranking by hash, rather than cutting at a hash value, leaves no class without test files.
    const ranked = files.map((file) => file.name).sort((a, b) => (splitRank(a) < splitRank(b) ? -1 : 1));
    const chosen = new Set(ranked.slice(0, Math.max(1, Math.round(files.length / TEST_FRACTION))));
    for (const file of files) (chosen.has(file.name) ? test : train).push(file);
  });
  return listing(classes, train, test);
}

function listing(
  classes: readonly string[],
  train: readonly DataFile[],
  test: readonly DataFile[],
): DataListing {
  const files = [...train, ...test];
  const image = files.find(({ name }) => mediumOf(name) === 'images');
  const recording = files.find(({ name }) => mediumOf(name) === 'recordings');
  if (image !== undefined && recording !== undefined) {
    throw new UserError({
      got: `both images (${image.path}) and recordings (${recording.path})`,
      expected: 'files of one kind',
      fix: 'move one kind to a directory of its own',
    });
  }
  return { medium: recording === undefined ? 'images' : 'recordings', classes, train, test };
}

function splitRank(name: string): string {
  return createHash('sha256').update(`morphline split ${name}`).digest('hex');
}

function requireClasses(directory: string, classes: readonly string[]): readonly string[] {
  if (classes.length > 0) return classes;
  throw new UserError({
    got: `${directory} without class folders`,
    expected: LAYOUTS,
    fix: 'sort the files into one folder per class',
  });
}

function listFiles(directory: string, folder: string, label: number): DataFile[] {
  const names = listDataFileNames(join(directory, folder));
  if (names.length === 0) {
    throw new UserError({
      got: `no images or recordings in ${join(directory, folder)}`,
      expected: '.jpg, .jpeg, .png or .wav files in every class folder',
      fix: 'add some, or remove the folder',
    });
  }
  return names.map((file) => statDataFile(directory, `${folder}/${file}`, label));
}
