// What the package's `reports` entry exports.
export type { CalibrationData } from '../experiments/results/calibration-results.ts';
export type { LayerTableRow } from '../experiments/results/layer-table.ts';
export type { StudyData } from '../experiments/results/study-results.ts';
export type { TrainingData } from '../experiments/results/training-results.ts';
export type { Verdict } from './answers.ts';
export { REPORT_FORMATS, type ReportFile, type ReportFormat, reportFiles } from './export/formats.ts';
export { findings } from './findings.ts';
export { type ReportOptions, renderReport } from './report.ts';
export { type ReportData, type ReportFacts, reportData } from './report-data.ts';
export { verdicts } from './verdict.ts';
