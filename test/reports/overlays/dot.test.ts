import { instance } from '@viz-js/viz';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { profileNetwork } from '../../../experiments/profile/profile.ts';
import { deployedNetwork } from '../../../network/deployed.ts';
import { onnxruntimeRules } from '../../../network/lowering/rules.ts';
import type { Network } from '../../../network/network.ts';
import { inProcess } from '../../../profiler/timing/measurer.ts';
import { dotGraph } from '../../../reports/overlays/dot.ts';
import { svgGraph } from '../../../reports/overlays/svg.ts';
import { activation, add, conv, flatten, globalPool, image, network } from '../../network/layers.ts';
import { classifierSeeds, randomClassifier } from '../../support/random-classifier.ts';
import { scriptedEngine } from '../../support/scripted-engine.ts';

const profiled = (of: Network, rules = onnxruntimeRules(8)) =>
  profileNetwork({
    measurer: inProcess(scriptedEngine({ kernelUs: ({ flops }) => 10 + flops / 1e4, rules })),
    network: of,
    batch: 1,
    seed: 1,
    budgetSeconds: 0,
  });

interface Drawn {
  readonly objects?: readonly {
    readonly name: string;
    readonly label?: string;
    readonly fillcolor?: string;
  }[];
  readonly edges?: readonly { readonly tail: number; readonly head: number }[];
}

/** What Graphviz itself reads of a graph. */
async function drawn(dot: string): Promise<Drawn> {
  return (await instance()).renderJSON(dot) as Drawn;
}

const RESIDUAL = network([
  image(8, 3),
  conv('A', 'input', 16, { kernel: 3 }),
  activation('R', 'A', 'relu'),
  conv('B', 'R', 16, { kernel: 3 }),
  add('S', 'R', 'B'),
  globalPool('G', 'S'),
  flatten('F', 'G'),
]);

describe('the graph of a network', () => {
  test('has a box for the kernels of each layer, and an edge for each tensor that goes between them', async () => {
    const profile = await profiled(RESIDUAL, undefined);
    const { objects = [], edges = [] } = await drawn(dotGraph(profile, deployedNetwork(RESIDUAL), 'title'));
    const labels = objects.map(({ label = '' }) => label);
    expect(labels.map((text) => text.split('\\n')[0])).toEqual(
      expect.arrayContaining(['A + 1 more', 'input', 'F']),
    );
    const total = profile.layers.reduce((sum, { latency_us }) => sum + latency_us, 0);
    const shares = labels.flatMap((text) => /· ([\d.]+) %/.exec(text)?.[1] ?? []).map(Number);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo((100 * total) / profile.latency_us, 0);
    const named = (index: number) => labels[index]?.split('\\n')[0]?.split(' ')[0];
    const pairs = edges.map(({ tail, head }) => `${named(tail)} ${named(head)}`);
    expect(pairs).toEqual(expect.arrayContaining(['input A', 'A B', 'G F']));
  });

  test('has the longest in the hottest colour', async () => {
    const { objects = [] } = await drawn(
      dotGraph(await profiled(RESIDUAL), deployedNetwork(RESIDUAL), 'title'),
    );
    const hottest = objects.filter(({ fillcolor }) => fillcolor === '#b83c0c');
    expect(hottest.map(({ label = '' }) => label[0])).toEqual(['B']);
  });

  test('is one that Graphviz reads, of any network, whatever its layers are called', async () => {
    await fc.assert(
      fc.asyncProperty(
        classifierSeeds(),
        fc.string({ unit: 'binary', maxLength: 12 }),
        async (seed, text) => {
          const random = randomClassifier(seed, { batchNorm: true });
          const hostile = `"\\N<b>&\0\n${text}`;
          const renamed = (name: string) => `${name}${hostile}`;
          const named: Network = {
            name: random.name,
            outputs: random.outputs.map(renamed),
            layers: random.layers.map((layer) => ({
              ...layer,
              name: renamed(layer.name),
              inputs: layer.inputs.map(renamed),
            })),
          };
          const profile = await profiled(named);
          const { objects = [] } = await drawn(dotGraph(profile, deployedNetwork(named), hostile));
          expect(objects.length).toBeGreaterThan(2);
          expect(
            objects.some(
              ({ label }) => label?.includes('\\N<b>&') === true || label?.includes('<b>') === true,
            ),
          ).toBe(true);
        },
      ),
      { numRuns: 6 },
    );
  });

  test('is laid out as SVG', async () => {
    const svg = await svgGraph(dotGraph(await profiled(RESIDUAL), deployedNetwork(RESIDUAL), 'A & <B>'));
    expect(svg).toMatch(/<svg [\s\S]*<\/svg>/);
    expect(svg).toContain('A &amp; &lt;B&gt;');
    expect(svg).toContain('fill="#b83c0c"');
  });
});
