import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import { crc32c, eventFile } from '../../../experiments/train/tensorboard.ts';
import type { MetricsRecord } from '../../../records/training.ts';

test('checksums are those of RFC 3720', () => {
  // Appendix B.4: 32 bytes of zeros, of ones, and 0 … 31.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd794e);
});

test('an event file has a record per epoch behind its version', () => {
  const row = (epoch: number): MetricsRecord => ({
    stage: 'seed',
    epoch,
    images: 100,
    loss: 2 / epoch,
    train_accuracy: 0.5,
    test_accuracy: 0.25,
    learning_rate: 0.125,
    strength: 0,
    cost_ratio: 1,
    seconds: 10,
  });
  const bytes = eventFile([row(1), row(2)], 1000);
  // Any reader of protobuf: fields by number.
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    const mask = (crc: number) => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
    expect(bytes.readUInt32LE(at + 8)).toBe(mask(crc32c(bytes.subarray(at, at + 8))));
    const data = bytes.subarray(at + 12, at + 12 + length);
    expect(bytes.readUInt32LE(at + 12 + length)).toBe(mask(crc32c(data)));
    records.push(data);
    at += 16 + length;
  }
  expect(records).toHaveLength(3);
  expect(records[0]?.toString('latin1')).toContain('brain.Event:2');
  const reader = protobuf.Reader.create(records[2] as Buffer);
  // Field 1, a double: 1000 + 2 · 10 s; field 2, a varint: the epoch.
  expect(reader.uint32()).toBe((1 << 3) | 1);
  expect(reader.double()).toBe(1020);
  expect(reader.uint32()).toBe(2 << 3);
  expect(reader.uint32()).toBe(2);
  expect(records[2]?.toString('latin1')).toContain('accuracy/test');
});
