// What comparisons, explanations and checks say: somebody asked, and here is the answer.
import type { CheckData } from '../experiments/results/check-results.ts';
import type { Compared } from '../experiments/results/comparison-results.ts';
import type { ExplanationData } from '../experiments/results/explanation-results.ts';
import { causeWords } from '../records/cause-words.ts';
import { VERDICT_WORDS } from '../records/comparison.ts';
import type { Explanation } from '../records/explanation.ts';
import type { Finding, Verdict } from './answers.ts';
import { count, percent, significant } from './number-format.ts';
import type { ReportData } from './report-data.ts';

export function comparisonFinding(each: Compared): Finding {
  const { a, b, verdict, ratio, low, high } = each;
  const interval = low === null || high === null ? '' : `, between ${low.toFixed(3)} and ${high.toFixed(3)}`;
  const isOpen = 'basis' in each && low === null;
  const how = 'basis' in each ? `${each.network} on ${b.name}` : b.name;
  return {
    figure: ratio.toFixed(3),
    sentence: isOpen
      ? `${how} is predicted to take ${significant(ratio)} of the time of ${a.name}, but a datasheet does not say how far it is off.`
      : `${how} ${VERDICT_WORDS[verdict]} ${a.name}: ${ratio.toFixed(3)} of its time${interval}.`,
  };
}

/** The cause that moved most time. */
function mainCause({ waterfall }: Explanation) {
  return waterfall
    .filter(({ kind }) => kind === 'cause')
    .toSorted((x, y) => Math.abs(y.delta_us) - Math.abs(x.delta_us))[0];
}

export function explanationFinding({ explanation }: ExplanationData): Finding {
  const { a, b, ratio, difference_us, basis, device } = explanation;
  const main = mainCause(explanation);
  const cause = main?.cause ?? null;
  const most =
    main === undefined || cause === null || difference_us === 0
      ? ''
      : `; most of what changed is ${causeWords(cause, main.delta_us)}, ${main.delta_us < 0 ? '−' : '+'}${percent(Math.abs(main.delta_us) / a.latency_us)} of ${a.name}`;
  return {
    figure: significant(ratio),
    sentence: `${b.name} takes ${significant(ratio)} of the time of ${a.name} with ${significant(b.flops / a.flops)} of its FLOPs, ${basis} on ${device}${most}.`,
  };
}

export function checkFinding({ check }: CheckData): Finding {
  const { broken, inconclusive, kept, outcomes, budget_file } = check;
  const open = inconclusive > 0 ? `, ${inconclusive} not decided` : '';
  return {
    figure: `${kept} of ${outcomes.length}`,
    sentence: `Of ${count(outcomes.length, 'limit')} in ${budget_file}, ${kept} ${kept === 1 ? 'is' : 'are'} kept${broken > 0 ? `, ${broken} broken` : ''}${open}.`,
  };
}

/** Answers for the first screen: whether limits hold, and whether B is faster. */
export function decisionVerdicts({ checks, comparisons, explanations }: ReportData): Verdict[] {
  const verdicts: Verdict[] = [];
  const worst = checks.toSorted((x, y) => y.check.broken - x.check.broken)[0];
  if (worst !== undefined) {
    const { broken, inconclusive } = worst.check;
    verdicts.push({
      question: 'Are the limits kept?',
      figure: broken > 0 ? `${broken} broken` : inconclusive > 0 ? 'Not decided' : 'Yes',
      sentence: checkFinding(worst).sentence,
      evidence: `check-${checks.indexOf(worst) + 1}`,
    });
  }
  const [compared] = comparisons;
  const [first] = compared?.comparisons ?? [];
  if (first !== undefined) {
    const figures = { 'b-faster': 'Yes', 'b-slower': 'No', same: 'No: the same', inconclusive: 'Not known' };
    verdicts.push({
      question: 'Is it faster?',
      figure: figures[first.verdict],
      sentence: comparisonFinding(first).sentence,
      evidence: 'comparison-1',
    });
  }
  const [explained] = explanations;
  if (explained !== undefined) {
    const { advice, b } = explained.explanation;
    const [best] = advice;
    verdicts.push({
      question: 'Why, and what to change?',
      figure: `${significant(explained.explanation.ratio)}× the time`,
      sentence: `${explanationFinding(explained).sentence}${best === undefined ? '' : ` ${best.layer} with ${best.to} channels instead of ${best.width} gains ${percent(best.gain_us / b.latency_us)}.`}`,
      evidence: 'explanation-1',
    });
  }
  return verdicts;
}
