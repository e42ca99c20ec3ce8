// docs/results.md and its charts, from sweeps.
import { standaloneSvg } from '../charts/standalone-chart.ts';
import type { PageFile } from '../study-page/study-page.ts';
import type { PageSweep } from './page-sweep.ts';
import { sweepCharts } from './sweep-charts.ts';
import { sweepSection } from './sweep-section.ts';

const INTRODUCTION = `# Accuracy at equal latency

Ways to make a trained network faster, side by side, each network of a budget as fast as the others **by measurement** (or
equal in FLOPs, as in the paper): the width multiplier, network slimming, a knapsack over what channels save on the
device, and MorphNet by FLOPs, model size, a datasheet's roofline and the calibrated device. All networks of a seed start
from the same seed network and train alike, each twice: from scratch, and on from weights that survived (a shrunk network's
own; an expanded one's before it was widened, new channels silent; a width multiplier's, the first channels of the seed
network, for as many epochs more as the others' shrink paths took). The better of the two counts; both are shown. Points are of test accuracy; intervals are 95 % of the paired differences over seeds (Student's t).

This page, its charts and every figure in it are made of the committed records in \`results/sweep-*\` by one command,
\`npm run -s results-page\`. How networks are chosen and measured: \`experiments/sweep/README.md\`.`;

/** The page about these sweeps, and its charts. The same sweeps give the same page. */
export async function resultsPage(sweeps: readonly PageSweep[]): Promise<PageFile[]> {
  const files: PageFile[] = [];
  const sections: string[] = [];
  for (const sweep of sweeps) {
    const charts = sweepCharts(sweep);
    for (const { name, label, spec } of charts) {
      const text = `${await standaloneSvg(spec, label)}\n`;
      files.push({ path: `results/${sweep.name}/${name}.svg`, text });
    }
    sections.push(sweepSection(sweep, charts));
  }
  return [{ path: 'results.md', text: `${[INTRODUCTION, ...sections].join('\n\n')}\n` }, ...files];
}
