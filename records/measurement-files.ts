// The CSV files that measuring writes into a folder.
import { join } from 'node:path';
import { CsvFile } from './csv-file.ts';
import { failureRecord, kernelLoadRecord, kernelRecord, networkRecord, roundRecord } from './measurements.ts';

export interface MeasurementFiles {
  readonly kernels: CsvFile<typeof kernelRecord>;
  readonly networks: CsvFile<typeof networkRecord>;
  readonly rounds: CsvFile<typeof roundRecord>;
  readonly kernelLoads: CsvFile<typeof kernelLoadRecord>;
  readonly failures: CsvFile<typeof failureRecord>;
}

/** The files that measuring writes in a folder. */
export function measurementFiles(out: string): MeasurementFiles {
  return {
    kernels: new CsvFile(join(out, 'kernels.csv'), kernelRecord),
    networks: new CsvFile(join(out, 'networks.csv'), networkRecord),
    rounds: new CsvFile(join(out, 'rounds.csv'), roundRecord),
    kernelLoads: new CsvFile(join(out, 'kernel-loads.csv'), kernelLoadRecord),
    failures: new CsvFile(join(out, 'failures.csv'), failureRecord),
  };
}
