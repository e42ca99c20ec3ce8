// A study on a scripted engine that dies of SIGKILL where it is told to: node study-child.mjs '{ "out": … }'
// It counts runs of the engine and writes to files; a write may be cut in half by the kill.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { out, log, count, rounds, killAt, network: name } = JSON.parse(process.argv[2]);
const { appendFileSync, writeFileSync } = fs;
let events = 0;

function die() {
  process.kill(process.pid, 'SIGKILL');
}

/** Three places to die at in each write: before it, in the middle, after it. */
function dying(write) {
  return (path, data, ...rest) => {
    if (++events === killAt) die();
    if (++events === killAt) {
      write(path, data.slice(0, data.length / 2), ...rest);
      die();
    }
    write(path, data, ...rest);
    if (++events === killAt) die();
  };
}

fs.appendFileSync = dying(appendFileSync);
fs.writeFileSync = dying(writeFileSync);
syncBuiltinESMExports();

const { deployedNetwork } = await import('../../dist/network/deployed.js');
const { Lowering } = await import('../../dist/network/lowering/lower.js');
const { TFJS_RULES } = await import('../../dist/network/lowering/rules.js');
const { zooNetwork } = await import('../../dist/network/zoo/index.js');
const { openDevice } = await import('../../dist/calibration/open-device.js');
const { study } = await import('../../dist/experiments/study/study.js');

const engine = {
  description: {
    engine: 'onnxruntime',
    version: '0.0.0',
    hardware: 'cpu',
    adapter: 'scripted processor',
    provider: 'scripted',
    threads: 1,
    clock: 'wall',
    rules: TFJS_RULES.name,
  },
  rules: TFJS_RULES,
  async load(network, { batch }) {
    const kernels = new Lowering(deployedNetwork(network), TFJS_RULES, batch).kernels();
    const flops = kernels.reduce((sum, kernel) => sum + kernel.flops, 0);
    let runs = 0;
    return {
      async run() {
        if (++events === killAt) die();
        // The first two runs of a load warm up.
        appendFileSync(log, `${++runs <= 2 ? 'warm' : 'timed'} ${flops}\n`);
        return 10_000 + flops / 1e4;
      },
      async infer() {
        throw new Error('computes nothing');
      },
      async dispose() {},
    };
  },
  async close() {},
};

await study({
  network: zooNetwork(name),
  samples: 2 * count,
  law: 'uniform',
  devices: [openDevice('p100')],
  batch: 1,
  seed: 5,
  measure: { count, rounds, engine },
  networksPerBlock: Math.ceil(count / 3),
  out,
});
