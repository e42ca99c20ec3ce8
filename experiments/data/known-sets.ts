// Data sets that have names: where their files are, and the sizes and sums that those are known by.

/** A file of a data set, as it is downloaded. */
export interface SetFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface KnownSet {
  /** Folders that have the files, ends with a slash; the later ones serve when the first does not. */
  readonly sources: readonly string[];
  readonly files: readonly SetFile[];
}

const file = (name: string, bytes: number, sha256: string): SetFile => ({ name, bytes, sha256 });

/** Sums as TensorFlow Datasets has them (`url_checksums`). */
export const KNOWN_SETS: Readonly<Record<string, KnownSet>> = {
  'cifar-10': {
    sources: ['https://www.cs.toronto.edu/~kriz/'],
    files: [
      file(
        'cifar-10-binary.tar.gz',
        170_052_171,
        'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
      ),
    ],
  },
  mnist: {
    sources: [
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
    ],
    files: [
      file(
        'train-images-idx3-ubyte.gz',
        9_912_422,
        '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
      ),
      file(
        'train-labels-idx1-ubyte.gz',
        28_881,
        '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
      ),
      file(
        't10k-images-idx3-ubyte.gz',
        1_648_877,
        '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
      ),
      file(
        't10k-labels-idx1-ubyte.gz',
        4542,
        'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
      ),
    ],
  },
  'fashion-mnist': {
    sources: [
      'https://fashion-mnist.s3.eu-central-1.amazonaws.com/',
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    ],
    files: [
      file(
        'train-images-idx3-ubyte.gz',
        26_421_880,
        '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
      ),
      file(
        'train-labels-idx1-ubyte.gz',
        29_515,
        'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
      ),
      file(
        't10k-images-idx3-ubyte.gz',
        4_422_102,
        '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
      ),
      file(
        't10k-labels-idx1-ubyte.gz',
        5148,
        '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
      ),
    ],
  },
};
