export type {
  CalibrationData,
  LayerTableRow,
  StudyData,
  TrainingData,
} from '../experiments/results/result-data.ts';
export { findings } from './findings.ts';
export { renderReport } from './report.ts';
export type { ReportData } from './report-data.ts';
