import { expect, test } from 'vitest';
import { compactSvg } from '../../reports/charts/compact-svg.ts';

test('attributes that a page does not need go, and coordinates are rounded to a tenth', () => {
  expect(
    compactSvg(
      '<svg xmlns="http://www.w3.org/2000/svg" class="marks" width="10"><g role="x" transform="translate(1.2345,-0.04)"><path class="background" d="M0,0"/><line x2="33.333333" stroke="red" opacity="1"/></g></svg>',
      'a chart',
    ),
  ).toBe(
    '<svg role="img" aria-label="a chart" width="10"><g transform="translate(1.2,0)"><line x2="33.3" stroke="red"/></g></svg>',
  );
});

test('dots of one look become circles of one group', () => {
  const dot = (x: number, fill: string) =>
    `<path transform="translate(${x},2)" d="M1.5,0A1.5,1.5,0,1,1,-1.5,0A1.5,1.5,0,1,1,1.5,0" fill="${fill}" stroke-width="2"/>`;
  expect(compactSvg(`<g>${dot(1, 'red')}${dot(2, 'red')}${dot(3, 'blue')}</g>`, '')).toBe(
    '<g><g fill="red"><circle cx="1" cy="2" r="1.5"/><circle cx="2" cy="2" r="1.5"/></g><g fill="blue"><circle cx="3" cy="2" r="1.5"/></g></g>',
  );
});

test('text that looks like an attribute stays, and the label is escaped', () => {
  expect(compactSvg('<svg><text>role="x" 1.2345</text></svg>', '"><b>')).toBe(
    '<svg role="img" aria-label="&quot;&gt;&lt;b&gt;"><text>role="x" 1.2345</text></svg>',
  );
});
