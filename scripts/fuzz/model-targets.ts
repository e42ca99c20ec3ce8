// Fuzzed: model files, ONNX and tfjs, read, predicted and exported.
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type fc from 'fast-check';
import { openDevice } from '../../calibration/open-device.ts';
import { latencyPredictor } from '../../calibration/predict.ts';
import { planChannels } from '../../network/channel-plan.ts';
import { deployedNetwork, deployedWeights } from '../../network/deployed.ts';
import { openModelFile } from '../../network/model-file.ts';
import { writeOnnx } from '../../network/onnx/write.ts';
import { mutatedBytes, mutatedJson } from './mutations.ts';
import { type AnyTarget, requireTime, target } from './target.ts';

const P100 = openDevice('p100');
/** Larger files are changed where nothing is read. */
const MOST_SEED_BYTES = 8000;
/** Exporting a mutant may be slow by its size alone. */
const MOST_EXPORTED = 2 ** 22;

/** What commands do with a model file. */
function use(path: string): void {
  const { network, weights } = openModelFile(path);
  const plan = planChannels(network);
  for (const view of ['morph-net', 'deployed'] as const) {
    const prediction = latencyPredictor(plan, P100, { view }).detail(plan.fullWidths);
    requireTime(prediction.latencyUs, 'a latency');
    for (const { name, latencyUs, flops, bytes } of prediction.layers) {
      requireTime(latencyUs, name);
      if (!(flops >= 0 && bytes >= 0)) throw new Error(`${name} has ${flops} FLOPs and ${bytes} bytes`);
    }
  }
  if (weights === undefined) return;
  const values = [...plan.shapes.values()].reduce((sum, { channels }) => sum + channels, 0);
  if (values < MOST_EXPORTED) writeOnnx(deployedNetwork(network), deployedWeights(network, weights));
}

export function onnxFiles(root: string, folder: string): AnyTarget {
  const fixtures = join(root, 'test', 'fixtures', 'models', 'onnx');
  const seeds = readdirSync(fixtures)
    .filter((name) => name.endsWith('.onnx') && statSync(join(fixtures, name)).size <= MOST_SEED_BYTES)
    .map((name) => readFileSync(join(fixtures, name)));
  const path = join(folder, 'model.onnx');
  return target({
    name: 'onnx',
    inputs: mutatedBytes(seeds),
    read(bytes) {
      writeFileSync(path, bytes);
      use(path);
    },
  });
}

interface ChangedModel {
  readonly name: string;
  readonly json: string;
}

export function tfjsFiles(root: string, folder: string): AnyTarget {
  const fixtures = join(root, 'test', 'fixtures', 'models', 'tfjs');
  const names = readdirSync(fixtures).filter((name) => statSync(join(fixtures, name)).isDirectory());
  const files = new Map(
    names.map((name) => [
      name,
      JSON.parse(readFileSync(join(fixtures, name, 'model.json'), 'utf8')) as object,
    ]),
  );
  const TAG = 'fuzzed';
  const inputs: fc.Arbitrary<ChangedModel> = mutatedJson(
    [...files].map(([name, file]) => ({ ...file, [TAG]: name })),
  ).map((json) => ({
    json,
    name: names.find((name) => json.includes(`"${TAG}":"${name}"`)) ?? (names[0] as string),
  }));
  return target({
    name: 'tfjs',
    inputs,
    read({ name, json }) {
      const own = join(folder, name);
      mkdirSync(own, { recursive: true });
      for (const file of readdirSync(join(fixtures, name)))
        if (file.endsWith('.bin')) cpSync(join(fixtures, name, file), join(own, file));
      const path = join(own, 'model.json');
      writeFileSync(path, json);
      use(path);
    },
  });
}
