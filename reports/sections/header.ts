// The top of the report: its title, the findings and the contents.
import type { Verdict } from '../answers.ts';
import { keyFindings } from '../findings.ts';
import { html, type Markup } from '../html.ts';
import { count, instant } from '../number-format.ts';
import type { ReportData } from '../report-data.ts';
import { verdicts } from '../verdict.ts';
import { isAmbiguous, type Section } from './section.ts';

/** Numbers with their unit in a sentence, to be stressed: percentages, factors, correlations. */
const NUMBER = /(?<![\w.×-])(\d[\d,]*(?:\.\d+)?(?: %|×)|[01]\.\d{3})(?![\w.]*\w)/;

function stressed(sentence: string): Markup {
  return html`${sentence.split(NUMBER).map((piece, i) => (i % 2 === 1 ? html`<strong>${piece}</strong>` : piece))}`;
}

function subjects(data: ReportData): string[] {
  const { calibrations, trainings, studies, sweeps, comparisons, explanations, checks } = data;
  const devices = calibrations.map(
    ({ profile: { name, engine } }) =>
      `${name} (${engine.engine} ${engine.version}, ${count(engine.threads, 'thread')})`,
  );
  if (devices.length > 0) return devices;
  return [
    ...studies.map(({ summary }) => summary.network),
    ...trainings.map(({ result }) => result.network),
    ...sweeps.map(({ settings }) => settings.network),
    ...comparisons.flatMap((each) => each.comparisons.map(({ a, b }) => `${b.name} against ${a.name}`)),
    ...explanations.map(({ explanation: { a, b, device } }) => `${a.name} and ${b.name} on ${device}`),
    ...checks.map(({ check }) => check.budget_file),
  ];
}

/** What a report could show, and the command that makes it. */
function missing(data: ReportData): Markup | false {
  const { calibrations, studies, trainings, sweeps, comparisons, explanations, checks } = data;
  // Whoever asked one question has its answer.
  const works = calibrations.length + studies.length + trainings.length + sweeps.length;
  if (works === 0 && comparisons.length + explanations.length + checks.length > 0) return false;
  const absent: Markup[] = [];
  if (calibrations.length === 0) absent.push(html`a calibration (<code>morphline calibrate</code>)`);
  if (studies.length === 0) absent.push(html`a study of random sub-networks (<code>morphline study</code>)`);
  // A sweep trains more than a training run does.
  if (trainings.length + sweeps.length === 0)
    absent.push(html`a training run (<code>morphline train</code>)`);
  if (absent.length === 0) return false;
  const listed = absent.map((item, i) =>
    i === 0 ? item : html`${i === absent.length - 1 ? ' and ' : ', '}${item}`,
  );
  return html`<p class="quiet">Not in this report: ${listed}. Name the folders together: <code>morphline report DIR…</code>.</p>`;
}

function verdictCard({ question, figure, sentence, command, evidence }: Verdict): Markup {
  return html`<li><p class="eyebrow">${question}</p><b>${figure}</b><p>${sentence}${evidence !== undefined && html` <a href="#${evidence}">See why</a>`}</p>${command !== undefined && html`<code>${command}</code>`}</li>`;
}

/**
 * The map of the page; in it, titles with the subject where several sections have the same title.
 */
export function mapMarkup(sections: readonly Section[]): Markup {
  const links = sections.map((each) => {
    const { id, title, subject } = each;
    return html`<a href="#${id}">${isAmbiguous(each, sections) ? `${title} (${subject})` : title}</a>`;
  });
  return html`<nav aria-label="Contents">${links}</nav>
`;
}

/** Title, what was measured and when, verdicts and findings. */
export function headerMarkup(data: ReportData, sections: readonly Section[]): Markup {
  const found = keyFindings(data);
  const there = new Set(sections.map(({ id }) => id));
  const answers = verdicts(data).map(({ evidence, ...rest }) =>
    evidence !== undefined && there.has(evidence) ? { ...rest, evidence } : rest,
  );
  // What stands in an answer is not said twice.
  const more = found.filter(
    ({ sentence }) => !answers.some((answer) => answer.sentence.startsWith(sentence)),
  );
  return html`<header>
<h1>${data.title}</h1>
${subjects(data).map((subject) => html`<p class="meta">${subject}</p>`)}
<p class="meta">${instant(data.generatedAt)}</p>
${answers.length > 0 && html`<ul class="verdicts">${answers.map(verdictCard)}</ul>`}
${more.length > 0 && html`<ul class="findings">${more.map(({ figure, sentence }) => html`<li><b>${figure}</b><p>${stressed(sentence)}</p></li>`)}</ul>`}
${missing(data)}
</header>
`;
}
