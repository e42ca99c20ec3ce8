// Whether an engine computes what the CPU does, and runs the kernels that lowering predicts: JSON on standard output.
import { deployedNetwork } from '../network/deployed.ts';
import { Lowering } from '../network/lowering/lower.ts';
import { seededNormals, seededWeights } from '../network/weights.ts';
import { zooNetwork } from '../network/zoo/index.ts';
import type { Engine } from '../profiler/engines/engine.ts';
import { openEngine } from '../profiler/engines/registry.ts';
import { UserError } from '../records/user-error.ts';

/** What outputs are compared with. */
const REFERENCE = 'onnxruntime';
const SEED = 1;
/** Of float32 in another order, with the fused multiply-adds and the half-precision tricks of a GPU. */
const MOST_ERROR = 1e-2;

interface Check {
  readonly network: string;
  /** Largest difference from the reference, as a fraction of the largest output; null where it failed before. */
  readonly error: number | null;
  readonly kernels: number;
  readonly ok: boolean;
  readonly reason: string;
}

/** Outputs of a network with seeded weights on seeded inputs, by layer. */
async function outputsOn(engine: Engine, name: string): Promise<Map<string, Float32Array>> {
  const network = deployedNetwork(zooNetwork(name));
  const weights = seededWeights(network, SEED);
  const loaded = await engine.load(network, { batch: 1, weights });
  const inputs = new Map<string, Float32Array>();
  for (const layer of network.layers) {
    if (layer.kind !== 'input') continue;
    inputs.set(layer.name, seededNormals(layer.name, layer.height * layer.width * layer.channels, SEED));
  }
  const outputs = await loaded.infer(inputs);
  await loaded.dispose();
  return outputs;
}

/** Kernels that a recorded run had. @throws Error for one that lowering does not predict, or that it alone does */
async function recordedKernels(engine: Engine, name: string): Promise<number> {
  const network = deployedNetwork(zooNetwork(name));
  const profiled = await engine.loadProfiled(network, { batch: 1, weights: seededWeights(network, SEED) });
  await profiled.run();
  await profiled.run();
  const runs = await profiled.finish();
  const titleOf = ({ name, op }: { name: string; op: string }) => `${op} ${name}`;
  const seen = (runs.at(-1) ?? []).map(({ kernel }) => titleOf(kernel));
  const predicted = new Lowering(network, engine.rules).kernels().map(titleOf);
  const other = [
    ...seen.filter((title) => !predicted.includes(title)),
    ...predicted.filter((title) => !seen.includes(title)),
  ];
  if (other.length > 0)
    throw new Error(
      `${engine.description.engine} ran other kernels than predicted: ${other.slice(0, 5).join(', ')}`,
    );
  return seen.length;
}

/** Largest difference as a fraction of the largest value. */
export function largestError(
  found: ReadonlyMap<string, Float32Array>,
  expected: ReadonlyMap<string, Float32Array>,
): number {
  let worst = 0;
  for (const [layer, values] of expected) {
    const own = found.get(layer);
    if (own === undefined || own.length !== values.length) return Number.POSITIVE_INFINITY;
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const off = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (own[i] as number))), 0);
    worst = Math.max(worst, off / size);
  }
  return worst;
}

async function check(engine: Engine, reference: Engine, network: string): Promise<Check> {
  try {
    const error = largestError(await outputsOn(engine, network), await outputsOn(reference, network));
    const kernels = await recordedKernels(engine, network);
    const ok = error <= MOST_ERROR;
    return { network, error, kernels, ok, reason: ok ? '' : `outputs differ by more than ${MOST_ERROR}` };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { network, error: null, kernels: 0, ok: false, reason };
  }
}

/** `node scripts/run.mjs engine-check ENGINE NETWORK…`; exit code 1 where a network differs. */
export async function main(_root: string, [name, ...networks]: readonly string[]): Promise<number> {
  if (name === undefined || networks.length === 0) {
    throw new UserError({
      got: name === undefined ? 'no engine' : 'no network',
      expected: 'an engine and networks to check it with',
      fix: 'node scripts/run.mjs engine-check webgpu inception-32',
    });
  }
  const [engine, reference] = [
    await openEngine(name, { threads: 1 }),
    await openEngine(REFERENCE, { threads: 1 }),
  ];
  try {
    const checks: Check[] = [];
    for (const network of networks) checks.push(await check(engine, reference, network));
    process.stdout.write(`${JSON.stringify({ engine: engine.description, checks }, null, 2)}\n`);
    return checks.every(({ ok }) => ok) ? 0 : 1;
  } finally {
    await engine.close();
    await reference.close();
  }
}
