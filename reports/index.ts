// What the package's `reports` entry exports.
export type { CalibrationData } from '../experiments/results/calibration-results.ts';
export type { LayerTableRow } from '../experiments/results/layer-table.ts';
export type { StudyData } from '../experiments/results/study-results.ts';
export type { TrainingData } from '../experiments/results/training-results.ts';
export { findings } from './findings.ts';
export { renderReport } from './report.ts';
export type { ReportData } from './report-data.ts';
