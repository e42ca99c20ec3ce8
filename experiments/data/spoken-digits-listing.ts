// The Free Spoken Digit Dataset's files, whose names say class, speaker and split.
import { join } from 'node:path';
import { UserError } from '../../records/user-error.ts';
import {
  type DataFile,
  type DataListing,
  listDataFileNames,
  listSubfolders,
  statDataFile,
} from './data-listing.ts';

/** `{digit}_{speaker}_{number}.wav`, as the Free Spoken Digit Dataset names its recordings. */
const NAME = /^(\d)_[^_]+_(\d+)\.wav$/i;

/** Recordings with numbers below this are the test set (github.com/Jakobovski/free-spoken-digit-dataset). */
const TEST_NUMBERS = 5;

/**
 * Lists recordings named `{digit}_{speaker}_{number}.wav` in a directory, or in its folder `recordings`. Numbers 0 to 4
 * of each speaker and digit are the test set.
 *
 * @returns undefined where no file has such a name
 * @throws UserError when a recording among them is named otherwise, or a digit lacks training or test recordings
 */
export function listSpokenDigits(directory: string): DataListing | undefined {
  const folder = [
    ...(listSubfolders(directory).includes('recordings') ? [join(directory, 'recordings')] : []),
    directory,
  ].find((each) => listDataFileNames(each).some((name) => NAME.test(name)));
  if (folder === undefined) return undefined;

  const names = listDataFileNames(folder);
  const parsed = names.map((name) => {
    const [, digit, number] = NAME.exec(name) ?? [];
    if (digit === undefined || number === undefined) throw otherName(join(folder, name));
    return { name, digit, tests: Number(number) < TEST_NUMBERS };
  });
  const classes = [...new Set(parsed.map(({ digit }) => digit))].sort();
  const files = (tests: boolean): DataFile[] =>
    classes.flatMap((digit, label) => {
      const own = parsed.filter((each) => each.digit === digit && each.tests === tests);
      if (own.length === 0) throw oneSided(folder, digit, tests);
      return own.map(({ name }) => statDataFile(folder, name, label));
    });
  return { medium: 'recordings', classes, train: files(false), test: files(true) };
}

function otherName(path: string): UserError {
  return new UserError({
    got: `${path} among spoken digits`,
    expected: '<digit>_<speaker>_<number>.wav',
    fix: 'rename or remove the file',
  });
}

function oneSided(folder: string, digit: string, tests: boolean): UserError {
  return new UserError({
    got: `no ${tests ? 'test' : 'training'} recordings of the digit ${digit} in ${folder}`,
    expected: `numbers below ${TEST_NUMBERS} to test with and others to train on`,
    fix: `add ${digit}_<speaker>_<number>.wav files, or remove those there are`,
  });
}
