import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lowering } from '../../../network/lowering/lower.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import { readOnnx } from '../../../network/onnx/read.ts';
import { importOnnxruntime, type OrtModule } from '../../../profiler/engines/onnxruntime/ort-module.ts';
import { UserError } from '../../../records/user-error.ts';
import { exportDifference } from './export-agreement.ts';
import { graphs } from './exported-graph.ts';
import { BODY, ENDS } from './exported-steps.ts';

// Graphs in the forms of exporters: each is refused in one line, or what we write of it computes what the file does.

const GRAPHS = Number(process.env.MORPHLINE_GRAPHS ?? 2000);
const SEED = Number(process.env.MORPHLINE_GRAPH_SEED ?? 14);
const MOST_REFUSED = 0.02;

let ort: OrtModule;
beforeAll(async () => {
  ort = await importOnnxruntime();
});
const refused: string[] = [];
afterAll(() => {
  for (const line of new Set(refused)) console.info(line);
});

test(`${GRAPHS} graphs are right, or refused in one line`, { timeout: 900_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(graphs(BODY, ENDS), async ({ bytes }) => {
      let reading: ReturnType<typeof readOnnx>;
      try {
        reading = readOnnx(bytes, 'graph');
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        expect(error.message).not.toContain('\n');
        refused.push(error.message);
        return;
      }
      new Lowering(reading.network, onnxruntimeRules(16), reading.batch ?? 1).kernels();
      expect(await exportDifference(ort, bytes, reading)).toBeLessThan(1e-4);
    }),
    { numRuns: GRAPHS, seed: SEED, endOnFailure: process.env.MORPHLINE_GRAPH_SEED !== undefined },
  );
  expect(refused.length / GRAPHS).toBeLessThanOrEqual(MOST_REFUSED);
});
