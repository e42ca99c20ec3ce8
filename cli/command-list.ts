// The commands in the order that help lists them. A command's module is loaded when that command is the one asked for.
import type { CommandEntry } from './command-entry.ts';

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'engines',
    description: 'what can run here, and how to get the rest',
    load: async () => (await import('./commands/engines.ts')).enginesCommand,
  },
  {
    name: 'devices',
    arguments: '[dir...]',
    description: 'the device profiles that there are: machine, engine, date, error',
    load: async () => (await import('./commands/devices.ts')).devicesCommand,
  },
  {
    name: 'ceilings',
    description: "the machine's own peaks: compute rate, bandwidth by size → ceilings.json",
    resumes: true,
    load: async () => (await import('./commands/ceilings.ts')).ceilingsCommand,
  },
  {
    name: 'calibrate',
    description: 'time kernels, fit, validate → device.json, kernels.csv',
    resumes: true,
    load: async () => (await import('./commands/calibrate.ts')).calibrateCommand,
  },
  {
    name: 'profile',
    arguments: '<model>',
    description: 'per layer: measured, predicted, roofline bound',
    load: async () => (await import('./commands/profile.ts')).profileCommand,
  },
  {
    name: 'compare',
    arguments: '<a> [b...]',
    description: 'is B faster than A? measured against each other until it is known',
    load: async () => (await import('./commands/compare.ts')).compareCommand,
  },
  {
    name: 'check',
    description: 'a latency budget in CI: what networks may cost, against what they do',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'explain',
    arguments: '<a> <b>',
    description: "where the difference between two networks' times comes from, and what to change",
    load: async () => (await import('./commands/explain.ts')).explainCommand,
  },
  {
    name: 'predict',
    arguments: '<model>',
    description: 'latency on a device profile, no device needed',
    load: async () => (await import('./commands/predict.ts')).predictCommand,
  },
  {
    name: 'study',
    description: 'random sub-networks: FLOPs against predicted and measured latency',
    resumes: true,
    load: async () => (await import('./commands/study.ts')).studyCommand,
  },
  {
    name: 'train',
    description: 'MorphNet: shrink, expand, retrain towards a FLOPs, size or calibrated-latency target',
    resumes: true,
    load: async () => (await import('./commands/train.ts')).trainCommand,
  },
  {
    name: 'sweep',
    description:
      'ways to make a network faster, side by side at equal measured latency: methods × budgets × seeds',
    resumes: true,
    load: async () => (await import('./commands/sweep.ts')).sweepCommand,
  },
  {
    name: 'report',
    arguments: '<dir...>',
    description: 'one self-contained HTML file of their results',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  {
    name: 'filter-cost',
    arguments: '<model>',
    description: 'what one more filter of each layer costs: FLOPs, weights, time',
    load: async () => (await import('./commands/filter-cost.ts')).filterCostCommand,
  },
  {
    name: 'export',
    arguments: '<model>',
    description: 'the network as deployed (batch norms folded) as ONNX, with its weights or seeded ones',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'quickstart',
    description: 'all of it, small, on this machine, in a few minutes',
    resumes: true,
    load: async () => (await import('./commands/quickstart.ts')).quickstartCommand,
  },
  {
    name: 'completion',
    arguments: '<shell>',
    description: 'a script that completes commands, flags and values in a shell',
    load: async () => (await import('./commands/completion.ts')).completionCommand(COMMANDS),
  },
];
