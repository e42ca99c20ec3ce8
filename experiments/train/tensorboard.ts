// Metrics of a training run as TensorBoard reads them: an event file of scalars per stage.
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { groupBy } from '../../records/group-by.ts';
import { writeFileAtomic } from '../../records/run-file.ts';
import type { MetricsRecord } from '../../records/training.ts';

/** Of tensorflow/core/util/event.proto and framework/summary.proto, what scalars need. */
const EVENT_PROTO = `
syntax = "proto3";
message Event { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
message Summary { message Value { string tag = 1; float simple_value = 2; } repeated Value value = 1; }
`;

/** Castagnoli's polynomial, bits reversed. */
const CRC32C = 0x82f63b78;

/** CRC-32C of bytes (RFC 3720, appendix B.4). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC32C : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** As TFRecord files keep it, so that checksums of checksums differ. */
function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** A record of a TFRecord file: length and data, each with its masked checksum. */
function record(data: Uint8Array): Buffer {
  const length = Buffer.alloc(12);
  length.writeBigUInt64LE(BigInt(data.length));
  length.writeUInt32LE(masked(crc32c(length.subarray(0, 8))), 8);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(masked(crc32c(data)));
  return Buffer.concat([length, data, checksum]);
}

const TAGS = {
  loss: 'loss',
  train_accuracy: 'accuracy/train',
  test_accuracy: 'accuracy/test',
  learning_rate: 'learning_rate',
  strength: 'regularization/strength',
  cost_ratio: 'regularization/cost_ratio',
} as const satisfies Partial<Record<keyof MetricsRecord, string>>;

/**
 * The event file of one stage: a step per epoch.
 * @param startSeconds when the stage began, Unix time
 */
export function eventFile(rows: readonly MetricsRecord[], startSeconds: number): Buffer {
  const type = protobuf.parse(EVENT_PROTO).root.lookupType('Event');
  const encoded = (event: Record<string, unknown>) => record(type.encode(type.fromObject(event)).finish());
  let wallTime = startSeconds;
  const events = rows.map((row) => {
    wallTime += row.seconds;
    const value = Object.entries(TAGS).map(([key, tag]) => ({
      tag,
      simpleValue: row[key as keyof typeof TAGS],
    }));
    return encoded({ wallTime, step: row.epoch, summary: { value } });
  });
  return Buffer.concat([encoded({ wallTime: startSeconds, fileVersion: 'brain.Event:2' }), ...events]);
}

/**
 * Writes `tensorboard/<stage>/` of a run from its metrics, each epoch anew: what was written before stays as it was, so that
 * a TensorBoard that is looking on goes on behind it.
 */
export function writeTensorboard(out: string, rows: readonly MetricsRecord[], startedAt: string): void {
  const start = Date.parse(startedAt) / 1e3;
  for (const [stage, own] of groupBy(rows, (row) => row.stage)) {
    writeFileAtomic(
      join(out, 'tensorboard', stage, 'events.out.tfevents.0.morphline'),
      eventFile(own, start),
    );
  }
}
