// Channels decided over by the probability that their gate is open.
import type { Network } from '../../network/network.ts';
import { inferShapes } from '../../network/shapes.ts';
import { UserError } from '../../records/user-error.ts';
import type { ChannelFamily, SourceVariable } from './channel-family.ts';

/** Gates of at least this probability are open when they do not train. */
export const OPEN_PROBABILITY = 0.5;

function gateSources(network: Network): SourceVariable[] {
  const shapes = inferShapes(network);
  const gates = network.layers.filter(({ kind }) => kind === 'gate');
  if (gates.length === 0) {
    throw new UserError({
      got: `network ${network.name} without gates`,
      expected: 'a ProbabilisticGate behind each convolution to regularize',
      fix: 'train insertGates(model), or use Gamma or GroupLasso',
    });
  }
  return gates.map(({ name }) => ({
    layer: name,
    weight: `${name}/logits`,
    symbol: 'logit',
    channels: shapes.get(name)?.channels ?? 0,
  }));
}

/**
 * A channel's regularization is the probability that its gate is open, the logistic sigmoid of its logit (FiGS,
 * arXiv 2006.09581, §3).
 */
export function logisticSigmoidFamily(aliveThreshold: number = OPEN_PROBABILITY): ChannelFamily {
  return {
    isProbabilistic: true,
    sources: gateSources,
    evaluate(values) {
      const regularization = Float64Array.from(values, (logit) => 1 / (1 + Math.exp(-logit)));
      return { regularization, alive: Uint8Array.from(regularization, (p) => (p >= aliveThreshold ? 1 : 0)) };
    },
    gradient: (values, _source, regularization, upstream) =>
      values.map((_, c) => {
        const probability = regularization[c] as number;
        return probability * (1 - probability) * (upstream[c] as number);
      }),
  };
}
