// Fuzzed: CSV files of every schema, and the folders of finished runs that reports and analyses read.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type fc from 'fast-check';
import type { z } from 'zod';
import { openDevice } from '../../calibration/open-device.ts';
import { sweepResults } from '../../experiments/results/sweep-results.ts';
import { trainingResults } from '../../experiments/results/training-results.ts';
import { writeRows } from '../../experiments/study/rows.ts';
import { study } from '../../experiments/study/study.ts';
import { analyzeStudy } from '../../experiments/study-analysis/analyze-study.ts';
import { readStudyFiles } from '../../experiments/study-analysis/read-study.ts';
import { zooNetwork } from '../../network/zoo/index.ts';
import { CsvFile } from '../../records/csv-file.ts';
import {
  failureRecord,
  kernelLoadRecord,
  kernelRecord,
  networkRecord,
  roundRecord,
} from '../../records/measurements.ts';
import { writeJson } from '../../records/run-file.ts';
import { studyRecord } from '../../records/study.ts';
import { sweepRecord } from '../../records/sweep.ts';
import { layerRecord, metricsRecord } from '../../records/training.ts';
import { mutatedJson, mutatedText } from './mutations.ts';
import { type AnyTarget, requireNumbers, requireTime, target } from './target.ts';

const ROWS = 12;
const head = (text: string) => `${text.split('\n').slice(0, ROWS).join('\n')}\n`;

const ROUNDS = `network,sample,round,latency_us,cold_us,runs,per_pacer,pacer_us,disturbed,attempts,load
inception-32,56,0,337.9,558.1,5,0.71,455.2,false,1,0
inception-32,56,1,338.2,560.0,5,0.70,456.2,true,2,0
`;
const LOADS = `network,sample,load,kernel,latency_us,spread,min_us,rounds,per_pacer,op,unforeseen,of
inception-32,0,0,Conv2d_1_3x3,12.5,0.02,12,6,0.03,conv,false,57
inception-32,0,1,"ReorderOutput, ""x""",0,0.02,0,6,,reorder,true,57
`;
const FAILURES = `network,sample,role,law,reason
inception-32,3,fit,uniform,its process was killed by SIGKILL
`;

/** Every table that a run leaves, with rows of one. */
export function tables(root: string, folder: string): AnyTarget {
  const measured = join(root, 'profiles', 'measurements', 'amd-epyc-onnxruntime-1-thread-inception-32');
  const packed = (name: string) => head(gunzipSync(readFileSync(join(measured, `${name}.gz`))).toString());
  const plain = (...path: string[]) => head(readFileSync(join(root, 'results', ...path), 'utf8'));
  const list: readonly (readonly [z.ZodObject, string])[] = [
    [kernelRecord, packed('kernels.csv')],
    [networkRecord, packed('networks.csv')],
    [roundRecord, ROUNDS],
    [kernelLoadRecord, LOADS],
    [failureRecord, FAILURES],
    [metricsRecord, plain('cifar10-inception-32', 'metrics.csv')],
    [layerRecord, plain('cifar10-inception-32', 'layers.csv')],
    [sweepRecord, plain('sweep-cifar10-inception-32', 'sweep.csv')],
  ];
  const path = join(folder, 'table.csv');
  for (const [schema, text] of list) {
    writeFileSync(path, text);
    if (new CsvFile(path, schema).read().length === 0) throw new Error(`a table without rows: ${text}`);
  }
  const inputs = mutatedText(list.map(([, text]) => text)).map((text) => ({
    text,
    // By its header, or by another's.
    table: Math.max(
      0,
      list.findIndex(([, whole]) => text.startsWith(whole.slice(0, 40))),
    ),
  }));
  return target({
    name: 'csv',
    inputs,
    read({ table, text }) {
      writeFileSync(path, text);
      const [schema] = list[table] as (typeof list)[number];
      for (const row of new CsvFile(path, schema).read()) {
        requireNumbers(row, 'a row');
        for (const [key, value] of Object.entries(row))
          if (key.endsWith('_us') && typeof value === 'number') requireTime(value, key);
      }
    },
  });
}

/** One file of a folder, changed. */
interface ChangedFile {
  readonly file: number;
  readonly json: string;
  readonly csv: string;
}

function changedFiles(csv: readonly string[], json: readonly unknown[]): fc.Arbitrary<ChangedFile> {
  return mutatedText(csv).chain((changedCsv) =>
    mutatedJson(json).map((changedJson) => ({
      file: changedCsv.length + changedJson.length,
      csv: changedCsv,
      json: changedJson,
    })),
  );
}

const SAMPLES = 30;

/** A study of a small network, measured by what it predicts. */
async function plantedStudy(out: string): Promise<void> {
  const summary = await study({
    network: zooNetwork('inception-32'),
    samples: SAMPLES,
    law: 'uniform',
    devices: [openDevice('p100'), openDevice('v100')],
    batch: 1,
    seed: 3,
    out,
  });
  const rows = new CsvFile(join(out, 'study.csv'), studyRecord).read();
  for (const row of rows) {
    row.measured_us = 1.1 * (row.p100_us as number) * (1 + (row.sample % 7) / 50);
    row.measured_spread = 0.01;
    row.measured_rounds = 4;
    row.measured_disturbed = 0;
    row.measured_drift = 0;
    row.measured_sentinel_us = 20;
  }
  await writeRows(out, rows, false);
  const measured = {
    networks: SAMPLES,
    engine: 'onnxruntime',
    threads: 1,
    adapter: 'planted',
    repeatability: 0.01,
    against_measured: [],
    calibrated_mape: null,
    drift_since_calibration: null,
  };
  writeJson(join(out, 'study.json'), { ...summary, measured });
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const RESAMPLES = 40;

/** The folder of a study, as `study --analyze` and `report` read it. */
export async function studyFolders(_root: string, folder: string): Promise<AnyTarget> {
  const whole = join(folder, 'whole');
  await plantedStudy(whole);
  analyzeStudy(readStudyFiles(whole), { resamples: RESAMPLES });
  const csv = readFileSync(join(whole, 'study.csv'), 'utf8');
  const [run, summary] = ['run.json', 'study.json'].map((name) => readJson(join(whole, name)));
  const own = join(folder, 'changed');
  return target({
    name: 'study-folder',
    inputs: changedFiles([csv], [summary, run]),
    read({ file, csv: changedCsv, json }) {
      rmSync(own, { recursive: true, force: true });
      cpSync(whole, own, { recursive: true });
      const isSummary = json.includes('morphline/study@1');
      if (file % 3 === 0) writeFileSync(join(own, isSummary ? 'study.json' : 'run.json'), json);
      else writeFileSync(join(own, 'study.csv'), changedCsv);
      const analysis = analyzeStudy(readStudyFiles(own), { resamples: RESAMPLES });
      requireNumbers(analysis, 'the analysis');
    },
  });
}

/** The folder of a training run, and that of a sweep, as `report` reads them. */
export function resultFolders(root: string, folder: string): AnyTarget {
  const training = join(root, 'results', 'cifar10-inception-32');
  const sweep = join(root, 'results', 'sweep-cifar10-inception-32');
  const text = (path: string) => readFileSync(path, 'utf8');
  const tablesOf = [join(training, 'metrics.csv'), join(training, 'layers.csv'), join(sweep, 'sweep.csv')];
  const own = { training: join(folder, 'training'), sweep: join(folder, 'sweep') };
  return target({
    name: 'result-folder',
    inputs: changedFiles(tablesOf.map(text), [
      readJson(join(training, 'result.json')),
      readJson(join(sweep, 'run.json')),
    ]),
    read({ file, csv, json }) {
      for (const path of Object.values(own)) mkdirSync(path, { recursive: true });
      for (const name of ['metrics.csv', 'layers.csv', 'result.json'])
        cpSync(join(training, name), join(own.training, name));
      for (const name of ['sweep.csv', 'run.json']) cpSync(join(sweep, name), join(own.sweep, name));
      if (file % 2 === 0) {
        const isResult = json.includes('morphline/train-result');
        writeFileSync(isResult ? join(own.training, 'result.json') : join(own.sweep, 'run.json'), json);
      } else if (csv.startsWith('stage')) writeFileSync(join(own.training, 'metrics.csv'), csv);
      else if (csv.startsWith('layer')) writeFileSync(join(own.training, 'layers.csv'), csv);
      else writeFileSync(join(own.sweep, 'sweep.csv'), csv);
      requireNumbers(trainingResults.read(own.training), 'the training');
      requireNumbers(sweepResults.read(own.sweep).rows, 'the sweep');
    },
  });
}
