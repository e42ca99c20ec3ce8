import { expect, test } from 'vitest';
import type { z } from 'zod';
import * as fields from '../../records/csv-fields.ts';
import { kernelRecord } from '../../records/measurements.ts';
import { layerRecord, metricsRecord } from '../../records/training.ts';

const accepted = (schema: z.ZodType, values: readonly unknown[]) =>
  values.filter((value) => schema.safeParse(value).success);

const NO_NUMBERS = [
  '',
  ' ',
  '0x10',
  '0b1',
  '1_000',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '1e308',
  '5 ms',
  '1,5',
];

const { csvNumber, csvAmount, csvCount, csvLatency, csvTime, csvShare, csvRatio } = fields;

test.each(Object.entries({ csvNumber, csvAmount, csvCount, csvLatency, csvTime, csvShare, csvRatio }))(
  '%s is a decimal number of a possible size',
  (_, field) => {
    expect(accepted(field, NO_NUMBERS)).toEqual([]);
    expect(field.parse('1')).toBe(1);
    expect(field.parse(1)).toBe(1);
  },
);

test('each quantity has the sign that it can have', () => {
  const values = ['-5', '-1e-9', '0', '1e-7', '0.5', '2'];
  expect(accepted(fields.csvNumber, values)).toEqual(values);
  expect(accepted(fields.csvAmount, values)).toEqual(['0', '1e-7', '0.5', '2']);
  expect(accepted(fields.csvTime, values)).toEqual(['0', '1e-7', '0.5', '2']);
  expect(accepted(fields.csvLatency, values)).toEqual(['1e-7', '0.5', '2']);
  expect(accepted(fields.csvRatio, values)).toEqual(['1e-7', '0.5', '2']);
  expect(accepted(fields.csvShare, values)).toEqual(['0', '1e-7', '0.5']);
  expect(accepted(fields.csvCount, [...values, '9007199254740993'])).toEqual(['0', '2']);
});

test('names that JavaScript has taken are no classes', () => {
  const names = ['__proto__', 'constructor', 'toString', 'conv 3x3/1 nchwc', 'Mixed_3c/Branch_2'];
  expect(accepted(fields.csvName, names)).toEqual(names.slice(3));
});

test('an empty field is null where a value may be missing, and else refused', () => {
  expect(fields.optional(fields.csvLatency).parse('')).toBeNull();
  expect(fields.optional(fields.csvLatency).safeParse('-5').success).toBe(false);
  expect(fields.later(fields.csvCount).parse('')).toBeUndefined();
  expect(fields.later(fields.csvCount).safeParse('-5').success).toBe(false);
});

test('rows of training and of kernels have no empty, negative or endless numbers', () => {
  const metrics = {
    stage: 'seed',
    epoch: '1',
    images: '100',
    loss: '2.3',
    train_accuracy: '0.1',
    test_accuracy: '0.1',
    learning_rate: '0.1',
    strength: '0',
    cost_ratio: '1',
    seconds: '3',
  };
  expect(metricsRecord.safeParse(metrics).success).toBe(true);
  for (const [key, value] of [
    ['epoch', ''],
    ['seconds', '-1'],
    ['test_accuracy', '1.5'],
    ['loss', 'NaN'],
  ] as const)
    expect(metricsRecord.safeParse({ ...metrics, [key]: value }).success, key).toBe(false);
  const layer = { layer: 'a', seed_width: '8', shrunk_width: '4', expanded_width: '6', multiplier_width: '' };
  expect(layerRecord.safeParse(layer).success).toBe(false);
  expect(kernelRecord.shape.kernel_class.safeParse('__proto__').success).toBe(false);
  expect(kernelRecord.shape.latency_us.safeParse('-5').success).toBe(false);
});
