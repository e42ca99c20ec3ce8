// The top of the report: its title, the findings and the contents.
import { keyFindings } from '../findings.ts';
import { html, type Markup } from '../html.ts';
import { count, instant } from '../number-format.ts';
import type { ReportData } from '../report-data.ts';
import type { Section } from './section.ts';

/** Numbers with their unit in a sentence, to be stressed: percentages, factors, correlations. */
const NUMBER = /(?<![\w.×-])(\d[\d,]*(?:\.\d+)?(?: %|×)|[01]\.\d{3})(?![\w.]*\w)/;

function stressed(sentence: string): Markup {
  return html`${sentence.split(NUMBER).map((piece, i) => (i % 2 === 1 ? html`<strong>${piece}</strong>` : piece))}`;
}

function subjects({ calibrations, trainings, studies, sweeps }: ReportData): string[] {
  const devices = calibrations.map(
    ({ profile: { name, engine } }) =>
      `${name} (${engine.engine} ${engine.version}, ${count(engine.threads, 'thread')})`,
  );
  if (devices.length > 0) return devices;
  return [
    ...studies.map(({ summary }) => summary.network),
    ...trainings.map(({ result }) => result.network),
    ...sweeps.map(({ settings }) => settings.network),
  ];
}

/** What a report could show, and the command that makes it. */
function missing({ calibrations, studies, trainings, sweeps }: ReportData): Markup | false {
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

/** Link texts: titles, with the subject where several sections have the same title. */
function contents(sections: readonly Section[]): Markup {
  const links = sections.map(({ id, title, subject }) => {
    const unique = sections.filter((other) => other.title === title).length === 1;
    return html`<a href="#${id}">${unique ? title : `${title} (${subject})`}</a>`;
  });
  return html`<nav aria-label="Contents">${links}</nav>`;
}

/** Title, what was measured and when, the findings, and the contents. */
export function headerMarkup(data: ReportData, sections: readonly Section[]): Markup {
  const found = keyFindings(data);
  return html`<header>
<h1>${data.title}</h1>
${subjects(data).map((subject) => html`<p class="meta">${subject}</p>`)}
<p class="meta">${instant(data.generatedAt)}</p>
${found.length > 0 && html`<ul class="findings">${found.map(({ figure, sentence }) => html`<li><b>${figure}</b><p>${stressed(sentence)}</p></li>`)}</ul>`}
${sections.length > 0 && contents(sections)}
${missing(data)}
</header>
`;
}
