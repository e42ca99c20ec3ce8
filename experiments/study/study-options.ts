// What a study is told: the network, how to draw from it, the devices, and what to measure.
import type { Device } from '../../calibration/device-profile.ts';
import type { Network } from '../../network/network.ts';
import type { Engine } from '../../profiler/engines/engine.ts';
import { type Measurer, measurerOf } from '../../profiler/timing/measurer.ts';
import { engineChoice } from '../../records/engine-description.ts';
import type { ProgressListener } from '../progress.ts';
import { filesHash, type WidthsFile } from './draw.ts';
import { DEFAULT_SPREAD, type StudyLaw } from './laws.ts';
import { type Shard, shardName } from './shard.ts';
import {
  type StudyFacts,
  type StudyFlagSettings,
  type StudySettings,
  studySettings,
} from './study-settings.ts';

export interface StudyMeasuring {
  /** Number of samples, from the first on, that are measured too. */
  readonly count: number;
  readonly rounds: number;
  readonly engine: Engine | Measurer;
}

/** What `study` takes: its settings, the network, the devices that predict, and what measures. */
export interface StudyOptions extends StudyFlagSettings {
  readonly network: Network;
  readonly samples: number;
  readonly law: StudyLaw;
  /** Structure files: the centre of law `around`, the samples of law `file`. */
  readonly files?: readonly WidthsFile[];
  /** Of law `around`: standard deviation of the logarithm of a width. */
  readonly spread?: number;
  readonly devices: readonly Device[];
  readonly measure?: StudyMeasuring;
  /** The part of the samples that this study is. */
  readonly shard?: Shard;
  /** Folder for run.json, study.csv, study.json and the files of the measurements. */
  readonly out: string;
  /** Most networks that are loaded and measured together. */
  readonly networksPerBlock?: number;
  /** Whether study.parquet is written beside study.csv. */
  readonly parquet?: boolean;
  readonly onProgress?: ProgressListener;
}

/** Every fact by name, undefined where a study has none, so that one that is left out does not compile. */
type AllOf<T> = { readonly [K in keyof Required<T>]: T[K] };

/** What run.json keeps of a study; engine, threads and rounds are undefined where it only predicts. */
export function settingsOf(options: StudyOptions): StudySettings {
  const {
    network,
    law,
    files,
    spread = DEFAULT_SPREAD,
    shard,
    measure,
    samples: _samples,
    devices: _devices,
    out: _out,
    networksPerBlock: _networksPerBlock,
    parquet: _parquet,
    onProgress: _onProgress,
    ...settings
  } = options;
  const description = measure === undefined ? undefined : measurerOf(measure.engine).description;
  const facts: AllOf<StudyFacts> = {
    network: network.name,
    law,
    spread: law === 'around' ? spread : undefined,
    widths_sha256: files === undefined ? undefined : filesHash(files),
    shard: shard === undefined ? undefined : shardName(shard),
    engine: description === undefined ? undefined : engineChoice(description),
    threads: description?.threads,
    rounds: measure?.rounds,
  };
  return studySettings.recorded.parse(studySettings.record(settings, facts));
}
