// The one list of what is fuzzed.
import { commandLines } from './argument-targets.ts';
import { archives, checkpoints, cifarFolders, idxFolders, images, recordings } from './data-targets.ts';
import { onnxFiles, tfjsFiles } from './model-targets.ts';
import { deviceProfiles, plans, structureFiles } from './profile-targets.ts';
import { calibrationFolders } from './refit-target.ts';
import { resultFolders, studyFolders, tables } from './table-targets.ts';
import type { TargetMaker } from './target.ts';

/** By the name that `node scripts/run.mjs fuzz NAME` takes. */
export const TARGETS: Readonly<Record<string, TargetMaker>> = {
  'device-profile': deviceProfiles,
  'structure-file': structureFiles,
  plan: plans,
  csv: tables,
  'study-folder': studyFolders,
  'result-folder': resultFolders,
  'refit-folder': calibrationFolders,
  onnx: onnxFiles,
  tfjs: tfjsFiles,
  image: images,
  wav: recordings,
  idx: idxFolders,
  cifar: cifarFolders,
  tar: archives,
  checkpoint: checkpoints,
  arguments: commandLines,
};
