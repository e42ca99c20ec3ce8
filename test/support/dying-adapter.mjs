// An engine for child processes that computes nothing and does what the names of its networks say.
import { deployedNetwork } from '../../dist/network/deployed.js';
import { Lowering } from '../../dist/network/lowering/lower.js';
import { TFJS_RULES } from '../../dist/network/lowering/rules.js';
import { UserError } from '../../dist/records/user-error.js';

const DESCRIPTION = {
  engine: 'wasm',
  version: '0.0.0',
  hardware: 'cpu',
  adapter: 'scripted processor',
  provider: 'scripted',
  threads: 1,
  clock: 'wall',
  rules: TFJS_RULES.name,
};

function obey(name, step) {
  if (name === `is killed when ${step}`) process.kill(process.pid, 'SIGKILL');
  if (name === `aborts when ${step}`) process.abort();
  if (name === `hangs when ${step}`) for (;;);
  if (name === `throws when ${step}`) throw new Error('kernel refused');
  if (name === `is too large when ${step}`)
    throw new UserError({ got: 'a network', expected: 'a smaller one', fix: 'shrink it' });
}

/** Times of a load differ from those of another, as those of real engines do. */
const factor = 1 + (process.pid % 10) / 1000;

export default {
  name: 'wasm',
  trains: false,
  async availability() {
    return { available: true, description: DESCRIPTION, adapters: [], trains: false };
  },
  async open({ threads }) {
    const kernelsOf = (network, batch) => new Lowering(deployedNetwork(network), TFJS_RULES, batch).kernels();
    return {
      description: { ...DESCRIPTION, threads },
      rules: TFJS_RULES,
      async load(network) {
        obey(network.name, 'loaded');
        return {
          async run() {
            obey(network.name, 'run');
            return 20_000 * factor;
          },
          async infer() {
            throw new Error('computes nothing');
          },
          async dispose() {},
        };
      },
      async loadProfiled(network, { batch }) {
        const runs = [];
        return {
          async run() {
            runs.push(kernelsOf(network, batch).map((kernel) => ({ kernel, durationUs: 10 * factor })));
          },
          async finish() {
            obey(network.name, 'read');
            return runs;
          },
        };
      },
      async close() {},
    };
  },
};
