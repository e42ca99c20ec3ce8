// docs/troubleshooting.md: every message for what a user got wrong, by area, with what to do.
import { cell, codeCell, markdownTable } from './page-markdown.ts';
import { sourceProgram } from './source-program.ts';
import { UNKNOWN } from './symbolic-text.ts';
import { type Remedy, remedies, type UserMessage, userMessages } from './user-messages.ts';

/** Which files speak of what; the first that fits. */
const AREAS: readonly (readonly [title: string, paths: RegExp])[] = [
  [
    'The command line',
    /^(cli\/|records\/(run-settings|setting-kinds|common-settings|duration|decimal)|profiler\/granted)/,
  ],
  ['Budget files', /^(records\/budget|experiments\/check\/)/],
  ['Files and folders of runs', /^(records\/|experiments\/results\/)/],
  ['ONNX files', /^network\/onnx\//],
  ['tfjs and Keras models', /^network\/tfjs\//],
  ['Networks and widths', /^network\//],
  ['Engines', /^profiler\/engines\//],
  ['Measuring', /^profiler\//],
  ['Calibration and device profiles', /^(calibration|experiments\/calibrate|experiments\/ceilings)\//],
  [
    'Profiling, comparing, explaining',
    /^experiments\/(profile|compare|explain|samples|filter-cost|quantize|goldens)\//,
  ],
  ['Studies', /^experiments\/study/],
  ['Data', /^experiments\/data\//],
  ['Training, MorphNet, sweeps', /^(morphnet|experiments\/(train|sweep|quickstart))\//],
  ['Reports', /^reports\//],
];

const INTRO = `# Troubleshooting

What you can do about each message. Search this page for the words of yours; \`…\` stands for what differs from case to case
(a path, a number, a name).

A message is one line, \`got A; expected B; C\`: what was found, what would have been right, and what to do (C). The program
then ends with exit code **2**. Other exit codes:

| code | means | do |
| --- | --- | --- |
| 0 | done | |
| 1 | a failure of morphline itself, with a stack trace (or \`check\`: a limit is broken) | report it with the command and the \`run.json\` |
| 3 | \`compare\` and \`check\`: the time budget left it open | raise \`--budget\`; the line says what would decide it |
| 130, 143 | stopped by Ctrl-C, by SIGTERM | start it again with the same \`--out\`: it goes on |

Values of flags say themselves what they take: \`got --batch 0; expected an integer of at least 1, at most 65536; correct the flag\`.

This page is made of the messages in the sources by one command, \`npm run -s doc-pages\`; a test holds it to them.
`;

const INSTALLING = `## An engine is not here

\`morphline engines\` says which engines can run here, and of the others why not and what brings them:
`;

function alternatives(texts: readonly string[], show: (text: string) => string): string {
  return texts.map(show).join(' *or* ');
}

function messageRow({ got, expected, fix }: UserMessage): string[] {
  return [alternatives(got, codeCell), alternatives(expected, cell), alternatives(fix, cell)];
}

function remedyRow({ reason, remedy }: Remedy): string[] {
  return [
    alternatives(
      reason.filter((text) => text !== UNKNOWN),
      cell,
    ),
    alternatives(remedy, codeCell),
  ];
}

/** The area of a file. */
function areaOf(path: string): string {
  const [title] = AREAS.find(([, paths]) => paths.test(path)) ?? [];
  if (title === undefined) throw new Error(`${path} is in no area of docs/troubleshooting.md`);
  return title;
}

/** The page of a checkout. */
export function troubleshootingPage(root: string): string {
  const { program, files } = sourceProgram(root);
  const messages = userMessages(program, files);
  const sections = AREAS.flatMap(([title]) => {
    const own = messages.filter(({ path }) => areaOf(path) === title);
    if (own.length === 0) return [];
    return [`## ${title}\n\n${markdownTable(['got', 'expected', 'what to do'], own.map(messageRow))}\n`];
  });
  const missing = markdownTable(['why', 'what brings it'], remedies(program, files).map(remedyRow));
  return [INTRO, `${INSTALLING}\n${missing}\n`, ...sections].join('\n');
}
