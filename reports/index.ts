export { findings } from './findings.ts';
export { renderReport } from './report.ts';
export type {
  CalibrationData,
  LayerTableRow,
  ReportData,
  StudyData,
  TrainingData,
} from './report-data.ts';
